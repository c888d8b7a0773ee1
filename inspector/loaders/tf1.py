"""tf.compat.v1.saved_model.load in a Session.

It imports the main graph and the functions that it reaches, restores through the saver, runs the init op. It ignores the
object graph.
"""

from __future__ import annotations

from inspector.loaders import calls, checkpoint, lowering, nodes, parts, placement, releases, session
from inspector.loaders.step import (
    ALL_FUNCTIONS,
    IMPORTED_FUNCTIONS,
    INIT,
    MAIN,
    PLACED,
    RESTORE,
    SIGNATURE,
    TABLES,
    VARIABLES,
    Loader,
    Mind,
    Step,
    Walk,
    has_datum,
    minds,
    of_signature,
)

STEPS = (
    Step("read the graph file", parts.READ_GRAPH_FILE, "python/saved_model/loader_impl.py parse_saved_model"),
    Step(
        "match tags",
        minds("no-meta-graph", "tags-not-found"),
        "python/saved_model/loader_impl.py get_meta_graph_def_from_tags",
    ),
    Step(
        "import the graph",
        (
            *minds("graphdef-version"),
            *nodes.AT_IMPORT,
            *nodes.SHAPES_OF_RESTORE,
            *nodes.ATTRS_IN_MAIN,
            *releases.DEPRECATED_IN_MAIN,
            *checkpoint.HANDLES,
        ),
        "python/saved_model/loader_impl.py load_graph; python/framework/importer.py; common_runtime/graph_constructor.cc",
        reads=(MAIN, IMPORTED_FUNCTIONS),
    ),
    Step(
        "set the devices",
        nodes.SPELLED_FOR_PYTHON,
        "python/framework/importer.py _ProcessNewOps",
        reads=(MAIN,),
    ),
    Step(
        "add the functions to the session",
        nodes.ADDED_TWICE,
        "core/framework/function.cc FunctionLibraryDefinition::AddFunctionDef",
        reads=(ALL_FUNCTIONS,),
    ),
    Step(
        "restore the collections",
        (
            Mind("tensorflow-version-unparsable", when=parts.version_is_refused),
            Mind("collection", when=parts.collection_is_refused),
        ),
        "python/framework/meta_graph.py import_scoped_meta_graph_with_return_elements",
    ),
    Step(
        "restore the variables",
        (*minds("index-missing"), *checkpoint.BY_RESTORE_OP),
        "python/saved_model/loader_impl.py restore_variables; python/training/saver.py restore",
        runs_if=checkpoint.SAVER,
        gives=VARIABLES,
    ),
    Step(
        "place what is lowered into the graph",
        lowering.PLACED_WITH_MAIN,
        "core/common_runtime/lower_functional_ops.cc, before the placer",
        runs_if=parts.RUN_AT_LOAD,
    ),
    Step(
        "place the graph",
        placement.PLACED_BY_PYTHON,
        "core/common_runtime/placer.cc, at the first Session run",
        reads=(MAIN,),
        runs_if=parts.RUN_AT_LOAD,
        gives=PLACED,
    ),
    Step(
        "run the restore op",
        (*calls.IN_RUN, *releases.DEPRECATED_IN_CALL),
        "core/common_runtime/direct_session.cc Run",
        reads=(RESTORE,),
        runs_if=checkpoint.SAVER,
    ),
    Step("find the init op", minds("init-op"), "python/saved_model/loader_impl.py get_init_op"),
    Step(
        "run the init op",
        (
            Mind("asset-tensor", when=has_datum("problem", "missing", "no index")),
            Mind("signature-tensor-missing", when=parts.of_chosen_init_op),
            Mind("placeholder-not-fed", when=parts.of_init_op),
            *parts.ASSETS_READ_AT_LOAD,
            *calls.IN_RUN,
            *releases.DEPRECATED_IN_CALL,
        ),
        "python/saved_model/loader_impl.py run_init_op",
        reads=(INIT,),
        runs_if=parts.INIT_OP,
        gives=TABLES,
    ),
    Step(
        "place the graph at the first call",
        placement.PLACED_AT_FIRST_RUN,
        "core/common_runtime/placer.cc",
        reads=(MAIN,),
        stage="call",
    ),
    Step(
        "place what is lowered into the graph at the first call",
        lowering.PLACED_WITH_MAIN_AT_FIRST_RUN,
        "core/common_runtime/lower_functional_ops.cc, before the placer",
        stage="call",
    ),
    Step(
        "call the signature",
        (
            Mind("not-initialised", when=parts.tables_stay_empty),
            *calls.IN_RUN,
            *releases.DEPRECATED_IN_CALL,
            Mind("signature-tensor-missing", when=of_signature),
            Mind("signature-dtype", when=parts.wrong_input_for_python),
            Mind("signature-shape", when=parts.wrong_input),
            Mind("placeholder-not-fed", when=of_signature),
            Mind("asset-missing", when=parts.asset_is_read_by_call),
            Mind("variable-shape", when=checkpoint.mismatch_at_call),
            Mind("variable-not-initialised", when=checkpoint.stays_unset),
            Mind("saver-missing", when=checkpoint.nothing_restored),
        ),
        "core/common_runtime/direct_session.cc Run",
        reads=(SIGNATURE,),
        stage="call",
    ),
)


def steps(walk: Walk) -> tuple[Step, ...]:
    return STEPS


LOADER = Loader(
    "tf1", "tf.compat.v1.saved_model.load", session.by_tags, steps, session.signature_defs, session.session_entry
)
