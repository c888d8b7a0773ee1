"""The compact form of an OpDef, the container, and the reader of serialized OpLists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.catalogue import ArgDef, AttrDef, OpDef
from inspector.catalogue.container import Container, pack
from inspector.catalogue.encoding import FIELD, SPECIAL, decode, encode
from inspector.catalogue.kernelcoding import Shapes, decode_group, encode_group, shape_line
from inspector.catalogue.kerneldef import KernelDef
from inspector.catalogue.kernellist import read_kernel_list
from inspector.catalogue.oplist import read_op_list

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_>]{0,12}", fullmatch=True)
optional_names = st.just("") | names
values = st.binary(max_size=12) | st.text(SPECIAL + "\x00a", max_size=8).map(lambda text: text.encode("latin-1"))
args = st.builds(ArgDef, names, st.integers(0, 200), optional_names, optional_names, optional_names, st.booleans())
allowed = st.none() | st.lists(st.integers(0, 131)).map(tuple) | st.lists(values, min_size=1).map(tuple)
attrs = st.builds(AttrDef, names, names, st.none() | values, st.none() | st.integers(-(2**63), 2**63 - 1), allowed)
ops = st.builds(
    OpDef,
    names,
    st.lists(args, max_size=3).map(tuple),
    st.lists(args, max_size=3).map(tuple),
    st.lists(names, max_size=2).map(tuple),
    st.lists(attrs, max_size=4).map(tuple),
    *([st.booleans()] * 5),
    st.none() | st.tuples(st.integers(0, 3000), st.text(max_size=20)),
)
types = st.lists(st.integers(1, 131), min_size=1).map(tuple)
numbers = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1).map(tuple)
constraints = st.lists(st.tuples(names, types | numbers | st.lists(values, min_size=1).map(tuple)), max_size=3)
labels = optional_names | st.just("MklLayoutDependentOp")
kernels = st.builds(
    KernelDef,
    st.just("Op"),
    st.sampled_from(["CPU", "GPU", "DEFAULT", "XLA_CPU_JIT"]),
    constraints.map(tuple),
    st.lists(names, max_size=2).map(tuple),
    labels,
    st.integers(-(2**31), 2**31 - 1),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(kernels, min_size=1, max_size=5))
def test_kernels_survive_their_encoding(group: list[KernelDef]) -> None:
    lines = sorted({shape_line(kernel) for kernel in group})
    text = encode_group(group, {line: number for number, line in enumerate(lines)})
    decoded = decode_group("Op", text.split(FIELD), Shapes(lines))
    assert sorted(decoded, key=repr) == sorted(group, key=repr)


@settings(max_examples=200, deadline=None)
@given(ops)
def test_an_op_survives_its_encoding(op: OpDef) -> None:
    assert decode(op.name, encode(op)) == op


def test_container_round_trip() -> None:
    sections = {"one": b"abc" * 100, "two": b"", "kernels.0": bytes(range(256))}
    data = pack(sections)
    container = Container(data)
    assert container.names() == tuple(sections)
    assert {name: container.read(name) for name in container.names()} == sections
    assert pack(sections) == data


@pytest.mark.parametrize("data", [b"", b"something else", pack({"one": b"abc"})[:-1], pack({"one": b"abc"}) + b"x"])
def test_another_file_is_no_container(data: bytes) -> None:
    with pytest.raises(ValueError, match="catalogue file"):
        Container(data)


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def test_op_list_is_read_without_its_descriptions() -> None:
    arg = field(1, b"x") + field(2, b"what it is") + field(4, b"T") + field(5, b"N") + field(16, 1)
    listed = field(1, field(6, bytes([1, 2])) + field(6, 3))
    types = field(1, b"T") + field(2, b"type") + field(3, field(6, 1)) + field(4, b"doc") + field(7, listed)
    number = field(1, b"N") + field(2, b"int") + field(5, 1) + field(6, -1)
    padding = field(1, b"p") + field(2, b"string") + field(7, field(1, field(2, b"SAME") + field(2, b"VALID")))
    op = field(1, b"Op") + field(2, arg) + field(3, field(1, b"y") + field(3, 3))
    op += field(4, types) + field(4, number) + field(4, padding) + field(5, b"summary") + field(6, b"description")
    op += field(8, field(1, 7) + field(2, b"use another")) + field(17, 1) + field(20, b"done")
    expected = OpDef(
        "Op",
        (ArgDef("x", 0, "T", "N", "", True),),
        (ArgDef("y", 3, "", "", "", False),),
        ("done",),
        (
            AttrDef("T", "type", b"0\x01", None, (1, 2, 3)),
            AttrDef("N", "int", None, -1, None),
            AttrDef("p", "string", None, None, (b"SAME", b"VALID")),
        ),
        True,
        False,
        False,
        False,
        False,
        (7, "use another"),
    )
    assert read_op_list(field(1, op) + field(1, op)) == [expected, expected]
    with pytest.raises(ValueError, match="breaks off"):
        read_op_list(field(1, op)[:-1])


def test_kernel_list_is_read() -> None:
    def constraint(name: bytes, listed: bytes) -> bytes:
        return field(3, field(1, name) + field(2, field(1, listed)))

    kernel = field(1, b"Op") + field(2, b"GPU")
    kernel += constraint(b"T", field(6, bytes([1, 2])) + field(6, 3)) + constraint(b"f", field(2, b"NHWC"))
    kernel += constraint(b"n", field(3, -1)) + constraint(b"b", field(5, 1))
    kernel += field(4, b"x") + field(4, b"y") + field(5, b"cudnn") + field(6, 2)
    constraints = (("T", (1, 2, 3)), ("f", (b"NHWC",)), ("n", (-1,)), ("b", (1,)))
    expected = KernelDef("Op", "GPU", constraints, ("x", "y"), "cudnn", 2)
    assert read_kernel_list(field(1, kernel) + field(1, field(1, b"Op") + field(2, b"CPU"))) == [
        expected,
        KernelDef("Op", "CPU", (), (), "", 0),
    ]
    with pytest.raises(ValueError, match="breaks off"):
        read_kernel_list(field(1, kernel)[:-1])
    with pytest.raises(ValueError, match="one kind of value"):
        read_kernel_list(field(1, constraint(b"T", field(6, 1) + field(3, 1))))
