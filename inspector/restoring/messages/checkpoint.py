"""The checkpoint below variables/: missing, or damaged."""

from __future__ import annotations

from inspector.restoring.kinds import CHECKPOINT_DAMAGED, FILES, LIKELY, NOT_SAVED_MODEL, POSSIBLE
from inspector.restoring.messages.message import HINT, SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_READER = "core/util/tensor_bundle/tensor_bundle.cc BundleReader"
_TABLE = "core/lib/io/table.cc"
_SLICES = "core/util/tensor_slice_reader.cc TensorSliceReader"
_SAVER = "python/training/saver.py Saver.restore"
_STATUS = "python/checkpoint/checkpoint.py CheckpointLoadStatus"
_POSIX = "core/platform/default/posix_file_system.cc"
_VARIABLES = "core/kernels/resource_variable_ops.cc"
_COPY = "copy the whole folder variables/ again, in binary mode (git lfs pull, if it comes from Git), or export again"

_FILES = (
    Message(
        "checkpoint-missing", FILES,
        "no checkpoint goes by the name `{prefix}`: the folder variables/ or its index is missing",
        "copy the whole model folder again, variables/ included; the hint about `experimental_io_device` does not apply",
        (
            Wording("Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {prefix:line}", "1.15-2.21", _SLICES),
            Wording("Unsuccessful TensorSliceReader constructor: Failed to get matching files on {prefix:lazy}: Not found: ", "1.15-2.21", _SLICES, seen=SOURCE),
            Wording("Unsuccessful TensorSliceReader constructor: Failed to get matching files on {prefix:lazy}: NOT_FOUND: ", "1.15-2.21", _SLICES, seen=SOURCE),
            Wording("The passed save_path is not a valid checkpoint: {prefix:line}", "1.15-2.21", _SAVER),
        ),
        ("TB001",),
    ),
    Message(
        "checkpoint-state-stale", FILES,
        "the file `checkpoint` of the folder names {prefix}, which is not there: moved, renamed, or never copied",
        "give the prefix of a checkpoint that is there (up to .index), or correct model_checkpoint_path in the file `checkpoint`",
        (Wording("Couldn't match files for checkpoint {prefix:line}", "1.15-2.21", "python/checkpoint/checkpoint_management.py latest_checkpoint", seen=SOURCE),),
        certainty=LIKELY,
    ),
    Message(
        "checkpoint-not-given", FILES,
        "no checkpoint was found in the folder: tf.train.latest_checkpoint gives None where the file `checkpoint` is not "
        "there or names none",
        "give the folder that holds the file `checkpoint`, or the path of a checkpoint up to .index",
        (
            Wording("Can't load save_path when it is None", "1.15-2.21", _SAVER, seen=SOURCE),
            Wording("Couldn't find 'checkpoint' file or checkpoints in given directory", "1.15-2.21", "python/training/checkpoint_utils.py", seen=SOURCE),
            Wording("Could not find trained model in model_dir", "2.12-2.15", "tensorflow_estimator", seen=SOURCE),
            Wording("No checkpoint specified (save_path=None)", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("No checkpoint specified, so no restore ops are available", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("At least one prefix checkpoint file must exist, but none existed", "2.12-2.21", "core/util/tensor_bundle/tensor_bundle.cc", seen=SOURCE),
            Wording(".meta does not exist.", "", "python/framework/meta_graph.py", seen=QUOTED),
            Wording("File does not exist. Received: ", "2.9-2.21", "python/framework/meta_graph.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "checkpoint-state-damaged", CHECKPOINT_DAMAGED,
        "the file `checkpoint` of the folder cannot be read",
        "write it again: model_checkpoint_path: \"NAME\" names the checkpoint; or give the path of the checkpoint itself",
        (
            Wording("Invalid checkpoint state loaded from ", "1.15-2.21", "python/checkpoint/checkpoint_management.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "shard-missing", FILES,
        "the data file variables.data-{shard} of the checkpoint is not there",
        "copy variables.data-{shard} from the same export as variables.index (.gitignore and upload filters often drop it)",
        (
            Wording("variables.data-{shard}; No such file or directory", "", _POSIX),
            Wording("variables.data-{shard}; Is a directory", "", _POSIX),
            Wording("variables.data-{shard}; Permission denied", "", _POSIX, seen=QUOTED),
            Wording(".data-{shard}; No such file or directory", "", _POSIX),
        ),
        ("TB003",),
    ),
    Message(
        "index-not-opened", FILES,
        "variables/variables.index is there and cannot be opened as a file",
        _COPY,
        (
            Wording("variables.index; Permission denied", "", _POSIX, seen=QUOTED),
            Wording("variables.index; Is a directory", "", _POSIX),
            Wording("variables.index; No such file or directory", "", _POSIX, seen=QUOTED),
        ),
        ("TB001", "TB002"),
    ),
    Message(
        "no-checkpoint-restored", FILES,
        "the C++ loader found no checkpoint: right for a model without variables, else its variables have no values",
        "if the model has variables, copy its folder again, variables/ included",
        (
            Wording("no variables; no checkpoints were restored. File does not exist: {path:line}", "1.15-2.21", "cc/saved_model/loader_util.cc RunRestore", seen=SOURCE),
            Wording("has no variables; no checkpoints were restored", "1.15-2.21", "cc/saved_model/loader.cc", seen=SOURCE),
        ),
        ("TB001",),
        POSSIBLE,
        HINT,
    ),
    Message(
        "variable-without-value", FILES,
        "the variable `{name}` has no value: nothing restored it, most likely because variables/ is missing or incomplete "
        "(TensorFlow Serving loads such a model without an error)",
        "copy the whole model folder again, variables/ included, saved_model.pb last; if it is all there, export again after "
        "the variables are initialised",
        (
            Wording("Could not find variable {name}. This could mean that the variable has been deleted", "", _VARIABLES),
            Wording("Could not find resource: {container}/{name})", "1.15-2.21", "core/framework/resource_mgr.cc"),
            Wording("Attempting to use uninitialized value {name:w}", "1.15-2.21", "core/common_runtime/executor.cc"),
            Wording("Error while reading resource variable {name:w}", "1.15-2.3", _VARIABLES, seen=SOURCE),
            Wording("Resource {container}/{name}/N10tensorflow3VarE does not exist", "", "core/framework/resource_mgr.h"),
            Wording("Resource {container}/{name}/{}tensorflow{}Var{} does not exist", "1.15-2.21", "core/framework/resource_mgr.h"),
            Wording("Trying to assign to uninitialized variable: {name:w}", "", _VARIABLES, seen=QUOTED),
        ),
        ("TB001", "TB010", "TB012"),
        LIKELY,
    ),
    Message(
        "variable-read-uninitialised", FILES,
        "a variable has no value: nothing restored it, most likely because variables/ is missing or incomplete",
        "copy the whole model folder again, variables/ included; if it is all there, export again after the variables are "
        "initialised",
        (
            Wording("This could mean that the variable was uninitialized.", "1.15-2.3", _VARIABLES, seen=SOURCE),
            Wording("Init operations did not make model ready", "1.15-2.21", "python/training/session_manager.py", seen=SOURCE),
            Wording("Variables not initialized: ", "1.15-2.21", "python/training/session_manager.py", seen=SOURCE),
        ),
        ("TB001", "TB010", "TB012"),
        POSSIBLE,
        SYMPTOM,
    ),
)  # fmt: skip

_DAMAGED = (
    Message(
        "index-damaged", CHECKPOINT_DAMAGED,
        "the checkpoint index is damaged, or the file is no checkpoint index (a data shard, a Git LFS pointer)",
        f"{_COPY}; the name to restore from ends before .index and .data-",
        (
            Wording("not an sstable (bad magic number)", "1.15-2.21", _TABLE),
            Wording("file is too short to be an sstable", "1.15-2.21", _TABLE),
            Wording("block checksum mismatch", "1.15-2.21", "core/lib/io/format.cc"),
            Wording("corrupted compressed block contents", "1.15-2.21", "core/lib/io/format.cc"),
            Wording("truncated block read", "1.15-2.21", "core/lib/io/format.cc", seen=SOURCE),
            Wording("bad entry in block", "1.15-2.21", "core/lib/io/block.cc", seen=SOURCE),
            Wording("bad block handle", "1.15-2.21", "core/lib/io/format.cc", seen=SOURCE),
            Wording("bad block type", "1.15-2.21", "core/lib/io/format.cc", seen=SOURCE),
            Wording("bad block contents", "1.15-2.21", "core/lib/io/block.cc", seen=SOURCE),
            Wording("Unable to open table file {path:line}", "1.15-2.21", _SLICES, seen=SOURCE),
            Wording("was produced by a newer version of TensorFlow with format changes", "1.15-2.21", _READER),
            Wording("unable to parse header", "1.15-2.21", _READER),
            Wording("Failed to seek to header entry", "", _READER, seen=QUOTED),
            Wording("Failed to find the saved tensor slices at the beginning of the checkpoint file", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
        ),
        ("TB002",),
        LIKELY,
    ),
    Message(
        "checkpoint-wrong-prefix", NOT_SAVED_MODEL,
        "another file was given where the common beginning of the names of a checkpoint's files is asked for",
        "pass the path up to .index and .data-00000-of-0000N (model.ckpt, variables/variables), without them",
        (
            Wording(".data-{shard:w}: Data loss: not an sstable (bad magic number)", "", "core/util/tensor_slice_reader.cc", seen=QUOTED),
            Wording(".data-{shard:w}: DATA_LOSS: not an sstable (bad magic number)", "", "core/util/tensor_slice_reader.cc", seen=QUOTED),
            Wording("Unable to open table file {path:w}.data-{shard:w}: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
            Wording("Unable to open table file {path:w}checkpoint: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
            Wording("Unable to open table file {path:w}.meta: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
            Wording("Unable to open table file {path:w}.index: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
            Wording("Unable to open table file {path:w}.pb: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
            Wording("Unable to open table file {path:w}.h5: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
            Wording("Unable to open table file {path:w}.pbtxt: {:lazy}not an sstable (bad magic number)", "1.15-2.21", "core/util/tensor_slice_reader.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "checksum", CHECKPOINT_DAMAGED,
        "the bytes of a tensor in the checkpoint are not those that were written",
        f"{_COPY}; index and data files must come from one export",
        (
            Wording("Checksum does not match: stored {stored:d} vs. calculated on the restored bytes {found:d}", "1.15-2.21", _READER),
            Wording("The length checksum does not match: expected {stored:d} but actual is {found:d}", "1.15-2.21", _READER),
            Wording("length checksum does not match", "1.15-2.21", _READER),
            Wording("Checksum does not match", "1.15-2.21", _READER),
        ),
        ("TB005", "TB015"),
    ),
    Message(
        "shard-short", CHECKPOINT_DAMAGED,
        "a data file of the checkpoint ends before its tensors do",
        _COPY,
        (
            Wording("IndexError: Read less bytes than requested", "1.15-2.21", _READER),
            Wording("Read less bytes than requested\n[[{{node {node}RestoreV2", "1.15-2.21", _READER),
            Wording("Read less bytes than requested\n[[{{function_node {function}}}{{node {node}RestoreV2", "1.15-2.21", _READER),
            Wording("RestoreV2{:lazy}Read less bytes than requested", "1.15-2.21", _READER),
            Wording("Read less bytes than requested", "1.15-2.21", _READER, frame="py_checkpoint_reader.py"),
            Wording("Read less bytes than requested", "1.15-2.21", _READER, frame="saver.py"),
            Wording("Read less bytes than requested\n[[Node: {node:w} = RestoreV2[", "", "core/util/tensor_bundle, before 1.13", seen=SOURCE),
        ),
        ("TB004",),
    ),
    Message(
        "entry-invalid", CHECKPOINT_DAMAGED,
        "the entry `{key}` of the checkpoint index contradicts itself or its tensor",
        _COPY,
        (
            Wording("Invalid size in bundle entry: key {key}; stored size {stored:d}; expected size {wanted:d}", "1.15-2.21", _READER),
            Wording("Invalid tensor shape: {key:w}", "1.15-2.21", _READER),
            Wording("Entry for key {key} not parseable", "1.15-2.21", _READER),
            Wording("Does not have sufficient slices for partitioned tensor {key} to restore in slice_spec", "1.15-2.21", _READER),
        ),
        ("TB006",),
    ),
    Message(
        "entries-contradict", CHECKPOINT_DAMAGED,
        "entries of the checkpoint index contradict each other",
        _COPY,
        (
            Wording("Overlapping slices: existing slice", "1.15-2.21", "core/util/tensor_slice_set.cc"),
            Wording("Seeking to a negative position", "1.15-2.21", "core/lib/io/inputbuffer.cc"),
            Wording("Check failed: entry.ParseFrom", "1.15-2.18", "c/checkpoint_reader.cc"),
            Wording("Check failed: size >= 0", "", "core/framework/tensor_shape.cc"),
        ),
        ("TB006",),
    ),
)  # fmt: skip

MESSAGES = (*_FILES, *_DAMAGED)
