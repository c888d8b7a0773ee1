from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue.capabilities import CAPABILITIES
from inspector.findings import Location
from inspector.rules.rule import UNSAFE_WARNING, Example, Found, Rule, with_ops
from inspector.rules.wording import some_of
from inspector.topology.host_access import Access, host_access
from inspector.topology.inspection import Inspection
from inspector.topology.origins import ASSET, CONST, UNFED, Origin

_GRAPH = """
graph
  x = Placeholder() {{dtype: string, shape: []}}
  name = Const() {{dtype: string, value: string[] <"/somewhere/written">}}
  write = WriteFile(name, x)
  {last}
"""


class HostAccess(Rule):
    """Loading or calling the model touches the machine: files, databases, network, embedded programs.

    What it checks: ops that read, write, list or delete files, open databases or connections, run graphs out of tensors
    or embedded programs, wherever a load or a call of a signature reaches them, in the main graph or in functions. The
    model's own saver and tables that are filled from its own assets are no access; a function that nothing calls is
    none either. Constant paths are told.

    Why it matters: a SavedModel is a program. What its init op or a resource's initializer reaches runs as soon as
    somebody loads it, with all rights of that process; TensorFlow asks nobody. The loaders differ: an op in the restore
    function runs in TensorFlow Serving and tf.compat.v1.saved_model.load, and not in tf.saved_model.load.

    How to fix: load models only from people you trust; for others use a sandbox without network and with a read-only file
    system. If it is your model, take the op out of what is exported (write files in Python, not in a tf.function).
    """

    code = "SC001"
    name = "host-access"
    otherwise = UNSAFE_WARNING
    needs = with_ops(*CAPABILITIES)
    message = "`{op}` {capability}{path}, {when}"
    fix = "load it only if you trust its author, or in a sandbox; else export the model without `{op}`"
    good = (
        Example(
            "signature serving_default (x: string[] = x:0) -> (y: string[] = y:0)"
            + _GRAPH.format(last="y = Identity(x) {T: string}")
        ),
    )
    bad = (
        Example(
            "signature serving_default (x: string[] = x:0) -> (y: string[] = y:0)"
            + _GRAPH.format(last="y = Identity(x, ^write) {T: string}"),
            expect=("write",),
        ),
        Example("init_op init" + _GRAPH.format(last="init = NoOp(^write)"), expect=("write",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for access in host_access(it.model, it.reaches):
            data = {
                "op": access.op,
                "capability": access.capability,
                "path": _path(access.paths),
                "when": _when(access),
                "at_load": access.at_load,
                "signatures": tuple(dict.fromkeys(key for keys in access.at_call.values() for key in keys)),
            }
            yield Found(Location("", access.meta_graph, access.function, access.node), access.node, data)


def _path(origins: tuple[Origin, ...]) -> str:
    """`` (`/somewhere/written`)``: the constants and assets among what names the file, and what else does."""
    known = [one.value if one.kind == CONST else f"assets/{one.value}" for one in origins if one.kind in (CONST, ASSET)]
    other = [one.kind for one in origins if one.kind not in (CONST, ASSET, UNFED)]
    words = ([some_of(known)] if known else []) + [f"a path that is {kind}" for kind in other]
    return f" ({', '.join(words)})" if words else ""


def _when(access: Access) -> str:
    parts = []
    if access.at_load:
        parts.append(f"when it is loaded ({', '.join(access.at_load)})")
    keys = list(dict.fromkeys(key for keys in access.at_call.values() for key in keys))
    if keys:
        parts.append(f"when {some_of(keys)} is called ({', '.join(access.at_call)})")
    return ", and ".join(parts)
