"""The function library: functions that are missing, doubled or contradict their signature."""

from __future__ import annotations

from inspector.restoring.kinds import GRAPH, LIKELY, POSSIBLE
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_SORT = "python/saved_model/function_deserialization.py _sort_function_defs"
_LIBRARY = "core/framework/function.cc FunctionLibraryDefinition"
_INSTANTIATE = "core/framework/function.cc InstantiateFunction"
_TO_GRAPH = "python/framework/function_def_to_graph.py"
_AGAIN = (
    "export the model again, with all its functions in the library; an older TensorFlow dropped functions that capture what "
    "it cannot save without a word"
)


MESSAGES = (
    Message(
        "function-missing-or-recursive", GRAPH,
        "functions of the library need a function that is not in it (the message speaks of a cycle, which is rare)",
        _AGAIN,
        (
            Wording("There is a cyclic dependency between functions", "2.9-2.21", _SORT),
            Wording("There is a cyclic-dependency between functions", "1.15-2.6", _SORT, seen=SOURCE),
        ),
        ("FN001", "FN002"),
    ),
    Message(
        "function-missing", GRAPH,
        "the function `{function}` is called, and is not in the library",
        _AGAIN,
        (
            Wording("Op type not registered '__inference_{function}'", "", "core/framework/op.cc OpRegistry::LookUp"),
            Wording('Failed to find function "{function}" in function library', "1.15-2.21", _LIBRARY),
            Wording("Function {function:lazy} is not defined.", "1.15-2.21", "core/common_runtime/function.cc"),
            Wording("Function {function:w} was not found. Please make sure the FunctionDef `fdef` is correct", "2.9-2.21", _TO_GRAPH, seen=SOURCE),
            Wording("ValueError: {function:w} function not found.", "1.15-2.6, 2.15-2.21", _TO_GRAPH, seen=SOURCE),
            Wording("FunctionDefLibrary missing '{function}' FunctionDef", "1.15-2.21", "python/framework/importer.py"),
            Wording("KeyError: '__inference_{function:w}", "", "python/saved_model/function_deserialization.py"),
            Wording("KeyError: '__forward_{function}'", "", "python/saved_model/function_deserialization.py", seen=QUOTED),
            Wording("Unable to find FunctionDef for {function:w} in library", "1.15-2.21", "core/common_runtime", seen=SOURCE),
        ),
        ("FN001", "OB002", "FN010"),
        LIKELY,
    ),
    Message(
        "function-recursive", GRAPH,
        "a function of the library calls itself",
        "write the recursion as a loop and export again",
        (
            Wording("Recursive function calls are not supported", "1.15-2.21", "core/grappler/optimizers/function_optimizer.cc"),
            Wording("}} calls function {{function_node {function}}}", "", "core/grappler/optimizers/function_optimizer.cc"),
        ),
        ("FN002",),
    ),
    Message(
        "function-doubled", GRAPH,
        "the library has two functions named `{function}`",
        "export the model again",
        (
            Wording("Cannot add function '{function}' because a different function with the same name already exists", "1.15-2.21", _LIBRARY),
            Wording("Cannot add gradient for function '{function}'", "", _LIBRARY, seen=QUOTED),
            Wording("Cannot assign gradient function '{gradient}' to '{function}' because it already has", "1.15-2.21", _LIBRARY),
            Wording("Cannot add function '{function}' because an op with the same name already exists", "1.15-2.21", _LIBRARY),
        ),
        ("FN003", "FN010", "FN013"),
    ),
    Message(
        "function-arguments", GRAPH,
        "a function and its arguments do not fit each other",
        "export the model again",
        (
            Wording("Function instantiation included invalid input index", "1.15-2.21", _INSTANTIATE),
            Wording("Length of input_shapes must match the number of input_args", "", _TO_GRAPH, seen=QUOTED),
            Wording("Length of `input_shapes` must match the number of `input_arg`s", "2.9-2.21", _TO_GRAPH, seen=SOURCE),
            Wording("Attr {attr:w} is not found from Op<name={function};", "", "core/framework/op_def_util.cc"),
            Wording("Invalid arg_def: ", "1.15-2.21", _TO_GRAPH, seen=SOURCE),
            Wording("Expecting {wanted:d} outputs, but *num_retvals is {found:d}", "1.15-2.21", "core/common_runtime/eager"),
            Wording("Duplicated arg name", "", _INSTANTIATE),
            Wording("Duplicated ret name", "", _INSTANTIATE),
            Wording("Signature specifies {wanted:d} arguments, got: {found:d}. Expected inputs", "2.9-2.21", "python/eager/polymorphic_function/atomic_function.py"),
            Wording("Signature specifies {wanted:d} arguments, got: {found:d}.", "2.9-2.21", "python/eager/function.py"),
            Wording("Arguments and signature arguments do not match. got: {found:d}, expected: {wanted:d}", "1.15-2.6", "python/eager/function.py", seen=SOURCE),
        ),
        ("FN006", "FN007", "OB013", "OB019", "GR006", "FN004"),
        LIKELY,
    ),
    Message(
        "function-return", GRAPH,
        "a function returns a tensor that its body does not have",
        "export the model again",
        (
            Wording("Return {name:lazy} missing.\nIn function output", "1.15-2.21", _INSTANTIATE),
            Wording("Return {name:lazy} -> {tensor:lazy} is not found", "1.15-2.21", _INSTANTIATE),
            Wording("Invalid ret types", "1.15-2.21", _INSTANTIATE),
            Wording('KeyError: "The name \'{name}\' refers to', "", _TO_GRAPH, frame="function_def_to_graph.py"),
            Wording('KeyError: "The name \'{name}\' refers to', "", _TO_GRAPH, frame="function_deserialization.py"),
            Wording("Control output {name:w} missing", "1.15-2.21", _INSTANTIATE, seen=SOURCE),
        ),
        ("FN004", "FN005"),
    ),
    Message(
        "function-input-missing", GRAPH,
        "a node in a function takes an input that is not there",
        "export the model again; if a tool rewrote the function, look at what it removed or renamed",
        (
            Wording("input {input:lazy} is not found: {{node", "", _INSTANTIATE),
            Wording("input {input:w} is not found", "1.15-2.21", _INSTANTIATE),
            Wording("input[{place:d}] == '{input}', is not found", "1.15-2.21", _INSTANTIATE),
        ),
        ("GR001", "GR002", "FN004"),
    ),
    Message(
        "function-tensor-missing", GRAPH,
        "a function uses the tensor `{tensor}`, which its body does not have",
        "export the model again; if a tool rewrote the function, look at what it removed or renamed",
        (Wording("KeyError: '{tensor}'", "1.15-2.21", _TO_GRAPH, frame="function_def_to_graph.py"),),
        ("GR001", "GR002", "FN004", "FN001"),
    ),
    Message(
        "function-branch-missing", GRAPH,
        "the body, the condition or a branch of a loop or a conditional cannot be found or built; the process died of it",
        _AGAIN,
        (Wording("when importing GraphDef to MLIR module in GrapplerHook", "2.9-2.21", "core/grappler/optimizers/tfg_optimizer_hook.cc"),),
        ("FN001",),
        POSSIBLE,
        SYMPTOM,
    ),
)  # fmt: skip
