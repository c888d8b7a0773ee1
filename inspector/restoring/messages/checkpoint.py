"""The checkpoint below variables/: missing, damaged, or not that of the graph."""

from __future__ import annotations

from inspector.restoring.kinds import (
    CHECKPOINT_DAMAGED,
    CHECKPOINT_MISMATCH,
    FILES,
    GRAPH,
    LIKELY,
    NOT_SAVED_MODEL,
    POSSIBLE,
    SHAPE,
    VERSION,
)
from inspector.restoring.messages.message import HINT, SYMPTOM, WRAPPER, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_READER = "core/util/tensor_bundle/tensor_bundle.cc BundleReader"
_TABLE = "core/lib/io/table.cc"
_SLICES = "core/util/tensor_slice_reader.cc TensorSliceReader"
_RESTORE = "core/kernels/save_restore_tensor.cc RestoreTensorsV2"
_SAVER = "python/training/saver.py Saver.restore"
_STATUS = "python/checkpoint/checkpoint.py CheckpointLoadStatus"
_POSIX = "core/platform/default/posix_file_system.cc"
_VARIABLES = "core/kernels/resource_variable_ops.cc"
_COPY = "copy the whole folder variables/ again, in binary mode (git lfs pull, if it comes from Git), or export again"
_TOGETHER = "copy saved_model.pb and variables/ from one export, or export again"

_FILES = (
    Message(
        "checkpoint-missing", FILES,
        "no checkpoint goes by the name `{prefix}`: the folder variables/ or its index is missing",
        "copy the whole model folder again, variables/ included; the hint about `experimental_io_device` does not apply",
        (
            Wording("Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {prefix:line}", "1.15-2.21", _SLICES),
            Wording("Unsuccessful TensorSliceReader constructor: Failed to get matching files on {prefix:lazy}: Not found: ", "1.15-2.6", _SLICES, seen=SOURCE),
            Wording("Unsuccessful TensorSliceReader constructor: Failed to get matching files on {prefix:lazy}: NOT_FOUND: ", "2.9-2.21", _SLICES, seen=SOURCE),
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
        ),
        ("TB002",),
        LIKELY,
    ),
    Message(
        "checkpoint-wrong-prefix", NOT_SAVED_MODEL,
        "a data file of a checkpoint was given where the common beginning of its files' names is asked for",
        "pass the path up to .index and .data-00000-of-0000N (model.ckpt, variables/variables), without them",
        (
            Wording(".data-{shard:w}: Data loss: not an sstable (bad magic number)", "", "core/util/tensor_slice_reader.cc", seen=QUOTED),
            Wording(".data-{shard:w}: DATA_LOSS: not an sstable (bad magic number)", "", "core/util/tensor_slice_reader.cc", seen=QUOTED),
            Wording("Unable to open table file {path:w}.data-{shard:w}: {:lazy}not an sstable (bad magic number)", "", "core/util/tensor_slice_reader.cc", seen=QUOTED),
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

_OTHER = (
    Message(
        "key-not-in-checkpoint", CHECKPOINT_MISMATCH,
        "the checkpoint has no value for `{key}`: it does not belong to this graph",
        f"{_TOGETHER}; for a checkpoint of your own program: restore it with the code that wrote it, names unchanged",
        (
            Wording("Key {key:lazy} not found in checkpoint", "1.15-2.21", _RESTORE),
            Wording('Tensor name "{key}" not found in checkpoint files', "1.15-2.21", _SLICES, seen=SOURCE),
        ),
        ("TB007",),
    ),
    Message(
        "nothing-to-restore", CHECKPOINT_MISMATCH,
        "no name of the graph is in the checkpoint (tf.compat.v1's object-based fallback hides which ones)",
        _TOGETHER,
        (Wording("ValueError: No variables to save", "1.15-2.21", "python/training/saver.py", frame="saver.py object_graph_key_mapping"),
         Wording("ValueError: No variables to save", "1.15-2.21", "python/training/saver.py")),
        ("TB007", "TB010"),
        POSSIBLE,
        SYMPTOM,
    ),
    Message(
        "objects-not-restored", CHECKPOINT_MISMATCH,
        "objects of the model have no value in the checkpoint: it does not belong to this model",
        f"{_TOGETHER}; for a checkpoint of your own program: build the same objects before restoring",
        (
            Wording("Some objects had attributes which were not restored", "1.15-2.21", _STATUS),
            Wording("Some Python objects were not bound to checkpointed values", "1.15-2.6", _STATUS, seen=SOURCE),
            Wording("Python objects that were not bound to checkpointed values", "2.9-2.21", _STATUS),
            Wording("Nothing except the root object matched a checkpointed value", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("AssertionError: Unresolved object in checkpoint", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("not assigned a value from checkpoint", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("Unresolved slot restorations: ", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("Unused attributes in these objects (the attributes exist in the checkpoint", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("Object not restored: ", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("Nothing to load. No dependencies have been added to", "1.15-2.21", _STATUS, seen=SOURCE),
            Wording("because not all expected tensors were in the checkpoint", "2.12-2.21", "python/training/saving/saveable_object_util.py", seen=SOURCE),
            Wording("expects checkpointed values but checkpoint does not contain serialized tensors", "2.12-2.21", "python/checkpoint/restore.py", seen=SOURCE),
            Wording("does not expect checkpointed values but checkpoint contains serialized tensors", "2.12-2.21", "python/checkpoint/restore.py", seen=SOURCE),
            Wording("An attribute in the restored object could not be found in the checkpoint", "2.9-2.21", _STATUS, seen=SOURCE),
        ),
        ("TB007", "OB016"),
    ),
    Message(
        "checkpoint-not-object-based", CHECKPOINT_MISMATCH,
        "the checkpoint has no object graph: it was written by tf.compat.v1.train.Saver, by names",
        "restore it with tf.compat.v1.train.Saver, or copy the checkpoint that belongs to the model",
        (
            Wording("does not appear to be object-based (saved with TF2) since it is missing the key", "2.9-2.21", _STATUS, seen=SOURCE),
            Wording("does not appear to be object-based (it is missing the key", "1.15-2.6", _STATUS, seen=SOURCE),
            Wording("Checkpoint in {path:lazy} not an object-based checkpoint", "1.15-2.21", _SAVER, seen=SOURCE),
            Wording("Key _CHECKPOINTABLE_OBJECT_GRAPH not found in checkpoint", "", _RESTORE),
        ),
        ("OB016", "TB007"),
    ),
    Message(
        "checkpoint-dtype", CHECKPOINT_MISMATCH,
        "the tensor `{key}` is {found} in the checkpoint, the graph expects {wanted}",
        f"{_TOGETHER}; cast a variable in code, not in the file",
        (Wording("tensor_name = {key}; expected dtype {wanted:lazy} does not equal original dtype {found:line}", "1.15-2.21", _RESTORE),),
        ("TB008",),
    ),
    Message(
        "checkpoint-dtype-invalid", CHECKPOINT_DAMAGED,
        "an entry of the checkpoint index has a dtype that there is not ({value})",
        _COPY,
        (Wording("{value:d} does not correspond to a valid tensorflow::DataType", "", "python/lib/core/ndarray_tensor.cc", frame="py_checkpoint_reader.py"),),
        ("TB006",),
    ),
    Message(
        "checkpoint-shape", CHECKPOINT_MISMATCH,
        "a variable has the shape {wanted} in the graph and {found} in the checkpoint",
        f"{_TOGETHER}; for fine-tuning, leave the layers that changed out of what is restored",
        (
            Wording("Received incompatible tensor with shape {found:lazy} when attempting to restore variable with shape {wanted:lazy} and name {name:w}", "2.9-2.21", "python/training/saving/saveable_object_util.py"),
            Wording("Received incompatible tensor with shape {found:lazy} when attempting to restore variable with shape {wanted:line}", "2.9-2.21", "python/training/saving/saveable_object_util.py"),
            Wording("Assign requires shapes of both tensors to match. lhs shape= {wanted:shape} rhs shape= {found:shape}", "1.15-2.21", "core/kernels/assign_op.h"),
            Wording("shape in shape_and_slice spec {wanted:lazy} does not match the shape stored in checkpoint: {found:line}", "1.15-2.21", _RESTORE),
        ),
        ("TB009",),
    ),
    Message(
        "layer-weights-shape", CHECKPOINT_MISMATCH,
        "the weights of a layer have another shape in the file than in the model",
        "build the model with the configuration of the file (classes, input shape, include_top), or load by_name with "
        "skip_mismatch=True",
        (
            Wording("not compatible with provided weight shape", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Shape mismatch in layer #{:d} (named {layer:w}) for weight", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Shape mismatch in model for top-level weight", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("The shape of the target variable and the shape of the target value in `variable.assign(value)` must match", "2.21", "keras", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "layer-weights-count", CHECKPOINT_MISMATCH,
        "the file has another number of layers or weights than the model",
        "build the model with the code that wrote the file; load by_name=True for parts of it",
        (
            Wording("You are trying to load a weight file containing {found:d} layers into a model with {wanted:d} layers", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Layer count mismatch when loading weights from file", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Weight count mismatch for layer", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Weight count mismatch for top-level weights", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("weight(s), but the saved weights have {found:d} element(s)", "1.15-2.21", "keras", seen=SOURCE),
            Wording("variables, but received {found:d} variables during loading", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("objects could not be loaded. Example error message", "2.21", "keras", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "checkpoint-version", VERSION,
        "the checkpoint was written for another TensorFlow than the one that reads it",
        "load it with the TensorFlow that wrote it, or a newer one",
        (
            Wording("Checkpoint min consumer version {wanted:d} above current version", "", "core/framework/versions.cc"),
            Wording("Checkpoint disallows consumer version {version:d}", "", "core/framework/versions.cc"),
            Wording("Checkpoint producer version {version:d} below min producer", "", "core/framework/versions.cc"),
            Wording("Unable to load checkpoint saved in future version of TensorFlow", "2.12-2.21", "python/checkpoint/restore.py", seen=SOURCE),
        ),
        ("VR002",),
    ),
    Message(
        "restore-op", GRAPH,
        "the saver of the model contradicts itself",
        "export the model again",
        (
            Wording("Got {:d} tensor names, but {:d} expected dtypes", "1.15-2.21", "core/kernels/save_restore_v2_ops.cc"),
            Wording("Since there are variables in the graph, a saver is required", "1.15-2.21", "python/saved_model/loader_impl.py", seen=SOURCE),
            Wording("saver_def must specify the", "1.15-2.21", "python/training/saver.py _check_saver_def"),
        ),
        ("TB013", "TB011", "TB010"),
    ),
    Message(
        "assign-dtype", CHECKPOINT_MISMATCH,
        "a variable is {wanted}, and is to be given a value of {found}",
        _TOGETHER,
        (Wording("Trying to assign variable with wrong dtype. Expected {wanted:lazy} got {found:w}", "1.15-2.21", _VARIABLES),),
        ("TB008", "TB014", "GR004"),
    ),
    Message(
        "restored-twice", GRAPH,
        "the object graph has one variable under two names (a preprocessing layer that is tracked twice)",
        "export again with a newer TensorFlow, or track the layer once",
        (Wording("The same saveable will be restored with two names: {name:line}", "1.15-2.21", "python/training/saving/functional_saver.py", seen=SOURCE),),
    ),
    Message(
        "restore-failed", CHECKPOINT_MISMATCH,
        "the checkpoint cannot be restored into this graph",
        _TOGETHER,
        (
            Wording("Restoring from checkpoint failed. This is most likely due to a mismatch between the current graph and the graph from the checkpoint", "", _SAVER),
            Wording("Restoring from checkpoint failed. This is most likely due to a Variable name or other graph key", "", _SAVER),
            Wording("Failed to restore from checkpoint or SavedModel at", "2.6", "python/training/tracking/util.py", seen=SOURCE),
            Wording("Error when restoring from checkpoint or SavedModel at", "2.9-2.21", "python/checkpoint/checkpoint.py", seen=SOURCE),
        ),
        certainty=POSSIBLE,
        rank=WRAPPER,
    ),
    Message(
        "assign-shape", SHAPE,
        "two shapes that must be equal are {one} and {other}",
        "find which part has the wrong shape; for a checkpoint, copy saved_model.pb and variables/ from one export",
        (Wording("ValueError: Shapes {one:lazy} and {other:lazy} are incompatible", "1.15-2.21", "python/framework/tensor_shape.py"),
         Wording("Cannot assign value to variable '{name}': Shape mismatch.The variable shape {one:lazy}, and the assigned value shape {other:lazy} are incompatible", "2.9-2.21", "python/ops/resource_variable_ops.py", seen=SOURCE)),
        ("TB009", "GR013"),
        POSSIBLE,
        SYMPTOM,
    ),
)  # fmt: skip

MESSAGES = (*_FILES, *_DAMAGED, *_OTHER)
