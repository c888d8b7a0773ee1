"""What was written for another TensorFlow than the one that reads it."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, GRAPH, LIKELY, POSSIBLE, VERSION
from inspector.restoring.messages.message import HINT, WRAPPER, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_VERSIONS = "core/framework/versions.cc CheckVersions"
_COMPAT = "python/framework/function_def_to_graph.py"
_REGISTRATION = "python/saved_model/registration/registration.py"
_CODER = "python/saved_model/nested_structure_coder.py"

MESSAGES = (
    Message(
        "graph-def-version", VERSION,
        "the graph refuses the TensorFlow that loads it: it was made for another one",
        "load it with the TensorFlow that exported it, or a newer one; or export it again with the one that loads it",
        (
            Wording("GraphDef min consumer version {wanted:d} above current version", "", _VERSIONS),
            Wording("GraphDef disallows consumer version {wanted:d}", "", _VERSIONS),
            Wording("GraphDef producer version {wanted:d} below min producer", "", _VERSIONS),
        ),
        ("VR001",),
    ),
    Message(
        "tensorflow-version-unparsable", VERSION,
        "the TensorFlow version that the model says it was saved by, `{version}`, is no version",
        "correct meta_info_def.tensorflow_version in saved_model.pb, or export again with a released TensorFlow",
        (
            Wording("InvalidVersion: Invalid version: '{version}'", "2.12-2.15, 2.21", "python/framework/meta_graph.py", frame="meta_graph.py"),
            Wording("InvalidVersion: Invalid version: '{version}'", "2.12-2.15, 2.21", "packaging.version"),
        ),
        ("VR004",),
        LIKELY,
    ),
    Message(
        "type-of-newer-release", VERSION,
        "the model uses the type `{type}`, which this TensorFlow does not have yet",
        "load it with the TensorFlow that saved the model, or a newer one",
        (
            Wording("The type '{type}' is not supported by this version of TensorFlow", "1.15-2.21", _CODER),
            Wording("The TypeSpec '{type}' is not supported by this version of TensorFlow", "1.15-2.21", _CODER, seen=SOURCE),
        ),
        ("OB003", "OB006", "VR005"),
    ),
    Message(
        "type-not-registered", DEPENDENCY,
        "the model uses the type `{type}`, which its package registers when it is imported",
        "before the load, import the module that defines `{type}`{cure}",
        (
            Wording("The type '{type}' has not been registered", "2.6-2.21", _CODER),
            Wording("The TypeSpec '{type}' has not been registered", "2.6-2.21", _CODER, seen=SOURCE),
            Wording("No TypeSpec has been registered with name {type:w}", "2.6-2.21", "python/framework/type_spec_registry.py"),
            Wording("TypeSpec {type:w} has not been registered", "1.15-2.21", "python/framework/type_spec_registry.py", seen=SOURCE),
        ),
        ("OB003",),
    ),
    Message(
        "saver-not-registered", DEPENDENCY,
        "an object of the model was saved by the saver `{name}`, which its package registers when it is imported",
        "before the load, import the module that registers the saver `{name}` "
        "(tf.saved_model.experimental.register_checkpoint_saver)",
        (
            Wording("saved using a registered saver named '{name}', but this saver cannot be found", "2.9-2.21", _REGISTRATION, seen=SOURCE),
            Wording("was saved with the registered saver named '{name}'. However, this saver cannot be used", "2.9-2.21", _REGISTRATION, seen=SOURCE),
            Wording("registry does not have name '{name}' registered", "2.9-2.21", _REGISTRATION, seen=SOURCE),
        ),
    ),
    Message(
        "structure-not-decoded", GRAPH,
        "what the model says of a function's arguments or results cannot be decoded: it is damaged, or of a newer TensorFlow",
        "load it with the TensorFlow that saved the model; if that fails too, copy saved_model.pb again",
        (
            Wording("No encoder for object", "1.15-2.21", _CODER),
            Wording("NotEncodableError: No decoder for object", "", _CODER, seen=QUOTED),
        ),
        ("OB006", "VR005"),
        LIKELY,
    ),
    Message(
        "save-function-refused", VERSION,
        "the saver functions of an object are in the form of a newer TensorFlow",
        "load it with the TensorFlow that saved the model, or a newer one",
        (
            Wording("save_fn(checkpoint_key) expected a Tensor", "", "python/saved_model/load.py"),
            Wording("expected a Tensor as input, got", "", "python/training/saving/saveable_object_util.py", seen=QUOTED, frame="saveable_object_util.py"),
        ),
        ("VR005", "OB015"),
    ),
    Message(
        "function-attr-refused", VERSION,
        "a function has the attr `{attr}`, which this TensorFlow does not take",
        "load it with the TensorFlow that saved the model, or a newer one",
        (
            Wording("ConcreteFunction does not support `{attr}` as an attribute", "2.12", "python/eager/polymorphic_function"),
            Wording("Allowlist does not support `{attr}` as an attribute", "2.15-2.21", "python/eager/polymorphic_function/attributes.py parse_func_attrs"),
        ),
        ("FN008",),
    ),
    Message(
        "imported-by-older", VERSION,
        "the graph was written by a newer TensorFlow than the one that imports it",
        "load it with the TensorFlow that exported it, or a newer one",
        (Wording("Converting GraphDef to Graph has failed. The binary trying to import the GraphDef was built when", "2.3", "core/common_runtime/graph_constructor.cc", seen=SOURCE),
         Wording("is larger than TensorFlow's forward compatibility guarantee", "2.3-2.21", "core/common_runtime/graph_constructor.cc"),
         Wording("Converting GraphDef to Graph has failed with an error: ", "2.6-2.21", "core/common_runtime/graph_constructor.cc")),
        ("VR001", "VR003"),
        POSSIBLE,
        WRAPPER,
    ),
    Message(
        "flatbuffer-version", VERSION,
        "the TensorFlow Lite model has the op {op} in a newer version than the runtime",
        "use the TensorFlow Lite runtime of the release that converted the model, or a newer one",
        (
            Wording("Didn't find op for builtin opcode '{op}' version '{version}'", "1.15-2.21", "lite/core/api/op_resolver.cc", seen=SOURCE),
            Wording("Op builtin_code out of range: {op:d}. Are you using old TFLite binary with newer model?", "1.15-2.21", "lite/core/api/op_resolver.cc", seen=SOURCE),
        ),
    ),
    Message(
        "package-for-another-tensorflow", VERSION,
        "a package asks for another TensorFlow than the one that is installed",
        "install the version of the package that is made for this TensorFlow, or the TensorFlow that it asks for",
        (
            Wording("This version of TensorFlow Probability requires TensorFlow version", "", "tensorflow_probability", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "package-warns-of-tensorflow", VERSION,
        "a package warns that it is not made for the TensorFlow that is installed",
        "install the version of the package that is made for this TensorFlow, or the TensorFlow that it asks for",
        (
            Wording("The versions of TensorFlow you are currently using is", "", "tensorflow_addons", seen=QUOTED),
        ),
        certainty=POSSIBLE,
        rank=HINT,
    ),
)  # fmt: skip
