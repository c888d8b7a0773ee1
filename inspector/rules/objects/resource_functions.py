from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.objects import CREATE_RESOURCE, INITIALIZE, ObjectGraph
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.devices import parse
from inspector.topology.inspection import Inspection, MetaView

_MODEL = """
object 0 user_object _generic_user_object children=[table: 1, f: 2]
object 1 resource children=[{children}]
object 2 bare_concrete_function f
object 3 function concrete=[create]
object 4 function concrete=[initialize]
concrete_function f bound_inputs=[1]
concrete_function create bound_inputs=[]
concrete_function initialize bound_inputs=[]
function create () -> (t: resource = t:table_handle:0)
  t = HashTableV2() {{key_dtype: string, value_dtype: int64, shared_name: "t"}}
function initialize () -> (r: int32 = c:output:0)
  t = HashTableV2() {{key_dtype: string, value_dtype: int64, shared_name: "t"}}
  k = Const() {{dtype: string, value: string[1] <"a">}}
  v = Const() {{dtype: int64, value: int64[1] <1>}}
  i = InitializeTableV2(t:table_handle:0, k:output:0, v:output:0) {{Tkey: string, Tval: int64}}
  c = Const(^i) {{dtype: int32, value: int32[] <1>}}
function f (t: resource) -> (n: int64 = n:size:0)
  n = LookupTableSizeV2(t)
"""
# Made empty, to be filled by an initializer: tensorflow/core/kernels/lookup_table_op.h
_FILLED_ONCE = ("HashTable", "HashTableV2", "AnonymousHashTable")
_FILLING = (
    "InitializeTable", "InitializeTableV2", "InitializeTableFromTextFile", "InitializeTableFromTextFileV2",
    "InitializeTableFromDataset", "LookupTableImport", "LookupTableImportV2",
)  # fmt: skip
_OWN_CLASSES = ("", "tf.StaticHashTable")  # of TensorFlow, which need these functions
MISSING, UNFIT, EMPTY = "missing", "unfit", "empty"


class ResourceFunctions(Rule):
    """A table or another resource lacks the function that creates or fills it.

    What it checks: ``_create_resource`` of every resource that a function captures, and ``_initialize``: that they are
    functions without arguments, and that a table which must be filled has an ``_initialize``.

    Why it matters: tf.saved_model.load calls both. Without the first it stops with "TrackableResource._create_resource not
    implemented.", with something else in its place with "object is not callable". Without the second the load goes well
    and each lookup fails with "Table not initialized." All other loaders ignore the object graph.

    How to fix: the file was edited, or the resource was made by a class of its own without these methods: export again
    from the original model.
    """

    code = "OB017"
    name = "resource-functions"
    otherwise = ADVICE_WARNING
    needs = ("object resource",)
    message = "resource `{path}`: {why}"
    fix = "export the model again; a tool that removes objects must keep the children of resources"
    good = (Example(_MODEL.format(children="_create_resource: 3, _initialize: 4")),)
    bad = (
        Example(_MODEL.format(children="_initialize: 4"), expect=("table",)),
        Example(_MODEL.format(children="_create_resource: 2, _initialize: 4"), expect=("table",)),
        Example(_MODEL.format(children="_create_resource: 3, _initialize: 0"), expect=("table",)),
        Example(_MODEL.format(children="_create_resource: 3"), expect=("table",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            resources = list(objects.of_kind("resource")) if objects is not None else []
            if objects is None or not resources:
                continue
            captured = {node for _, function in objects.functions() for node in function.bound_inputs}
            for node in resources:
                if objects.nodes[node].registered_name not in _OWN_CLASSES:
                    continue
                for case, why in _faults(objects, node, view, captured=node in captured):
                    path = objects.path(node)
                    where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].children")
                    yield Found(where, path, {"path": path, "case": case, "why": why, "node": node})


def _faults(objects: ObjectGraph, node: int, view: MetaView, *, captured: bool) -> Iterator[tuple[str, str]]:
    """(case, words): python/trackable/resource.py RestoredResource; load.py Loader.__init__."""
    create, initialize = objects.child(node, CREATE_RESOURCE), objects.child(node, INITIALIZE)
    if create is None:
        if captured:
            yield MISSING, f"it has no {CREATE_RESOURCE}, and functions capture it"
    elif captured and not objects.takes(create, 0):
        yield UNFIT, f"its {CREATE_RESOURCE} is `{objects.path(create)}`, which cannot be called without arguments"
    elif captured and not _gives_resource(objects.functions_of(create), view):
        yield UNFIT, f"its {CREATE_RESOURCE} is `{objects.path(create)}`, which gives no resource"
    device = parse(objects.nodes[node].resource.device)
    if captured and device is not None and device.job not in ("", "localhost"):
        yield UNFIT, f"it must be made on the device `{objects.nodes[node].resource.device}`, in another process"
    if initialize is not None and not objects.takes(initialize, 0):
        yield UNFIT, f"its {INITIALIZE} is `{objects.path(initialize)}`, which cannot be called without arguments"
    if create is not None and _runs(objects.functions_of(create), view, _FILLED_ONCE):
        if initialize is None:
            yield EMPTY, f"it has no {INITIALIZE}, so the table stays empty"
        elif objects.takes(initialize, 0) and not _runs(objects.functions_of(initialize), view, _FILLING):
            yield EMPTY, f"its {INITIALIZE}, `{objects.path(initialize)}`, fills no table"


def _gives_resource(functions: tuple[str, ...], view: MetaView) -> bool:
    bodies = [body for name in functions if (body := view.meta.function(name)) is not None]
    return not bodies or any(arg.type == dtypes.RESOURCE for body in bodies for arg in body.signature.output_arg[:1])


def _runs(functions: tuple[str, ...], view: MetaView, ops: tuple[str, ...]) -> bool:
    """Whether functions, or what they call, hold one of these ops."""
    bodies = (view.meta.function(name) for name in view.reach.closure(functions))
    return any(kind.op in ops for body in bodies if body is not None for kind in body.body.kinds)
