"""A checkpoint that is not that of the graph: other names, shapes, dtypes, objects."""

from __future__ import annotations

from inspector.restoring.kinds import CHECKPOINT_DAMAGED, CHECKPOINT_MISMATCH, GRAPH, LIKELY, POSSIBLE, SHAPE, VERSION
from inspector.restoring.messages.message import SYMPTOM, WRAPPER, Message
from inspector.restoring.messages.wording import SOURCE, Wording

_SLICES = "core/util/tensor_slice_reader.cc TensorSliceReader"
_RESTORE = "core/kernels/save_restore_tensor.cc RestoreTensorsV2"
_SAVER = "python/training/saver.py Saver.restore"
_STATUS = "python/checkpoint/checkpoint.py CheckpointLoadStatus"
_VARIABLES = "core/kernels/resource_variable_ops.cc"
_COPY = "copy the whole folder variables/ again, in binary mode (git lfs pull, if it comes from Git), or export again"
_TOGETHER = "copy saved_model.pb and variables/ from one export, or export again"

MESSAGES = (
    Message(
        "key-not-in-checkpoint", CHECKPOINT_MISMATCH,
        "the checkpoint has no value for `{key}`: it does not belong to this graph",
        f"{_TOGETHER}; for a checkpoint of your own program: restore it with the code that wrote it, names unchanged",
        (
            Wording("Key {key:lazy} not found in checkpoint", "1.15-2.21", _RESTORE),
            Wording('Tensor name "{key}" not found in checkpoint files', "1.15-2.21", _SLICES, seen=SOURCE),
            Wording("Tensor {key:w} is not found in {path:w} checkpoint", "1.15-2.21", "python/training/checkpoint_utils.py", seen=SOURCE),
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
            Wording("to restore does not exist in the checkpoint", "2.12-2.21", "python/checkpoint/restore.py", seen=SOURCE),
            Wording("did not match size for serialized_tensors for checkpoint", "2.12-2.21", "python/checkpoint/restore.py", seen=SOURCE),
            Wording("did not match the size for serialized_tensors for checkpoint", "2.12-2.21", "python/checkpoint/restore.py", seen=SOURCE),
            Wording("found that the checkpoint did not contain values for all variables", "1.15-2.21", "python/training/warm_starting_util.py", seen=SOURCE),
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
        (
            Wording("tensor_name = {key}; expected dtype {wanted:lazy} does not equal original dtype {found:line}", "1.15-2.21", _RESTORE),
        ),
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
        "variable-shape-assigned", CHECKPOINT_MISMATCH,
        "a value of another shape is given to a variable: most likely weights of another model",
        "build the model with the code and the numbers (classes, input shape) that the weights were saved with",
        (
            Wording("Cannot assign value to variable '{name}': Shape mismatch", "2.9-2.21", "python/ops/resource_variable_ops.py", seen=SOURCE),
        ),
        ("TB009",),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
    Message(
        "checkpoint-variable", CHECKPOINT_MISMATCH,
        "the variable `{name}` of the graph has the shape {wanted}, the tensor `{key}` of the checkpoint {found}",
        "use the checkpoint that belongs to the graph, or leave the variable out of what is restored",
        (
            Wording("Shape of variable {name:w} ({wanted:shape}) doesn't match with shape of tensor {key:w} ({found:shape}) from checkpoint reader", "1.15-2.21", "python/training/checkpoint_utils.py", seen=SOURCE),
        ),
    ),
    Message(
        "checkpoint-tensor-type", CHECKPOINT_MISMATCH,
        "a tensor is {found} in the checkpoint, the graph expects {wanted}",
        "use the checkpoint that belongs to the graph; cast a variable in code, not in the file",
        (
            Wording("Expected to restore a tensor of type {wanted:w}, got a tensor of type {found:w} instead", "1.15-2.21", "core/kernels/save_restore_tensor.cc", seen=SOURCE),
        ),
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
        "variable-kind", VERSION,
        "the graph holds variables of TensorFlow 1 where this program makes those of TensorFlow 2 (resource variables), or "
        "the other way round",
        "tf.compat.v1.disable_resource_variables() or disable_v2_behavior() before the graph is imported; or export the "
        "model again",
        (
            Wording("Trying to restore a TF 1.x Reference Variable as a TF 2.x ResourceVariable", "2.9-2.21", "python/ops/resource_variable_ops.py", seen=SOURCE),
            Wording("Trying to restore Variable as ResourceVariable", "1.15-2.6", "python/ops/resource_variable_ops.py", seen=SOURCE),
        ),
        certainty=LIKELY,
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
        (Wording("ValueError: Shapes {one:lazy} and {other:lazy} are incompatible", "1.15-2.21", "python/framework/tensor_shape.py"),),
        ("TB009", "GR013"),
        POSSIBLE,
        SYMPTOM,
    ),
)  # fmt: skip
