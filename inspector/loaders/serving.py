"""The C++ LoadSavedModel with default SessionOptions: TensorFlow Serving, and what the C API, Java and Go call.

It imports the main graph and the functions that it reaches, and restores only if the index file exists. It looks
neither at the object graph nor at the signatures.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders import calls, checkpoint, lowering, nodes, parts, placement, releases, session
from inspector.loaders.step import (
    ALL_FUNCTIONS,
    IMPORTED_FUNCTIONS,
    INIT,
    MAIN,
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
from inspector.topology.reach import is_procedure


def _has_nothing_to_fetch(finding: Finding, walk: Walk) -> bool:
    """A Session runs nothing that it has neither to fetch nor to execute (core/graph/subgraph.cc)."""
    return of_signature(finding, walk) and not finding.data["output"]


STEPS = (
    Step("read the graph file", parts.READ_GRAPH_FILE, "cc/saved_model/reader.cc ReadSavedModel"),
    Step("match tags", minds("no-meta-graph", "tags-not-found"), "cc/saved_model/reader.cc FindMetaGraphDef"),
    Step(
        "read debug info",
        (Mind("debug-info-damaged", when=has_datum("folder", False)),),
        "cc/saved_model/reader.cc ReadSavedModelDebugInfoIfPresent",
    ),
    Step(
        "validate saved tensors",
        nodes.SAVED_TENSORS,
        "cc/saved_model/loader.cc ValidateSavedTensors",
        reads=(MAIN, ALL_FUNCTIONS),
    ),
    Step(
        "import the graph",
        (
            *minds("graphdef-version"),
            *nodes.AT_IMPORT,
            *nodes.SHAPES_OF_RESTORE,
            Mind("attr-unknown", when=nodes.attr_is_refused),
            *releases.DEPRECATED_IN_MAIN,
            *checkpoint.HANDLES,
        ),
        "core/common_runtime/graph_constructor.cc GraphConstructor::TryImport",
        reads=(MAIN, IMPORTED_FUNCTIONS),
    ),
    Step(
        "add the functions to the session",
        (*nodes.ADDED, Mind("gradient-definition", when=has_datum("problem", "twice")), Mind("function-named-like-op")),
        "core/framework/function.cc FunctionLibraryDefinition::AddFunctionDef, AddGradientDef",
        reads=(ALL_FUNCTIONS,),
    ),
    Step(
        "place what is lowered into the graph",
        lowering.PLACED_WITH_MAIN,
        "core/common_runtime/lower_functional_ops.cc, before the placer",
    ),
    Step(
        "place the graph",
        placement.PLACED_AS_WRITTEN,
        "core/common_runtime/placer.cc, when the session is created",
        reads=(MAIN,),
    ),
    Step(
        "restore the variables",
        (
            Mind("collection", when=parts.assets_are_refused),
            Mind("asset-tensor", when=has_datum("problem", "missing", "twice")),
            *checkpoint.BY_RESTORE_OP,
        ),
        "cc/saved_model/loader_util.cc RunRestore",
        runs_if=checkpoint.INDEX_AND_SAVER_DEF,
        gives=VARIABLES,
    ),
    Step(
        "run the restore op",
        (*calls.IN_RUN, *releases.DEPRECATED_IN_CALL),
        "core/common_runtime/direct_session.cc Run",
        reads=(RESTORE,),
        runs_if=checkpoint.INDEX_AND_SAVER_DEF,
    ),
    Step(
        "find the init op",
        (Mind("init-op", when=has_datum("kind", "count", "output")),),
        "cc/saved_model/loader_util.cc GetInitOp",
    ),
    Step(
        "run the init op",
        (
            Mind("asset-tensor", when=has_datum("problem", "missing", "twice")),
            Mind("signature-tensor-missing", when=parts.of_chosen_init_op),
            Mind("placeholder-not-fed", when=parts.of_init_op),
            *parts.ASSETS_READ_AT_LOAD,
            *calls.IN_RUN,
            *releases.DEPRECATED_IN_CALL,
        ),
        "cc/saved_model/loader_util.cc RunInitOp",
        reads=(INIT,),
        runs_if=parts.INIT_OP,
        gives=TABLES,
    ),
    Step(
        "call the signature",
        (
            Mind("not-initialised", when=parts.tables_stay_empty),
            *calls.IN_RUN,
            *releases.DEPRECATED_IN_CALL,
            Mind("signature-tensor-missing", when=of_signature),
            Mind("placeholder-not-fed", when=of_signature),
            Mind("signature-output-lost", when=_has_nothing_to_fetch),
            Mind("asset-missing", when=parts.asset_is_read_by_call),
            Mind("variable-shape", when=checkpoint.mismatch_at_call),
            Mind("variable-not-initialised", when=checkpoint.stays_unset),
            Mind("signature-tensor-twice", when=of_signature),
            Mind("signature-dtype", when=parts.wrong_input),
            *minds("index-missing", "saver-missing", when=checkpoint.nothing_restored),
        ),
        "core/common_runtime/direct_session.cc Run",
        reads=(SIGNATURE,),
        stage="call",
    ),
)


def steps(walk: Walk) -> tuple[Step, ...]:
    return STEPS


def signatures(walk: Walk) -> list[str]:
    """Those of signature_def. One that returns nothing on purpose cannot be asked for anything."""
    keys = session.signature_defs(walk)
    return [key for key in keys if walk.view and not is_procedure(walk.view.meta, walk.view.meta.signatures[key])]


LOADER = Loader(
    "serving",
    "LoadSavedModel (TensorFlow Serving)",
    session.by_tags,
    steps,
    signatures,
    session.session_entry,
)
