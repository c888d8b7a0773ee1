"""Groups of rules that several loaders mind in the same breath, and conditions on the walk that they share."""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders import session
from inspector.loaders.step import VARIABLES, Mind, Precondition, Walk, minds
from inspector.model.saved_model import ASSETS_COLLECTION
from inspector.topology.assets import AT_LOAD, GFILE_JOIN, JOIN_PATH
from inspector.topology.reach import INIT_SIGNATURE, MAIN_OPS

# Reading the graph file.
READ_GRAPH_FILE = minds("not-a-saved-model", "graph-file-damaged", "graph-file-unreadable")


def has_init_op(walk: Walk) -> bool:
    return walk.view is not None and bool(walk.view.reach.init_ops())


INIT_OP = Precondition(has_init_op, "no init op")
RUN_AT_LOAD = Precondition(
    lambda walk: has_init_op(walk) or VARIABLES in walk.given, "nothing runs at load: left to the first call"
)


def _is_missing(finding: Finding, walk: Walk) -> bool:
    """No file where this loader looks: C++ and Python join an absolute name differently."""
    return (JOIN_PATH if walk.loader == "serving" else GFILE_JOIN) in finding.data["missing_by"]


def _by_objects(walk: Walk) -> bool:
    return walk.loader == "tf2" and walk.model.is_v2


def asset_is_read_at_load(finding: Finding, walk: Walk) -> bool:
    """An asset that the init op, or for tf.saved_model.load's V2 path a resource's initializer, takes as input."""
    when = finding.data["objects" if _by_objects(walk) else "session"]
    return when == AT_LOAD and _is_missing(finding, walk)


def asset_is_read_by_call(finding: Finding, walk: Walk) -> bool:
    """An asset that the called signature takes as input."""
    if not _is_missing(finding, walk):
        return False
    if _by_objects(walk):
        return not walk.functions.isdisjoint(finding.data["functions"])
    return not walk.nodes.isdisjoint(finding.data["holders"])


def asset_is_refused_at_load(finding: Finding, walk: Walk) -> bool:
    """An asset with a content that the init op, or a resource's initializer, stops at."""
    when = finding.data["objects" if _by_objects(walk) else "session"]
    return bool(finding.data["refused"]) and when == AT_LOAD


def assets_are_refused(finding: Finding, walk: Walk) -> bool:
    """The one collection, besides the init op's, that C++ reads: assets of old models."""
    return bool(finding.data["collection"] == ASSETS_COLLECTION and finding.data["case"] == "damaged")


def collection_is_refused(finding: Finding, walk: Walk) -> bool:
    """Nodes in place of variables stop only who makes variables of its own of them (eager/wrap_function.py), or a saver
    because there is no saver_def (training/saver.py)."""
    saverless = walk.view is not None and walk.view.meta.saver_def is None
    return finding.data["case"] != "no variables" or walk.loader == "tf2" or saverless


def of_init_op(finding: Finding, walk: Walk) -> bool:
    """Findings about the init op or the assets that it is fed."""
    return finding.data.get("signature") in (INIT_SIGNATURE, *MAIN_OPS)


def of_chosen_init_op(finding: Finding, walk: Walk) -> bool:
    """Findings about the one init op that C++ runs: the first of signature, main op and legacy init op."""
    if walk.view is None or not of_init_op(finding, walk):
        return False
    chosen = walk.view.reach.init_ops()[0]
    return str(finding.data.get("tensor", chosen)) == chosen


def without_tf_keras(finding: Finding, walk: Walk) -> bool:
    """load.py imports tf_keras where it is installed: its optimizers have add_slot. Keras 2 was built in up to 2.15.

    Slots of anything but an optimizer find no add_slot in any case. TensorFlow 2.6 has Keras as a package of its own and
    does not yet import it for a load.
    """
    if not finding.data.get("optimizer", True):
        return True
    if walk.target.minor == (2, 6):
        return "keras" not in walk.target.packages
    return walk.target.minor >= (2, 16) and "tf_keras" not in walk.target.packages


def unregistered_package(finding: Finding, walk: Walk) -> bool:
    """A TypeSpec whose package is not imported in the target."""
    return finding.data.get("import") not in walk.target.packages


def wrong_input(finding: Finding, walk: Walk) -> bool:
    """A lie about an input of the signature that is being called; lies about outputs nobody notices."""
    return finding.data.get("signature") == walk.signature and finding.data.get("field") == "inputs"


def wrong_input_for_python(finding: Finding, walk: Walk) -> bool:
    """Session.run makes an array of the placeholder's dtype of what is fed: of numbers it makes no strings."""
    return wrong_input(finding, walk) and finding.data["found"] == "string"


def version_is_refused(finding: Finding, walk: Walk) -> bool:
    """A tensorflow_version that meta_graph.py cannot compare: by packaging (measured from 2.12 on), by distutils before,
    which takes anything that begins with a number."""
    return walk.target.minor >= (2, 9) or not finding.data.get("numbered")


def name_stops_the_load(finding: Finding, walk: Walk) -> bool:
    """wrap_function.py makes a FunctionType of each signature, measured with 2.21; 2.18 does not."""
    return finding.data["case"] != "self" and walk.target.minor >= (2, 21)


def name_stops_the_call(finding: Finding, walk: Walk) -> bool:
    """Two inputs of one name, or one without a name: one of them cannot be given."""
    return bool(finding.data["case"] != "keyword" and finding.data["signature"] == walk.signature)


def tables_stay_empty(finding: Finding, walk: Walk) -> bool:
    """A table that no init op fills. Whoever loads a graph of TensorFlow Transform fills its tables by itself."""
    return walk.view is not None and walk.view.meta.tags != session.TRANSFORM_TAGS


def tables_stay_empty_in_tf2(finding: Finding, walk: Walk) -> bool:
    """load_v1_in_v2.py runs the collection table_initializer where the model has no init op."""
    return tables_stay_empty(finding, walk) and (has_init_op(walk) or not finding.data["collected"])


# Assets that the init op, or a resource's initializer, reads.
ASSETS_READ_AT_LOAD = (
    Mind("asset-missing", when=asset_is_read_at_load),
    Mind("asset-content", when=asset_is_refused_at_load),
)
