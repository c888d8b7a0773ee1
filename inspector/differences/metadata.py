"""What neither a load nor a call notices."""

from inspector.differences.difference import METADATA, Difference


def _of(number: int, name: str, summary: str, what: str, message: str) -> Difference:
    return Difference(f"DF5{number:02}", name, METADATA, summary, what, _WHY, "Nothing.", message)


_WHY = "Only people and tools that read the model's files notice."
DIFFERENCES = (
    _of(0, "saved-by-changed", "Another TensorFlow saved it.", "MetaInfoDef.tensorflow_version.",
        "saved by TensorFlow {new}, was {old}"),
    _of(1, "producer-changed", "The graph has another producer version.", "GraphDef.versions.",
        "graph versions {new}, were {old}"),
    _of(2, "collections-changed", "Other collections.", "Names of collections, where only tools read them.",
        "collections added: {added}; removed: {removed}"),
    _of(3, "objects-changed", "Other objects in the object graph.",
        "Paths and kinds of objects that are neither functions nor variables of the checkpoint.",
        "objects added: {added}; removed: {removed}"),
    _of(4, "extra-assets-changed", "Other files in assets.extra/.", "Names and sizes; nothing reads them.",
        "assets.extra: {names} differ"),
    _of(5, "side-files-changed", "Other files beside the graph.", "fingerprint.pb, keras_metadata.pb and debug info.",
        "side files added: {added}; removed: {removed}"),
    _of(6, "asset-renamed", "An asset has another name.", "The same content under another name.", "asset {old} became {new}"),
    _of(7, "devices-changed", "Nodes are placed on other devices.",
        "The device strings of the nodes that signatures reach, counted.", "devices {new}, were {old}"),
    _of(8, "seeds-changed", "Random ops have other seeds.",
        "The attrs seed and seed2, where both models fix them; from none to some, or back, is another computation.",
        "random ops have the seeds {new}, had {old}"),
    _of(9, "loose-assets-changed", "Files below assets/ that no MetaGraph names changed.",
        "Files that are not in asset_file_def: other content, more or fewer.", "assets that nothing reads: {names} differ"),
)  # fmt: skip
