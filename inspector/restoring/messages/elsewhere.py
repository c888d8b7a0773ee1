"""Other runtimes and other moments: TensorFlow Lite, TensorFlow.js, an import, an export, a database of the same format."""

from __future__ import annotations

from inspector.restoring.kinds import LIKELY, UNKNOWN
from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LITE = "lite/python/convert.py"
_LEVELDB = "LevelDB table/format.cc, table/block.cc"

MESSAGES = (
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
    Message(
        "graph-mode", UNKNOWN,
        "the code is for the sessions and graphs of TensorFlow 1, and runs under the eager execution of TensorFlow 2",
        "import tensorflow.compat.v1 as tf; tf.disable_v2_behavior() before the graph is built; or load the model by "
        "tf.saved_model.load",
        (
            Wording("The Session graph is empty. Add operations to the graph before calling run()", "2.9-2.21", "python/client/session.py", seen=SOURCE),
            Wording("Exporting/importing meta graphs is not supported when eager execution is enabled", "1.15-2.21", "python/framework/meta_graph.py", seen=SOURCE),
            Wording("tf.placeholder() is not compatible with eager execution", "1.15-2.21", "python/ops/array_ops.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
)  # fmt: skip
