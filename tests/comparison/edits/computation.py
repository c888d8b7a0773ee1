"""Ops, attrs, constants, wiring, functions, initialisation: what is computed."""

from __future__ import annotations

from tests.comparison.edits.registry import (
    FLOW,
    MODULE,
    TABLE,
    TAGS,
    V1,
    calls_fail,
    calls_run,
    edit,
    function,
    loads_fail,
    loads_work,
    node,
    rewire,
    signature,
)
from tests.differential.workbench import Copy

PREDICT = ("DF200 signature serving_default", "DF201 function predict")
POWER = ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power")
CALL = ("DF200 signature serving_default", "DF201 function __call__")


@edit(
    MODULE,
    ("DF200 signature serving_default", "DF201 function predict"),
    ("DF200 signature serving_default", "DF201 function predict"),
)
def op_replaced(copy: Copy) -> None:
    node(copy, "Relu", part="predict").op = "Relu6"


@edit(MODULE, ("DF200 signature halve", "DF201 function halve"), ("DF200 signature halve", "DF201 function halve"))
def constant_changed(copy: Copy) -> None:
    value = node(copy, "Const", part="__inference_halve").attr["value"].tensor
    value.ClearField("tensor_content")
    del value.double_val[:]
    value.double_val.append(4.0)


@edit(MODULE, "DF201 function outside", "DF201 function outside")
def function_outside_changed(copy: Copy) -> None:
    found = function(copy, "__inference_outside")
    soft = next(one for one in found.node_def if one.op == "Softmax")
    soft.op = "LogSoftmax"
    rewire(found.node_def, f"{soft.name}:softmax:0", f"{soft.name}:logsoftmax:0")


@edit(
    MODULE,
    ("DF200 signature serving_default", "DF201 function predict"),
    ("DF200 signature serving_default", "DF201 function predict"),
)
def attr_changed(copy: Copy) -> None:
    node(copy, "MatMul", part="predict").attr["grad_a"].b = True


@edit(MODULE, ("DF200 signature add", "DF201 function add"), ("DF200 signature add", "DF201 function add"))
def inputs_swapped_in_a_function(copy: Copy) -> None:
    found = node(copy, "Minimum", part="__inference_add")
    found.input[0], found.input[1] = found.input[1], found.input[0]


@edit(
    FLOW,
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
)
def branch_changed(copy: Copy) -> None:
    for name, one in copy.functions().items():
        if "while_cond_false" in name:
            next(found for found in one.node_def if found.op == "Sub").op = "AddV2"


@edit(
    FLOW,
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
)
def loop_condition_changed(copy: Copy) -> None:
    for name, one in copy.functions().items():
        if "while_cond_" in name and any(found.op == "Less" for found in one.node_def):
            next(found for found in one.node_def if found.op == "Less").op = "LessEqual"


@edit(
    MODULE,
    ("DF200 signature serving_default", "DF201 function predict"),
    ("DF200 signature serving_default", "DF201 function predict"),
)
def op_inserted(copy: Copy) -> None:
    found = function(copy, "__inference_predict")
    relu = next(one for one in found.node_def if one.op == "Relu")
    added = found.node_def.add(name="Twice", op="Relu", input=[f"{relu.name}:activations:0"])
    added.attr["T"].type = 1
    for one in found.node_def:
        if one.name != "Twice":
            for place, text in enumerate(one.input):
                if text == f"{relu.name}:activations:0":
                    one.input[place] = "Twice:activations:0"


@edit(TAGS, "DF200 signature serving_default", "DF200 signature serving_default")
def v1_op_replaced(copy: Copy) -> None:
    found = next(one for one in copy.saved.meta_graphs[0].graph_def.node if one.name == "y")
    found.op = "BiasAddV1"
    found.attr.pop("data_format", None)


@edit(V1, "DF200 signature serving_default", "DF200 signature serving_default")
def v1_attr_changed(copy: Copy) -> None:
    next(one for one in copy.graph.node if one.op == "ResourceGather").attr["batch_dims"].i = 1


@edit(V1, "DF202 initialisation", "DF202 initialisation")
def table_initialised_otherwise(copy: Copy) -> None:
    node(copy, "InitializeTableFromTextFileV2").attr["offset"].i = 1


@edit(TABLE, "DF202 initialisation", "DF202 initialisation")
def v2_table_initialised_otherwise(copy: Copy) -> None:
    node(copy, "InitializeTableFromTextFileV2", part="_initializer").attr["vocab_size"].i = 2


@edit(
    "frozen-no-variables",
    ("DF200 signature serving_default", "DF201 function __call__"),
    ("DF200 signature serving_default", "DF201 function __call__"),
)
def weights_in_a_constant(copy: Copy) -> None:
    found = node(copy, "Const", part="__inference___call__").attr["value"].tensor
    found.tensor_content = found.tensor_content[:-1] + b"\x40"


@edit("v1-frozen", "DF200 signature serving_default", "DF200 signature serving_default")
def v1_weights_in_a_constant(copy: Copy) -> None:
    found = next(one for one in copy.graph.node if one.name == "weights").attr["value"].tensor
    found.tensor_content = found.tensor_content[:-1] + b"\x40"


@edit(MODULE, PREDICT)
def op_removed(copy: Copy) -> None:
    found = function(copy, "__inference_predict")
    relu = next(one for one in found.node_def if one.op == "Relu")
    rewire(found.node_def, f"{relu.name}:activations:0", relu.input[0])
    found.node_def.remove(relu)


@edit(MODULE, ("DF200 signature add", "DF201 function add"))
def argument_taken_for_another(copy: Copy) -> None:
    """Both read b[0] where one of them read a."""
    least = node(copy, "Minimum", part="__inference_add")
    least.input[0] = least.input[1]


@edit(MODULE, ("DF200 signature add",))
def outputs_swapped(copy: Copy) -> None:
    """Under their old names, in the main graph alone; the shapes that the signature says stay."""
    outputs = signature(copy, "add").outputs
    outputs["sum"].name, outputs["least"].name = outputs["least"].name, outputs["sum"].name


@edit("strings", ("DF200 signature clean", "DF201 function clean"))
def string_constant_changed(copy: Copy) -> None:
    found = node(copy, "Const", part="__inference_clean", name="RaggedToTensor/default_value")
    found.attr["value"].tensor.string_val[0] = b"another"


@edit("strings", ("DF200 signature clean", *loads_fail("serving", "tf1")),
      ("DF200 signature clean", *loads_work("serving", "tf1")))  # fmt: skip
def variable_restored_from_another_key(copy: Copy) -> None:
    """The signature reads what nothing restores."""
    node(copy, "Const", part="_traced_restore", name="RestoreV2/tensor_names").attr["value"].tensor.string_val[0] = (
        b"another"
    )


@edit(FLOW, POWER)
def called_function_replaced(copy: Copy) -> None:
    """The branches of a condition change places."""
    for one in copy.functions().values():
        for found in one.node_def:
            if found.op in ("If", "StatelessIf") and "while" in one.signature.name:
                then, other = found.attr["then_branch"].func, found.attr["else_branch"].func
                then.name, other.name = other.name, then.name


@edit("gradients", "DF209 gradients")
def gradient_changed(copy: Copy) -> None:
    names = {one.gradient_func for one in copy.library.registered_gradients}
    body = next(one for name, one in copy.functions().items() if name in names and len(one.node_def) > 1)
    next(one for one in body.node_def if one.op == "Const").attr["value"].tensor.float_val[0] = 7.0


@edit("compiled", ("DF200 signature run", "DF201 function fast", "DF201 function run"))
def no_longer_compiled(copy: Copy) -> None:
    for one in [
        *copy.functions().values(),
        *copy.graph.node,
        *(found for f in copy.functions().values() for found in f.node_def),
    ]:
        one.attr.pop("_XlaMustCompile", None)


@edit("v1-control-flow", "DF200 signature serving_default")
def v1_loop_body_changed(copy: Copy) -> None:
    next(one for one in copy.graph.node if one.op == "AddV2" and "while" in one.name).op = "Mul"


@edit("v1-control-flow", "DF200 signature serving_default")
def v1_loop_condition_changed(copy: Copy) -> None:
    next(one for one in copy.graph.node if one.op == "Less" and "while" in one.name).op = "LessEqual"


@edit(TAGS, ("DF200 signature serving_default", *loads_fail("serving", "tf1")),
      ("DF200 signature serving_default", *loads_work("serving", "tf1")))  # fmt: skip
def v1_variables_change_places(copy: Copy) -> None:
    """The same ops and the same variables, otherwise wired: what a read reads."""
    kernel, bias = (node(copy, "ReadVariableOp", name=f"{name}/ReadVariableOp") for name in ("product", "y"))
    kernel.input[0], bias.input[0] = bias.input[0], kernel.input[0]


@edit(V1, "DF200 signature serving_default")
def v1_default_of_a_table_changed(copy: Copy) -> None:
    next(one for one in copy.graph.node if one.name == "Const").attr["value"].tensor.int64_val[0] = 2


@edit(
    V1,
    ("DF202 initialisation", *calls_fail("serving_default")),
    ("DF202 initialisation", *calls_run("serving_default")),
)
def v1_table_no_longer_initialised(copy: Copy) -> None:
    del next(one for one in copy.graph.node if one.name == "init_all_tables").input[:]


@edit(TABLE, ("DF200 signature serving_default", "DF201 function look_up"))
def v2_default_of_a_table_changed(copy: Copy) -> None:
    next(one for one in copy.graph.node if one.name == "Const").attr["value"].tensor.int64_val[0] = 2


@edit("convolutions", ("DF200 signature serving_default", "DF201 function classify"))
def strides_changed(copy: Copy) -> None:
    found = next(one for f in copy.functions().values() for one in f.node_def if one.op == "Conv2D")
    del found.attr["dilations"].list.i[:]
    found.attr["dilations"].list.i.extend([1, 2, 2, 1])


def noise_added(copy: Copy) -> None:
    """predict adds random numbers, others in each run."""
    found = function(copy, "__inference_predict")
    relu = next(one for one in found.node_def if one.op == "Relu")
    shape = found.node_def.add(name="noise/shape", op="Const")
    shape.attr["dtype"].type = 3
    shape.attr["value"].tensor.dtype = 3
    shape.attr["value"].tensor.tensor_shape.dim.add(size=1)
    shape.attr["value"].tensor.int_val.append(3)
    noise = found.node_def.add(name="noise", op="RandomStandardNormal", input=["noise/shape:output:0"])
    noise.attr["dtype"].type = 1
    noise.attr["T"].type = 3
    rewire(found.node_def, f"{relu.name}:activations:0", "noisy:z:0")
    noisy = found.node_def.add(name="noisy", op="AddV2", input=[f"{relu.name}:activations:0", "noise:output:0"])
    noisy.attr["T"].type = 1


def noise_seeded(copy: Copy) -> None:
    noise_added(copy)
    seed_fixed(copy)


@edit(MODULE, PREDICT, on=noise_added)
def seed_fixed(copy: Copy) -> None:
    """The same random numbers in each run, where there were others."""
    node(copy, "RandomStandardNormal", part="predict").attr["seed"].i = 3


@edit(MODULE, "DF508 seeds", on=noise_seeded)
def seed_changed(copy: Copy) -> None:
    node(copy, "RandomStandardNormal", part="predict").attr["seed2"].i = 4


edit(MODULE, PREDICT)(noise_added)
