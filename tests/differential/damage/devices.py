"""Device pins, and ops without a kernel on the device."""

from __future__ import annotations

from typing import Any

from inspector.wire.schema import full_message
from tests.differential.damage.kind import MAIN, NESTED, UNUSED, USED, damage, graph_damage
from tests.differential.damage.ops import FLOAT, computing
from tests.differential.places import Place, place
from tests.differential.workbench import Body, Copy

PINNED_SITES = (MAIN, USED, NESTED, UNUSED)
UINT16, HALF, BFLOAT16, DOUBLE = 17, 19, 14, 2


def pin(body: Body, device: str) -> Place:
    node = body.node(computing)
    node.device = device
    return body.at(node, device)


@graph_damage(*PINNED_SITES)
def device_gpu(body: Body) -> Place:
    return pin(body, "/device:GPU:0")


@graph_damage(*PINNED_SITES, cases=1)
def device_tpu(body: Body) -> Place:
    return pin(body, "/device:TPU:0")


@graph_damage(*PINNED_SITES, cases=1)
def device_cpu_5(body: Body) -> Place:
    return pin(body, "/device:CPU:5")


@graph_damage(*PINNED_SITES, cases=1)
def device_cpu_0(body: Body) -> Place:
    return pin(body, "/device:CPU:0")


@graph_damage(*PINNED_SITES, cases=1)
def device_cpu_short(body: Body) -> Place:
    return pin(body, "/cpu:0")


@graph_damage(*PINNED_SITES, cases=1)
def device_gpu_short(body: Body) -> Place:
    return pin(body, "/gpu:1")


@graph_damage(*PINNED_SITES, cases=1)
def device_localhost(body: Body) -> Place:
    return pin(body, "/job:localhost/replica:0/task:0/device:CPU:0")


@graph_damage(*PINNED_SITES)
def device_worker(body: Body) -> Place:
    return pin(body, "/job:worker/task:3")


@graph_damage(*PINNED_SITES, cases=1)
def device_other_task(body: Body) -> Place:
    return pin(body, "/job:localhost/task:7/device:CPU:0")


@graph_damage(*PINNED_SITES)
def device_malformed(body: Body) -> Place:
    return pin(body, "/foo:bar")


@graph_damage(*PINNED_SITES, cases=1)
def device_without_slash(body: Body) -> Place:
    return pin(body, "cpu:0")


@graph_damage(*PINNED_SITES, cases=1)
def device_type_unknown(body: Body) -> Place:
    return pin(body, "/device:QUANTUM:0")


@graph_damage(*PINNED_SITES, cases=1)
def device_index_not_number(body: Body) -> Place:
    return pin(body, "/device:GPU:first")


@graph_damage(*PINNED_SITES, cases=1)
def device_any_index(body: Body) -> Place:
    return pin(body, "/device:GPU:*")


@damage()
def device_variables_gpu(copy: Copy) -> Place:
    nodes = [node for node in copy.graph.node if node.op in ("VarHandleOp", "VariableV2")]
    copy.pick(nodes)
    for node in nodes:
        node.device = "/device:GPU:0"
    return place(*[node.name for node in nodes], "/device:GPU:0")


@damage(3)
def device_all_ps(copy: Copy) -> Place:
    for node in copy.graph.node:
        node.device = "/job:ps/task:0"
    return place(*[node.name for node in copy.graph.node], "/job:ps/task:0")


@damage(3)
def device_restore_worker(copy: Copy) -> Place:
    nodes = [node for node in copy.graph.node if node.op in ("RestoreV2", "SaveV2")]
    copy.pick(nodes)
    for node in nodes:
        node.device = "/job:worker"
    return place(*[node.name for node in nodes], "/job:worker")


@graph_damage(MAIN, USED, cases=3)
def colocated_on_gpu(body: Body) -> Place:
    """Colocated with a node that is pinned to an absent device."""
    node = body.node(computing)
    other = body.node(lambda other: not other.input and other.name != node.name and other.op != "NoOp")
    other.device = "/device:GPU:0"
    node.attr["_class"].list.s.append(f"loc:@{other.name}".encode())
    return body.at(node, other.name, "/device:GPU:0")


# kernels: an op is put into an edge, so that the call runs it


def splice(body: Body, op: str, wanted: int = FLOAT, **attrs: Any) -> Place:
    """Puts an op with one input and one output of the type into an edge."""
    dtypes = (
        "Relu",
        "Tanh",
        "MatMul",
        "BiasAdd",
        "AddV2",
        "Add",
        "Mul",
        "Softplus",
        "Square",
        "Identity",
        "Sub",
        "Pow",
    )
    node = body.node(lambda node: body.is_used(node) and node.attr["T"].type == wanted, ops=dtypes)
    source = body.tensor(node)
    consumers = body.consumers(node.name)
    new = body.add("spliced", op, [source], **attrs)
    target = body.tensor(new, "output") if body.is_main else f"spliced:{OUTPUTS.get(op, 'output')}:0"
    for consumer in consumers:
        for i, text in enumerate(consumer.input):
            if text == source:
                consumer.input[i] = target
    if not body.is_main:
        for key, value in body.proto.ret.items():
            if value == source:
                body.proto.ret[key] = target
    return body.at(new, op)


OUTPUTS = {
    "NcclAllReduce": "data", "CollectiveReduce": "data", "CollectiveBcastRecv": "data", "TPUReplicatedInput": "output",
    "XlaSharding": "output", "Cast": "y", "EnsureShape": "output", "Bitcast": "output", "PyFunc": "output",
    "EagerPyFunc": "output", "CheckNumerics": "output", "FusedBatchNorm": "y", "Copy": "output",
    "XlaReplicaId": "id", "Assert": "", "Abort": "", "IsFinite": "y", "CrossReplicaSum": "output",
}  # fmt: skip


@graph_damage(*PINNED_SITES)
def kernel_nccl(body: Body) -> Place:
    attrs = {"num_devices": ("i", 1), "reduction": ("s", b"sum"), "shared_name": ("s", b"x")}
    return splice(body, "NcclAllReduce", T=("type", FLOAT), **attrs)


@graph_damage(*PINNED_SITES, cases=1)
def kernel_tpu_replicated_input(body: Body) -> Place:
    return splice(body, "TPUReplicatedInput", T=("type", FLOAT), N=("i", 1))


@graph_damage(*PINNED_SITES, cases=1)
def kernel_cross_replica_sum(body: Body) -> Place:
    """An op of TPUs, with a second input."""
    found = splice(body, "CrossReplicaSum", T=("type", FLOAT))
    group = body.add("spliced_groups", "Const", dtype=("type", 3))
    tensor = full_message("TensorProto")(dtype=3, int_val=[0])
    tensor.tensor_shape.dim.add().size = 1
    tensor.tensor_shape.dim.add().size = 1
    group.attr["value"].tensor.CopyFrom(tensor)
    spliced = next(node for node in body.nodes if node.name == "spliced")
    spliced.input.append("spliced_groups" if body.is_main else "spliced_groups:output:0")
    return found


@graph_damage(*PINNED_SITES)
def kernel_missing_dtype(body: Body) -> Place:
    """A dtype that the op allows, and has no kernel for on the CPU."""
    found = splice(body, "Cast", SrcT=("type", FLOAT), DstT=("type", UINT16))
    output = "spliced" if body.is_main else "spliced:y:0"
    body.add("square", "MatMul", [output, output], T=("type", UINT16))
    square = "square" if body.is_main else "square:product:0"
    back = body.add("spliced_back", "Cast", [square], SrcT=("type", UINT16), DstT=("type", FLOAT))
    result = back.name if body.is_main else "spliced_back:y:0"
    for node in body.nodes:
        if node.name not in ("square", "spliced_back"):
            for i, text in enumerate(node.input):
                if text == output:
                    node.input[i] = result
    if not body.is_main:
        for key, value in body.proto.ret.items():
            if value == output:
                body.proto.ret[key] = result
    return place(*found.names, "square", "MatMul", function=body.function)


@graph_damage(*PINNED_SITES)
def kernel_xla_sharding(body: Body) -> Place:
    return splice(body, "XlaSharding", T=("type", FLOAT))


@graph_damage(*PINNED_SITES, cases=1)
def kernel_py_func(body: Body) -> Place:
    types = full_message("AttrValue.ListValue")(type=[FLOAT])
    return splice(body, "PyFunc", token=("s", b"pyfunc_0"), Tin=("list", types), Tout=("list", types))


@graph_damage(*PINNED_SITES, cases=1)
def kernel_eager_py_func(body: Body) -> Place:
    types = full_message("AttrValue.ListValue")(type=[FLOAT])
    return splice(body, "EagerPyFunc", token=("s", b"pyfunc_0"), Tin=("list", types), Tout=("list", types))


@graph_damage(MAIN, USED, cases=1)
def kernel_collective_alone(body: Body) -> Place:
    """A collective of a group of two: it waits for the other for ever."""
    numbers = {"group_size": ("i", 2), "group_key": ("i", 1), "instance_key": ("i", 1)}
    words = {"merge_op": ("s", b"Add"), "final_op": ("s", b"Id")}
    offsets = full_message("AttrValue.ListValue")(i=[0])
    return splice(body, "CollectiveReduce", T=("type", FLOAT), subdiv_offsets=("list", offsets), **numbers, **words)


@graph_damage(*PINNED_SITES, cases=1)
def kernel_identity_cast(body: Body) -> Place:
    """An op that is there: no damage."""
    return splice(body, "Cast", SrcT=("type", FLOAT), DstT=("type", FLOAT))


@graph_damage(*PINNED_SITES, cases=1)
def kernel_shape_asserted(body: Body) -> Place:
    """A shape that the tensor does not have."""
    shape = full_message("TensorShapeProto")()
    for _ in range(6):
        shape.dim.add().size = 19
    return splice(body, "EnsureShape", T=("type", FLOAT), shape=("shape", shape))


@graph_damage(MAIN, USED, cases=2)
def layout_nchw(body: Body) -> Place:
    node = body.node(lambda node: "data_format" in node.attr and node.attr["data_format"].s == b"NHWC")
    node.attr["data_format"].s = b"NCHW"
    return body.around(node, "data_format")
