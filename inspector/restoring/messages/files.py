"""Files: the wrong path, files that are not what they are called, assets and other files beside the graph."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, FILES, GRAPH, LIKELY, NOT_SAVED_MODEL, POSSIBLE, SIGNATURE
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_PARSE = "python/saved_model/loader_impl.py parse_saved_model"
_READ = "cc/saved_model/reader.cc ReadSavedModel"
_PROTO = "core/platform/env.cc ReadBinaryProto"
_SERVER = "tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc"
_HUB = "tensorflow_hub/module_v2.py"
_H5PY = "h5py"
_RUN_LOOK = "python -m inspector FOLDER says what is there instead"

MESSAGES = (
    Message(
        "no-saved-model", NOT_SAVED_MODEL,
        "there is no saved_model.pb and no saved_model.pbtxt in `{path}`",
        "pass the folder that holds saved_model.pb: not the file, not the folder above it, no .h5, .keras or checkpoint; "
        f"{_RUN_LOOK}; delete a half-filled TensorFlow Hub cache",
        (
            Wording("SavedModel file does not exist at: {path:lazy}/{saved_model.pbtxt|saved_model.pb}", "1.15-2.21", _PARSE),
            Wording("SavedModel file does not exist at: {path:line}", "1.15-2.21", _PARSE),
            Wording("Could not find SavedModel .pb or .pbtxt at supplied export directory path: {path:w}", "1.15-2.21", _READ),
            Wording("'{path}' contains neither 'saved_model.pb' nor 'saved_model.pbtxt'", "", _HUB, seen=SOURCE),
            Wording("SavedModel not found in export directory: {path:w}", "", "cc/saved_model/loader.cc", seen=QUOTED),
            Wording("Could not find SavedModel .pb or .cpb at supplied export directory path with prefix: {path:w}", "2.15-2.21", _READ, seen=SOURCE),
        ),
        ("SM001",),
    ),
    Message(
        "no-servable-version", NOT_SAVED_MODEL,
        "the base folder `{path}` has no version folder: TensorFlow Serving looks for a folder named by a number",
        "put the model into a numbered folder, .../1/saved_model.pb, and serve the folder above it; in a container check that "
        "the folder is mounted there",
        (
            Wording("No versions of servable {name} found under base path {path:lazy}. Did you forget", "", _SERVER, seen=SOURCE),
            Wording("No versions of servable {name} found under base path {path:line}", "", _SERVER, seen=SOURCE),
            Wording("Could not find base path {path} for servable {name:w}", "", _SERVER, seen=SOURCE),
            Wording("Unable to find a numerical version path for servable {name:w} at: {path:w}", "", _SERVER, seen=SOURCE),
        ),
        ("SM001",),
    ),
    Message(
        "graph-file-not-parsed", NOT_SAVED_MODEL,
        "the graph file does not parse: it is cut, or it is no SavedModel (a Git LFS pointer, an HTML page, a frozen "
        "GraphDef, a text proto in a .pb)",
        f"look at its first bytes ({_RUN_LOOK}); then git lfs pull, or download or copy it again in binary mode",
        (
            Wording("Cannot parse file {path:lazy}saved_model.pb", "1.15-2.21", _PARSE),
            Wording("Can't parse {path:lazy}saved_model.pb", "1.15-2.21", _PROTO),
            Wording("Cannot parse proto file {path:lazy}saved_model.pb", "2.9-2.21", "python/tools/saved_model_utils.py read_saved_model", seen=SOURCE),
            Wording("Error parsing message with type 'tensorflow.SavedModel'", "", "google.protobuf"),
            Wording("UnicodeDecodeError: 'utf-8' codec can't decode byte", "", _PARSE, frame="loader_impl.py parse_saved_model"),
            Wording("google.protobuf.message.DecodeError: ", "", _PARSE, frame="loader_impl.py parse_saved_model"),
            Wording("Error parsing text-format tensorflow.SavedModel: ", "", "google.protobuf", seen=QUOTED),
            Wording("Cannot parse file {path:lazy}saved_model.pbtxt", "1.15-2.21", _PARSE),
            Wording("Cannot parse pbtxt file ", "2.9-2.21", "python/tools/saved_model_utils.py", seen=SOURCE),
            Wording('Message type "tensorflow.SavedModel" has no field named', "", "google.protobuf"),
        ),
        ("SM002",),
        LIKELY,
    ),
    Message(
        "graph-def-not-parsed", NOT_SAVED_MODEL,
        "the bytes are no {proto}: the file is cut, or of another kind (a SavedModel is no GraphDef)",
        f"load a SavedModel by tf.saved_model.load(its folder); else copy the file again in binary mode; {_RUN_LOOK}",
        (
            Wording("Error parsing message with type '{proto}'", "", "google.protobuf"),
            Wording("Error parsing message as the message exceeded the protobuf limit with type '{proto}'", "", "google.protobuf", seen=QUOTED),
        ),
        certainty=POSSIBLE,
    ),
    Message(
        "bytes-not-parsed", NOT_SAVED_MODEL,
        "the bytes of a protobuf message are cut, or of another kind (a Git LFS pointer, an HTML page, text in a .pb)",
        f"look at the first bytes of the file ({_RUN_LOOK}); then git lfs pull, or download or copy it again",
        (
            Wording("DecodeError: Error parsing message{rest:line}", "2.12-2.15, 2.21", "google.protobuf"),
            Wording("DecodeError: Wire format was corrupt", "2.12-2.15, 2.21", "google.protobuf", seen=SOURCE),
            Wording("DecodeError: Unexpected end-group tag", "2.12-2.15, 2.21", "google.protobuf", seen=SOURCE),
            Wording("DecodeError: Wrong wire type in tag", "2.12-2.15, 2.21", "google.protobuf", seen=SOURCE),
        ),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
    Message(
        "bytes-truncated", GRAPH,
        "the bytes of a protobuf message end before the message does: the file is cut (or of another kind)",
        f"download or copy the file again in binary mode; {_RUN_LOOK}",
        (Wording("DecodeError: Truncated message", "1.15-2.21", "google.protobuf", seen=SOURCE),),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
    Message(
        "no-meta-graph", NOT_SAVED_MODEL,
        "the graph file parses and holds no MetaGraph: it is empty, or a frozen GraphDef; the words about tags mislead",
        "copy or download the file again; a frozen GraphDef is loaded by tf.compat.v1.import_graph_def; no tags will help",
        (
            Wording("but there are 0 MetaGraphs in the SavedModel with tag sets: {:line}", "", "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader"),
            Wording("but there are 0 MetaGraphs in the SavedModel with tag sets {:line}", "", "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader"),
            Wording("could not be found in SavedModel. To inspect available tag-sets in the SavedModel, please use the SavedModel CLI: saved_model_cli\navailable_tags: []", "", "python/saved_model/loader_impl.py, before 2.3", seen=SOURCE),
            Wording("could not be found in SavedModel, with available tags '[]'", "", "python/saved_model/loader_impl.py SavedModelLoader.get_meta_graph_def_from_tags"),
        ),
        ("SM004",),
    ),
    Message(
        "several-meta-graphs", SIGNATURE,
        "the model holds {count} MetaGraphs, with the tags {tags}: tf.saved_model.load wants to be told which",
        "pass tags= with one of {tags}",
        (
            Wording("but there are {count:d} MetaGraphs in the SavedModel with tag sets {tags:line}", "1.15-2.21", "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader"),
            Wording("but there are {count:d} MetaGraphs in the SavedModel with tag sets: {tags:line}", "2.9-2.21", "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader"),
        ),
        ("SG006",),
    ),
    Message(
        "tags-not-found", SIGNATURE,
        "no MetaGraph of the model has exactly the tags {tags}",
        "pass the tags that the model has (saved_model_cli show --dir FOLDER), as a list: tags=['serve']; or export with the "
        "tag serve, which TensorFlow Serving asks for",
        (
            Wording("MetaGraphDef associated with tags {tags:lazy} could not be found in SavedModel", "1.15-2.21", "python/saved_model/loader_impl.py SavedModelLoader.get_meta_graph_def_from_tags"),
            Wording("Could not find meta graph def matching supplied tags: {{tags:lazy}}", "1.15-2.21", "cc/saved_model/reader.cc FindMetaGraphDef"),
            Wording("MetaGraphDef associated with tag-set {tags:lazy} could not be found in", "1.15-2.21", "python/tools/saved_model_utils.py get_meta_graph_def", seen=SOURCE),
            Wording("The SavedModel does not have tags: {tags:line}", "", "tfjs-node/src/saved_model.ts", seen=SOURCE),
            Wording("Got an incompatible argument to `tags`: {tags:lazy}. The SavedModel at", "2.9-2.21", "python/saved_model/load.py load_partial", seen=SOURCE),
            Wording("has one MetaGraph with tags {}, but got an incompatible argument tags={tags:line}", "1.15-2.6", "python/saved_model/load.py load_internal", seen=SOURCE),
            Wording("Could not find MetaGraphDef with tags {tags:line}", "1.15", "contrib/predictor/saved_model_predictor.py", seen=SOURCE),
        ),
        ("SG005", "SM004", "SG006"),
        LIKELY,
    ),
    Message(
        "graph-file-not-opened", FILES,
        "saved_model.pb is there and cannot be read",
        "make it a file that the loading user may read: chmod -R a+rX on the model folder, the user of the container",
        (
            Wording("saved_model.pb; Permission denied", "", _PROTO, seen=QUOTED),
            Wording("saved_model.pbtxt; Permission denied", "", _PROTO, seen=QUOTED),
            Wording("saved_model.pb; Is a directory", "", _PROTO),
            Wording("saved_model.pbtxt; Is a directory", "", _PROTO),
        ),
        ("SM003",),
    ),
    Message(
        "file-not-readable", FILES,
        "the file `{file}` of the model may not be read",
        "let the loading user read it: chmod -R a+rX on the model folder, the user of the container",
        (Wording("{file:w}; Permission denied", "", "core/platform/default/posix_file_system.cc", seen=QUOTED),),
        ("SM003", "TB003"),
    ),
    Message(
        "debug-info-damaged", GRAPH,
        "debug/saved_model_debug_info.pb does not parse",
        "delete the folder debug/ (it only holds stack traces), or copy the file again",
        (
            Wording("Cannot parse file {path:lazy}saved_model_debug_info.pb", "2.3-2.21", _PARSE),
            Wording("Can't parse {path:lazy}saved_model_debug_info.pb", "2.3-2.21", _PROTO),
            Wording("saved_model_debug_info.pb; Is a directory", "", _PROTO),
            Wording("saved_model_debug_info.pb; Not a directory", "", _PROTO, seen=QUOTED),
        ),
        ("SM008",),
    ),
    Message(
        "asset-missing", FILES,
        "the asset assets/{file} is not there",
        "copy the whole model folder again, assets/ included, or export again with the file as a tf.saved_model.Asset",
        (
            Wording("/assets/{file}; No such file or directory", "", "core/platform/default/posix_file_system.cc"),
            Wording("/assets/{file}; Is a directory", "", "core/platform/default/posix_file_system.cc"),
            Wording("/assets/{file}; Not a directory", "", "core/platform/default/posix_file_system.cc", seen=QUOTED),
        ),
        ("SM006",),
    ),
    Message(
        "file-missing-on-windows", FILES,
        "the file `{file}` of the model is not there, or cannot be opened",
        "copy the whole model folder again (.gitignore and download tools leave large files out); correct the path",
        (
            Wording("NewRandomAccessFile failed to Create/Open: {file:lazy} : ", "", "core/platform/windows/windows_file_system.cc", seen=SOURCE),
            Wording("NewReadOnlyMemoryRegionFromFile failed to Create/Open: {file:lazy} : ", "", "core/platform/windows/windows_file_system.cc", seen=SOURCE),
        ),
        ("TB003", "SM006", "TB001"),
        LIKELY,
    ),
    Message(
        "asset-content", FILES,
        "the file that fills a lookup table holds something else than the table expects",
        "copy the assets again from the export; if it comes from Git, git lfs pull; a vocabulary has each word once and no "
        "blank lines",
        (
            Wording("HashTable has different value for same key. Key {key:lazy} has ", "1.15-2.21", "core/kernels/lookup_table_op.h HashTable::DoInsert"),
            Wording("HashTable has different value for same key.", "1.15-2.21", "core/kernels/lookup_table_op.h HashTable::DoInsert"),
            Wording("Invalid content in {file:lazy}: empty line found at position", "1.15-2.21", "core/kernels/lookup_util.cc TextFileLineIterator"),
            Wording("Invalid content in {file:lazy}: ", "1.15-2.21", "core/kernels/lookup_util.cc TextFileLineIterator"),
            Wording("Read less bytes than requested\n[[{{node {node}InitializeTableFromTextFile", "1.15-2.21", "core/kernels/lookup_util.cc"),
            Wording("InitializeTableFromTextFile{:lazy}Read less bytes than requested", "1.15-2.21", "core/kernels/lookup_util.cc", seen=SOURCE),
            Wording("Read less bytes than requested\n[[{{function_node {function}}}{{node {node}InitializeTableFromTextFile", "1.15-2.21", "core/kernels/lookup_util.cc"),
            Wording("Invalid vocab_size in ", "1.15-2.21", "core/kernels/lookup_util.cc", seen=SOURCE),
        ),
        ("SM012",),
        LIKELY,
    ),
    Message(
        "file-missing", FILES,
        "the model reads the file `{file}`, which is not there",
        "export again with the file as a tf.saved_model.Asset, so that it is copied into assets/; a path of the machine "
        "that exported it is baked into the graph",
        (
            Wording("{file:w}; No such file or directory", "", "core/platform/default/posix_file_system.cc"),
            Wording("{file:w}; Is a directory", "", "core/platform/default/posix_file_system.cc"),
        ),
        ("SM006", "SM007"),
        LIKELY,
    ),
    Message(
        "graph-file-short", GRAPH,
        "a file ends before what it should hold: most likely saved_model.pb is cut, or has bytes added at its end",
        f"copy or download the model again in binary mode; {_RUN_LOOK}",
        (Wording("Read less bytes than requested", "1.15-2.21", "core/platform/default/posix_file_system.cc"),),
        ("SM002", "SM008"),
        POSSIBLE,
        SYMPTOM,
    ),
    Message(
        "graph-too-large", GRAPH,
        "the graph is larger than protobuf takes (2 GiB, in older programs 64 MiB or 1 GiB): weights or tables are "
        "constants in it",
        "keep weights in variables and tables in assets instead of constants; a newer loader takes up to 2 GiB",
        (
            Wording("A protocol message was rejected because it was too big", "1.15-2.21", "google.protobuf", seen=SOURCE),
            Wording("would be larger than the limit (2147483647 bytes)", "", "google.protobuf", seen=QUOTED),
            Wording("exceeds maximum protobuf size of 2GB", "", "google.protobuf", seen=QUOTED),
            Wording("exceeded maximum protobuf size of 2GB", "1.15-2.21", "google.protobuf", seen=SOURCE),
            Wording("GraphDef cannot be larger than 2GB", "1.15-2.21", "python/framework/ops.py Graph.as_graph_def", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "file-system-not-there", DEPENDENCY,
        "the path is of a file system (`{scheme}`) that this TensorFlow has no support for",
        "pip install tensorflow-io, then: import tensorflow_io  # before the load; or copy the model to a local folder",
        (Wording("File system scheme '{scheme}' not implemented", "1.15-2.21", "core/platform/env.cc Env::GetFileSystemForFile", seen=SOURCE),),
    ),
    Message(
        "h5-file-not-opened", NOT_SAVED_MODEL,
        "the file is no HDF5 file: another format, a Git LFS pointer, an HTML page, or nothing at all",
        f"{_RUN_LOOK}; a SavedModel folder is loaded by tf.saved_model.load",
        (
            Wording("open file (file signature not found)", "", _H5PY, seen=QUOTED),
            Wording("OSError: SavedModel file does not exist at: {path:lazy}.h5", "1.15-2.21", _PARSE, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "h5-file-cut", GRAPH,
        "the HDF5 file is cut",
        "download or copy the file again",
        (Wording("open file (truncated file: eof", "", _H5PY, seen=QUOTED),),
    ),
    Message(
        "h5-file-missing", FILES,
        "the HDF5 file is not there",
        "correct the path; relative paths start at the current folder of the process",
        (Wording("open file (unable to open file: name = '{file}', errno = 2", "", _H5PY, seen=QUOTED),),
    ),
    Message(
        "warmup-record", FILES,
        "the warm-up requests in assets.extra/tf_serving_warmup_requests cannot be read",
        "write them again with tf.io.TFRecordWriter, one PredictionLog a record (1000 at most), or remove the file",
        (
            Wording("Please verify your warmup data is in TFRecord format", "", "tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc", seen=SOURCE),
            Wording("Failed to parse warmup record: ", "", "tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc", seen=SOURCE),
            Wording("Number of warmup records exceeds the maximum", "", "tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc", seen=SOURCE),
        ),
    ),
)  # fmt: skip
