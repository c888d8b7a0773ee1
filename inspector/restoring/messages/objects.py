"""The object graph that tf.saved_model.load rebuilds: ids, kinds, captures, constants, variables.

Most of its errors are Python's own (a KeyError, an IndexError): the frames of the traceback tell what they mean.
"""

from __future__ import annotations

from inspector.restoring.kinds import CHECKPOINT_DAMAGED, GRAPH, LIKELY, POSSIBLE
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LOAD = "python/saved_model/load.py Loader"
_FUNCTIONS = "python/saved_model/function_deserialization.py"
_RESTORE = "python/checkpoint/restore.py"
_AGAIN = "copy saved_model.pb again, or export the model again; a tool that removes objects or nodes must renumber the others"
_PYTHONS_OWN = ("KeyError: ", "IndexError: ", "TypeError: ", "ValueError: ", "AttributeError: ", "AssertionError: ",
                "NotImplementedError: ", "UnicodeDecodeError: ", "OverflowError: ", "UnboundLocalError: ")  # fmt: skip


def _in_frame(*frames: str) -> tuple[Wording, ...]:
    """Any exception of Python itself under one of these frames."""
    return tuple(Wording(f"{error}{{:line}}", "", frame, frame=frame) for error in _PYTHONS_OWN for frame in frames)


MESSAGES = (
    Message(
        "object-id", GRAPH,
        "the object graph refers to an object that it does not have",
        _AGAIN,
        (
            Wording("Found values in the dependency map which are not keys", "2.9-2.21", "python/trackable/trackable_utils.py order_by_dependency"),
            Wording("IndexError: list index out of range", "2.21", _LOAD, frame="load.py _add_object_graph_edges"),
            Wording("IndexError: list index out of range", "2.21", _LOAD, frame="load.py _setup_function_captures"),
            Wording("IndexError: list index out of range", "2.21", _LOAD, frame="load.py _load_nodes"),
            Wording("IndexError: list index out of range", "2.21", _LOAD, frame="load.py _load_checkpoint_save_and_restore_functions"),
        ),
        ("OB005", "OB013", "OB015"),
    ),
    Message(
        "asset-index", GRAPH,
        "an object refers to an asset that asset_file_def does not list",
        _AGAIN,
        (Wording("IndexError: list index out of range", "2.21", "python/trackable/asset.py _deserialize_from_proto", frame="asset.py _deserialize_from_proto"),),
        ("OB004",),
    ),
    Message(
        "object-cycle", GRAPH,
        "objects need each other before they can be made",
        _AGAIN,
        (Wording("Encountered a cycle in the deserialization dependencies", "2.9-2.21", _LOAD),),
        ("OB010", "OB001"),
    ),
    Message(
        "object-kind", GRAPH,
        "an object of the object graph says not what it is, or is of a kind that this TensorFlow does not know",
        "load it with the TensorFlow that saved the model, or copy saved_model.pb again",
        (Wording("Unknown SavedObject type: ", "1.15-2.21", _LOAD), Wording("Unknown proto type: ", "", _LOAD, seen=QUOTED)),
        ("OB009",),
        LIKELY,
    ),
    Message(
        "captures", GRAPH,
        "a function captures an object that is no tensor, variable or table, or captures too few or too many",
        _AGAIN,
        (
            Wording("Can't convert node {node:lazy} to tensor", "1.15-2.6", "python/saved_model/load.py", seen=SOURCE),
            Wording("Cannot convert node {node:lazy} to tensor", "2.9-2.21", "python/saved_model/function_deserialization.py"),
            Wording("'_UserObject' object is not callable", "", "python/trackable/resource.py", frame="resource.py resource_handle"),
            *_in_frame("restore_captures.py"),
        ),
        ("OB013", "OB009"),
        LIKELY,
    ),
    Message(
        "function-not-in-library", GRAPH,
        "the object graph names a function that is not in the model",
        "export the model again; a tool that removes functions must remove the objects that name them too",
        (
            Wording("KeyError: '{function}'", "1.15-2.21", _FUNCTIONS, frame="function_deserialization.py setup_bare_concrete_function"),
            Wording("KeyError: '{function}'", "1.15-2.21", _FUNCTIONS, frame="function_deserialization.py recreate_function"),
            Wording("KeyError: '{function}'", "1.15-2.21", _FUNCTIONS, frame="function_deserialization.py fix_node_def"),
            Wording("KeyError: '{function}'", "1.15-2.21", _LOAD, frame="load.py _setup_functions_structures"),
            Wording("KeyError: '{function}'", "1.15-2.21", _LOAD, frame="load.py _setup_functions_captures"),
            Wording("KeyError: '{function}'", "1.15-2.21", _FUNCTIONS, frame="function_deserialization.py load_function_def_library"),
        ),
        ("OB002", "FN001"),
    ),
    Message(
        "child-name", GRAPH,
        "a child of an object has a name under which it cannot be set",
        _AGAIN,
        (
            Wording("__class__ must be set to a class", "", "Python", frame="saved_model/load.py"),
            Wording("__class__ assignment only supported for", "", "Python", seen=QUOTED, frame="saved_model/load.py"),
            Wording("invalid literal for int() with base 10: '{name}'", "", "python/trackable/data_structures.py", frame="data_structures.py"),
            *_in_frame("load.py _add_object_graph_edges"),
        ),
        ("OB014", "OB005"),
        LIKELY,
    ),
    Message(
        "constant-value", GRAPH,
        "a constant of the object graph has no value that can be read from the main graph",
        _AGAIN,
        (
            Wording("buffer size must be a multiple of element size", "2.12-2.15, 2.21", "python/framework/tensor_util.py"),
            Wording("cannot create an OBJECT array from memory buffer", "2.12-2.15, 2.21", "python/framework/tensor_util.py"),
            *_in_frame("load.py _recreate_constant"),
            *_in_frame("load.py _get_operation_from_proto"),
        ),
        ("OB011",),
        LIKELY,
    ),
    Message(
        "saved-variable", GRAPH,
        "a variable of the object graph cannot be made: its dtype, shape or mode is none",
        "copy saved_model.pb again, or export the model again",
        (
            Wording("Invalid variable synchronization mode", "1.15-2.21", "python/ops/variables.py"),
            Wording("Invalid variable aggregation mode", "1.15-2.21", "python/ops/variables.py"),
            Wording("__wrapped__VarHandleOp", "", "python/saved_model/load.py _recreate_variable"),
            *_in_frame("load.py _recreate_variable"),
        ),
        ("OB012", "VR006"),
        LIKELY,
    ),
    Message(
        "function-spec", GRAPH,
        "what the object graph says of a function's arguments, results or attrs cannot be used",
        "load it with the TensorFlow that saved the model; if that fails too, copy saved_model.pb again",
        (
            Wording("cannot unpack non-iterable NoneType object", "", _FUNCTIONS, frame="function_deserialization.py"),
            Wording("Cannot deserialize a method function without a named 'self' argument", "2.9-2.21", _FUNCTIONS, seen=SOURCE),
            Wording("Missing support to deserialize a method function without a named 'self' argument", "1.15-2.6", _FUNCTIONS, seen=SOURCE),
            *_in_frame("function_deserialization.py _deserialize_function_spec_as_nonmethod"),
            *_in_frame("function_deserialization.py setup_bare_concrete_function"),
            *_in_frame("function_deserialization.py recreate_function"),
            *_in_frame("function_type.py from_structured_signature"),
            *_in_frame("nested_structure_coder.py decode_proto"),
        ),
        ("OB006", "OB007", "OB002"),
        LIKELY,
    ),
    Message(
        "object-not-restorable", GRAPH,
        "nothing knows how the state of an object of the model is restored",
        "load it with the TensorFlow that saved the model",
        (
            Wording("Unable to restore state of object {object:lazy} from the checkpoint", "2.9-2.21", _LOAD, seen=SOURCE),
            Wording("Missing functionality to restore state of object {object:lazy} from the checkpoint", "1.15-2.6", _LOAD, seen=SOURCE),
        ),
        ("OB015",),
        LIKELY,
    ),
    Message(
        "resource-functions", GRAPH,
        "a table or another resource lacks the function that creates or fills it",
        _AGAIN,
        (*_in_frame("resource.py _create_resource"), *_in_frame("load.py _create_resource"),
         Wording("NotImplementedError: TrackableResource", "1.15-2.21", "python/trackable/resource.py")),
        ("OB017",),
        LIKELY,
    ),
    Message(
        "checkpoint-objects", CHECKPOINT_DAMAGED,
        "the object graph inside the checkpoint is damaged, or is not that of the model",
        "copy saved_model.pb and variables/ from one export, or export the model again",
        (
            Wording("expected bytes, numpy.ndarray found", "", _RESTORE, frame="saved_model/load.py"),
            *_in_frame("restore.py _queue_children_for_restoration"),
            *_in_frame("restore.py object_proto"),
            *_in_frame("restore.py bind_object"),
            *_in_frame("restore.py _single_restore"),
            *_in_frame("checkpoint.py restore"),
            Wording("Error parsing message", "2.12-2.15, 2.21", "google.protobuf", frame="checkpoint.py restore"),
        ),
        ("OB016", "TB006"),
        LIKELY,
    ),
    Message(
        "function-to-graph", GRAPH,
        "a function of the library cannot be turned into a graph",
        "export the model again",
        (*_in_frame("function_def_to_graph.py"), *_in_frame("function_deserialization.py load_function_def_library")),
        ("GR001", "FN004", "FN012", "FN005", "FN007"),
        POSSIBLE,
        SYMPTOM,
    ),
    Message(
        "graph-not-imported", GRAPH,
        "the graph cannot be imported",
        "export the model again",
        (*_in_frame("importer.py"), *_in_frame("meta_graph.py import_scoped_meta_graph_with_return_elements"),
         *_in_frame("load_v1_in_v2.py")),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
    Message(
        "object-graph", GRAPH,
        "the object graph of the model contradicts itself, or is of a newer TensorFlow",
        "load it with the TensorFlow that saved the model; if that fails too, copy saved_model.pb again",
        (*_in_frame("saved_model/load.py load_partial"), *_in_frame("saved_model/load.py load_internal")),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
)  # fmt: skip
