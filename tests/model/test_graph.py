"""The lean reading of nodes against the whole message, for usual and unusual encodings."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.model.graph import Graph, KindTable
from inspector.wire.schema import full_message, message

NAMES = st.text("abcXYZ_/.0123456789", min_size=1, max_size=140)
TENSORS = st.builds(
    lambda dtype, values: full_message("TensorProto")(dtype=dtype, float_val=values),
    st.integers(1, 23),
    st.lists(st.floats(width=32, allow_nan=False), max_size=4),
)
VALUES = st.one_of(
    st.binary(max_size=200).map(lambda s: {"s": s}),
    st.integers(-(2**63), 2**63 - 1).map(lambda i: {"i": i}),
    st.floats(width=32, allow_nan=False).map(lambda f: {"f": f}),
    st.booleans().map(lambda b: {"b": b}),
    st.integers(0, 130).map(lambda t: {"type": t}),
    TENSORS.map(lambda t: {"tensor": t}),
    st.lists(st.integers(1, 23), max_size=5).map(lambda t: {"list": full_message("AttrValue").ListValue(type=t)}),
    NAMES.map(lambda name: {"func": full_message("NameAttrList")(name=name)}),
    st.just({}),
)
ATTRS = st.dictionaries(
    st.one_of(NAMES, st.sampled_from(("T", "dtype", "shared_name", "_class", "value", "shape"))), VALUES, max_size=5
)


@st.composite
def nodes(draw: st.DrawFn) -> Any:
    """A NodeDef of the full schema."""
    node = full_message("NodeDef")(
        name=draw(NAMES),
        op=draw(NAMES),
        input=draw(st.lists(NAMES, max_size=3)),
        device=draw(st.sampled_from(("", "/cpu:0"))),
    )
    for name, value in draw(ATTRS).items():
        node.attr[name].CopyFrom(full_message("AttrValue")(**value))
    return node


def read(raw: bytes) -> Graph:
    return Graph(0, "", message("GraphDef").FromString(raw).node, KindTable())


@settings(max_examples=150, deadline=None)
@given(st.lists(nodes(), max_size=4))
def test_what_we_read_is_what_was_written(written: list[Any]) -> None:
    """Name, op, inputs, device and every attr of every node; equal nodes share their kind."""
    graph = read(full_message("GraphDef")(node=written).SerializeToString())

    assert graph.names == [node.name for node in written]
    for node, kind, inputs in zip(written, graph.kinds, graph.inputs, strict=True):
        attrs = {name: attr.proto.SerializeToString(deterministic=True) for name, attr in kind.attrs.items()}
        assert (kind.op, kind.device, list(inputs)) == (node.op, node.device, list(node.input))
        assert attrs == {name: value.SerializeToString(deterministic=True) for name, value in node.attr.items()}
        assert sorted(kind.functions) == sorted(v.func.name for v in node.attr.values() if v.HasField("func"))


@settings(max_examples=60, deadline=None)
@given(nodes())
def test_one_attr_is_read_the_same_alone(node: Any) -> None:
    """``raw`` gives the value that ``attrs`` has, and nothing for an attr that is not there."""
    raw = full_message("GraphDef")(node=[node]).SerializeToString()
    (kind,) = read(raw).kinds
    alone = {name: kind.raw(name) for name in (*node.attr, "no such attr")}

    assert alone == {**{name: attr.value for name, attr in kind.attrs.items()}, "no such attr": b""}


def test_an_entry_with_its_value_first_is_read() -> None:
    """A map entry may have its fields in any order."""
    value = message("AttrValue")(type=1).SerializeToString()
    entry = b"\x12" + bytes((len(value),)) + value + b"\x0a\x01T"
    node = b"\x0a\x01x\x12\x04Relu\x2a" + bytes((len(entry),)) + entry
    graph = read(b"\x0a" + bytes((len(node),)) + node)

    assert graph.kinds[0].attrs["T"].kind == "type"


def test_what_else_is_in_an_entry_is_left_out() -> None:
    """As C++ does it; protobuf's own Python leaves the whole entry out."""
    value = message("AttrValue")(type=1).SerializeToString()
    entry = b"\x0a\x01T\x12" + bytes((len(value),)) + value + b"\x28\x00"
    node = b"\x0a\x01x\x12\x04Relu\x2a" + bytes((len(entry),)) + entry
    graph = read(b"\x0a" + bytes((len(node),)) + node)

    assert {name: attr.kind for name, attr in graph.kinds[0].attrs.items()} == {"T": "type"}


def test_forms_leave_out_what_decides_nothing() -> None:
    """Two variables of other names share a form; another dtype does not."""
    make = full_message("NodeDef")
    written = []
    for name, dtype in (("a", 1), ("b", 1), ("c", 3)):
        node = make(name=name, op="VarHandleOp")
        node.attr["dtype"].type = dtype
        node.attr["shared_name"].s = name.encode()
        node.attr["_class"].list.s.append(name.encode())
        written.append(node)
    first, second, third = read(full_message("GraphDef")(node=written).SerializeToString()).kinds

    assert first.form is second.form
    assert first.form is not third.form
