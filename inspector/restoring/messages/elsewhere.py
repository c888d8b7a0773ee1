"""Other runtimes and other moments: TensorFlow Lite, TensorFlow.js, an import, an export, a database of the same format."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, LIKELY, NOT_SAVED_MODEL, UNKNOWN
from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LITE = "lite/python/convert.py"
_LEVELDB = "LevelDB table/format.cc, table/block.cc"

MESSAGES = (
    Message(
        "lite-ops", DEPENDENCY,
        "the model has ops that the TensorFlow Lite runtime does not have",
        "converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS], and link the "
        "Flex delegate; ops of a package must be registered in the runtime",
        (
            Wording("Some ops are not supported by the native TFLite runtime", "2.6-2.21", _LITE, seen=SOURCE),
            Wording("neither a custom op nor a flex op", "1.15-2.21", _LITE, seen=SOURCE),
            Wording("Encountered unresolved custom op: {op:w}", "1.15-2.21", "lite/core/subgraph.cc", seen=SOURCE),
            Wording("Regular TensorFlow ops are not supported by this interpreter", "1.15-2.21", "lite/core/subgraph.cc", seen=SOURCE),
            Wording("Select TensorFlow op(s), included in the given model, is(are) not supported by this interpreter", "2.9-2.21", "lite/core/subgraph.cc", seen=SOURCE),
            Wording("Here is a list of operators for which you will need custom implementations", "1.15-2.21", _LITE, seen=SOURCE),
            Wording("Ops that need custom implementation", "2.3-2.21", _LITE, seen=SOURCE),
            Wording("Ops that can be supported by the flex runtime", "2.3-2.21", _LITE, seen=SOURCE),
        ),
    ),
    Message(
        "lite-not-a-model", NOT_SAVED_MODEL,
        "the file is no TensorFlow Lite model",
        "pass a .tflite file; python -m inspector FILE says what it is instead",
        (Wording("Model provided has model identifier '{found}', should be 'TFL3'", "1.15-2.21", "lite/core/model_builder.cc", seen=SOURCE),),
    ),
    Message(
        "js-ops", DEPENDENCY,
        "the model has ops that TensorFlow.js does not have",
        "export only the inference part (without Assert, Print, training ops); --skip_op_check where they are never run",
        (
            Wording("Unsupported Ops in the model before optimization", "", "tensorflowjs", seen=QUOTED),
            Wording("Unsupported Ops in the model after optimization", "", "tensorflowjs", seen=QUOTED),
            Wording("Unknown op '{op}'. File an issue", "", "tensorflowjs", seen=QUOTED),
        ),
    ),
    Message(
        "tensorflow-not-started", UNKNOWN,
        "this TensorFlow was built for CPU instructions (AVX ...) that this machine does not have: it ends before it reads a model",
        "install a build for this CPU, or use a machine that has the instructions",
        (
            Wording("instructions, but these aren't available on your machine", "1.15-2.21", "core/platform/cpu_feature_guard.cc", seen=SOURCE),
            Wording("Illegal instruction (core dumped)", "", "the shell", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "api-of-another-tensorflow", UNKNOWN,
        "the code asks for `{name}`, which the TensorFlow that is installed does not have: it was written for another one",
        "run it with the TensorFlow that it was written for, or change it; tf.contrib ended with TensorFlow 1.15 (parts of it are "
        "in tensorflow-addons, tf_slim, tensorflow-probability)",
        (
            Wording("No module named 'tensorflow.{name}'", "", "Python", seen=QUOTED),
            Wording("No module named tensorflow.{name:w}", "", "Python 2", seen=QUOTED),
            Wording("module 'tensorflow' has no attribute '{name}'", "", "Python", seen=QUOTED),
            Wording("module 'tensorflow._api.{}' has no attribute '{name}'", "", "Python", seen=QUOTED),
            Wording("cannot import name '{name}' from 'tensorflow{}'", "", "Python", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "export-untracked", UNKNOWN,
        "this is an error of an export, not of a restore: a function uses a table, a variable or an asset that the saved object "
        "does not hold",
        "assign the resource to an attribute of the tf.Module or the Keras layer that is saved, then export again",
        (
            Wording("Tried to export a function which references 'untracked' resource", "2.9", "python/saved_model/save.py", seen=SOURCE),
            Wording("Tried to export a function which references untracked", "1.15-2.6", "python/saved_model/save.py", seen=SOURCE),
            Wording("Tried to export a function which references an untracked", "", "python/saved_model/save.py", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "leveldb", UNKNOWN,
        "this is a message of LevelDB, a database that TensorFlow's checkpoints share a format with: no TensorFlow in it",
        "repair or replace the database",
        (
            Wording("Corruption: not an sstable (bad magic number)", "", _LEVELDB, seen=SOURCE),
            Wording("Corruption: block checksum mismatch", "", _LEVELDB, seen=SOURCE),
            Wording("Corruption: bad block", "", _LEVELDB, seen=SOURCE),
            Wording("Corruption: bad entry in block", "", _LEVELDB, seen=SOURCE),
            Wording("Corruption: truncated block read", "", _LEVELDB, seen=SOURCE),
        ),
    ),
)  # fmt: skip
