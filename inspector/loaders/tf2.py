"""tf.saved_model.load. A model with one MetaGraph and an object graph takes the V2 path, any other the V1 path.

The V2 path rebuilds Python objects from the object graph and every FunctionDef of the library. It looks neither at the
main graph nor at signature_def, saver_def, collections, GraphDef versions or devices of the main graph.
The V1 path (load_v1_in_v2) imports the main graph into a function, restores and initialises it, and prunes one function
out of it per signature.
"""

from __future__ import annotations

from inspector.loaders import calls, checkpoint, nodes, objects, parts, placement, releases, session
from inspector.loaders.step import (
    ALL_FUNCTIONS,
    IMPORTED_FUNCTIONS,
    INIT,
    MAIN,
    OBJECT_INIT,
    RESTORE,
    SIGNATURE,
    TABLES,
    VARIABLES,
    Entry,
    Loader,
    Mind,
    Step,
    Walk,
    has_datum,
    minds,
)
from inspector.topology.inspection import MetaView

READ = (
    Step("read the graph file", parts.READ_GRAPH_FILE, "python/saved_model/loader_impl.py parse_saved_model"),
    Step(
        "read debug info",
        minds("debug-info-damaged"),
        "python/saved_model/loader_impl.py parse_saved_model_with_debug_info",
    ),
    Step(
        "choose the MetaGraph",
        (
            *minds("no-meta-graph"),
            Mind("several-meta-graphs", when=lambda finding, walk: walk.tags is None),
            Mind("tags-not-found", when=lambda finding, walk: walk.tags is not None),
        ),
        "python/saved_model/load.py load_partial; load_v1_in_v2.py get_meta_graph_def_from_tags",
    ),
)

LIBRARY = Step(
    "load the function library",
    (*nodes.IN_LIBRARY, *releases.DEPRECATED_IN_LIBRARY),
    "python/saved_model/function_deserialization.py load_function_def_library",
    reads=(ALL_FUNCTIONS,),
)

V2_STEPS = (
    LIBRARY._replace(
        minds=(
            Mind("structure-undecodable", when=objects.of_library),
            Mind("type-not-registered", when=parts.unregistered_package),
            *LIBRARY.minds,
            Mind("function-spec", when=objects.signature_is_refused),
        )
    ),
    Step(
        "order the objects by what they need",
        (Mind("object-id", when=objects.of_part("needed", "slot")), *minds("dependency-cycle")),
        "python/saved_model/load.py Loader._generate_ordered_node_ids; python/trackable/trackable_utils.py",
    ),
    Step(
        "make the objects, and bind what functions capture",
        (
            *minds("object-kind", "asset-index", "constant-value", "saved-variable"),
            Mind("slot-variables", when=parts.without_tf_keras),
            *minds("function-not-in-library"),
            Mind("structure-undecodable", when=objects.of_object),
            Mind("function-spec", when=objects.arguments_are_refused),
            *minds("feature-refused"),
            Mind("captures", when=has_datum("case", "object")),
            Mind("resource-functions", when=has_datum("case", "missing")),
        ),
        "python/saved_model/load.py Loader._load_nodes, _recreate; core/function/capture/restore_captures.py",
    ),
    Step(
        "set the children",
        (Mind("object-id", when=objects.of_part("child")), *minds("child-name")),
        "python/saved_model/load.py Loader._add_object_graph_edges",
    ),
    Step(
        "bring back the savers",
        (Mind("object-id", when=objects.of_part("saver")), Mind("saver-functions", when=has_datum("runs", True))),
        "python/saved_model/load.py Loader._load_checkpoint_save_and_restore_functions",
    ),
    Step(
        "restore the variables",
        (
            *minds("index-missing"),
            Mind("checkpoint-objects", when=has_datum("case", "id", "key")),
            *checkpoint.BY_OBJECTS,
            *minds("variable-dtype-refused"),
        ),
        "python/saved_model/load.py Loader._restore_checkpoint; python/checkpoint/checkpoint.py",
        gives=VARIABLES,
    ),
    Step(
        "initialise resources",
        (
            Mind("resource-functions", when=has_datum("case", "unfit")),
            Mind("captures", when=objects.misfit_runs_at_load),
            Mind("result-count", when=objects.results_are_used_at_load),
            *parts.ASSETS_READ_AT_LOAD,
            *calls.IN_CALL,
            *placement.PLACED_IN_PROGRAM,
        ),
        "python/saved_model/load.py Loader.__init__ (resource._initialize)",
        reads=(OBJECT_INIT,),
        gives=TABLES,
    ),
    Step(
        "call the signature",
        (
            Mind("signatures-unusable", when=objects.is_lost),
            Mind("function-spec", when=objects.argument_is_called),
            Mind("captures", when=objects.misfit_is_called),
            Mind("resource-functions", when=objects.stays_empty),
            *calls.IN_CALL,
            *calls.IN_CALL_OF_TF2,
            Mind("asset-missing", when=parts.asset_is_read_by_call),
            *placement.PLACED_IN_PROGRAM,
            Mind("result-count", when=objects.results_are_returned),
        ),
        "python/eager/polymorphic_function/concrete_function.py",
        reads=(SIGNATURE,),
        stage="call",
    ),
)

V1_STEPS = (
    LIBRARY,
    Step(
        "import the graph",
        (*minds("graphdef-version"), *nodes.IN_V1_MAIN, *releases.DEPRECATED_IN_MAIN, *checkpoint.HANDLES),
        "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader.load; python/framework/meta_graph.py",
        reads=(MAIN,),
    ),
    Step(
        "add the functions to the graph",
        nodes.SAME_FUNCTIONS,
        "core/framework/function.cc FunctionLibraryDefinition::AddFunctionDef",
        reads=(ALL_FUNCTIONS,),
    ),
    Step(
        "infer shapes through calls",
        nodes.SHAPES_OF_MAIN,
        "core/common_runtime/shape_refiner.cc InferShapesForFunction",
        reads=(IMPORTED_FUNCTIONS,),
    ),
    Step(
        "restore the collections",
        (
            Mind("tensorflow-version-unparsable", when=parts.version_is_refused),
            Mind("collection", when=parts.collection_is_refused),
            *minds("init-op"),
        ),
        "python/framework/meta_graph.py import_scoped_meta_graph_with_return_elements",
    ),
    Step(
        "place and run what restores and initialises",
        (*calls.IN_CALL, *placement.PLACED_IN_PROGRAM),
        "core/common_runtime/placer.cc, when the restore and init functions run",
        reads=(RESTORE, INIT),
    ),
    Step(
        "restore the variables",
        (*minds("index-missing"), *checkpoint.BY_RESTORE_OP),
        "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader.restore_variables",
        runs_if=checkpoint.SAVER,
        gives=VARIABLES,
    ),
    Step(
        "run the init op",
        (Mind("asset-tensor", when=has_datum("problem", "missing", "no index")), *parts.ASSETS_READ_AT_LOAD),
        "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader.load (init_fn)",
        gives=TABLES,
    ),
    Step(
        "prune the signatures",
        (
            *minds("signature-tensor-missing", "placeholder-not-fed", "signature-output-reference", "feature-refused"),
            Mind("signature-shape", when=has_datum("field", "outputs")),
            Mind("signature-tensor-twice", when=has_datum("case", "fed twice")),
            Mind("argument-name", when=parts.name_stops_the_load),
            *releases.DEPRECATED_WHEN_PRUNED,
            *releases.SHAPES_WHEN_PRUNED,
        ),
        "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader._extract_signatures; eager/wrap_function.py prune",
    ),
    Step(
        "call the signature",
        (
            Mind("argument-name", when=parts.name_stops_the_call),
            Mind("not-initialised", when=parts.tables_stay_empty_in_tf2),
            *calls.IN_CALL,
            Mind("asset-missing", when=parts.asset_is_read_by_call),
            *calls.IN_CALL_OF_TF2,
            Mind("variable-shape", when=checkpoint.mismatch_at_call),
            Mind("variable-not-initialised", when=checkpoint.stays_unset_in_tf2),
            Mind("saver-missing", when=checkpoint.nothing_restored),
            *placement.PLACED_IN_PROGRAM,
        ),
        "python/eager/wrap_function.py",
        reads=(SIGNATURE,),
        stage="call",
    ),
)


def choose(walk: Walk) -> MetaView | None:
    """With tags: the MetaGraph with exactly these; without: the only one (load.py load_partial)."""
    if walk.tags is not None:
        return session.by_tags(walk)
    return walk.it.meta_views[0] if len(walk.it.meta_views) == 1 else None


def steps(walk: Walk) -> tuple[Step, ...]:
    return READ + (V2_STEPS if walk.model.is_v2 else V1_STEPS)


def signatures(walk: Walk) -> list[str]:
    """V2: the children of the object graph's ``signatures``; V1: signature_def."""
    if walk.view is None:
        return []
    graph = walk.view.meta.objects
    return (
        sorted(graph.signature_children()) if walk.model.is_v2 and graph is not None else session.signature_defs(walk)
    )


def entry(walk: Walk, key: str) -> Entry:
    view = walk.view
    assert view is not None
    if not walk.model.is_v2 or view.meta.objects is None:
        return session.session_entry(walk, key)
    function = view.meta.objects.signatures().get(key)
    first = frozenset((function,) if function is not None else ())
    return Entry(frozenset(), view.reach.closure(first), first)


LOADER = Loader("tf2", "tf.saved_model.load", choose, steps, signatures, entry)
