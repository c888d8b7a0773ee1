"""The text form: what is printed, what is parsed, and that printing, parsing and printing again gives the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.catalogue import release
from inspector.errors import FormatError
from inspector.model import dtypes, text_values
from inspector.model.bundle import OBJECT_GRAPH_KEY
from inspector.model.saved_model import Model, open_model
from inspector.model.text import print_model
from inspector.model.text_cursor import Cursor
from inspector.model.text_parser import NEWEST_PRODUCER, parse
from inspector.rules.rule import Example
from inspector.wire.schema import full_message
from tests.building import build

GOLDEN = sorted((Path(__file__).parents[2] / "golden" / "models").glob("**/saved_model.pb*"))


def printed(model: Model) -> list[str]:
    return list(print_model(model, all=True))


def reprinted(lines: list[str], folder: Path) -> list[str]:
    """The lines of the model that lines make."""
    return printed(open_model(build("\n".join(lines), folder)))


# Spellings.

VALUES = (
    ("float32", "type", 1),
    ("float32_ref", "type", 101),
    ("invalid(0)", "type", 0),
    ("invalid(77)", "type", 77),
    ("invalid(177)", "type", 177),
    ("invalid(-3)", "type", -3),
    ("3", "i", 3),
    ("-9223372036854775808", "i", -(1 << 63)),
    ("0.5", "f", 0.5),
    ("1e-05", "f", None),
    ("0.1", "f", None),
    ("-0.0", "f", -0.0),
    ("3.0", "f", 3.0),
    ("inf", "f", float("inf")),
    ("-inf", "f", float("-inf")),
    ("nan", "f", None),
    ("true", "b", True),
    ("false", "b", False),
    ('"x"', "s", b"x"),
    ('"a\\"b\\\\ \\n\\t\\r\\x00\\xff é"', "s", b'a"b\\ \n\t\r\0\xff \xc3\xa9'),
    ('placeholder "x"', "placeholder", "x"),
    ("none", None, None),
    ("[?,64]", "shape", None),
    ("[]", "shape", None),
    ("[...]", "shape", None),
    ("[0,-5]", "shape", None),
    ("[float32, int32]", "list", None),
    ('["a", "b"]', "list", None),
    ("[0.5, nan]", "list", None),
    ("[true, false]", "list", None),
    ("[[?,64], [], [...]]", "list", None),
    ("[@f, @g{T: float32}]", "list", None),
    ("[int32[2] <1, 2>]", "list", None),
    ("list [1, -1]", "list", None),
    ("list []", "list", None),
    ("@f", "func", None),
    ('@"a b"{N: 3, f: @g}', "func", None),
    ("float32[2] <1.0, 2.0>", "tensor", None),
    ("float64[] <0.1>", "tensor", None),
    ("float16[] <0.5>", "tensor", None),
    ("bfloat16[2] <1.5, -inf>", "tensor", None),
    ("complex64[] <1.0, -2.0>", "tensor", None),
    ("bool[2] <true>", "tensor", None),
    ("uint64[] <18446744073709551615>", "tensor", None),
    ('string[2] <"a", "\\xff">', "tensor", None),
    ("float32[...] <>", "tensor", None),
    ("resource[] <>", "tensor", None),
    ('float32[3] content "\\x00\\x01"', "tensor", None),
)


@pytest.mark.parametrize(("text", "kind", "value"), VALUES)
def test_a_value_is_spelled_as_it_was_read(text: str, kind: str | None, value: object) -> None:
    proto = full_message("AttrValue")()
    cursor = Cursor(text)
    cursor.value(proto)
    cursor.end()
    assert proto.WhichOneof("value") == kind
    if value is not None and kind is not None:
        assert getattr(proto, kind) == value
    assert text_values.attr(proto) == text


def test_every_dtype_has_a_spelling() -> None:
    for number in (*dtypes.NAMES, *(number + dtypes.REF for number in dtypes.NAMES), 0, 100, 134, 700, -1):
        assert Cursor(dtypes.name(number)).dtype() == number


def test_raw_content_is_shown_as_numbers() -> None:
    proto = full_message("TensorProto")(dtype=1, tensor_content=b"\0\0\x80\x3f\0\0\0\x40")
    proto.tensor_shape.dim.add(size=2)
    assert text_values.tensor(proto) == "float32[2] <1.0, 2.0>"
    proto.tensor_shape.dim[0].size = 3
    assert text_values.tensor(proto) == 'float32[3] content "\\x00\\x00\\x80?\\x00\\x00\\x00@"'


def test_many_values_are_a_digest_and_read_as_one_zero() -> None:
    proto = full_message("TensorProto")(dtype=3, int_val=range(17))
    proto.tensor_shape.dim.add(size=17)
    text = text_values.tensor(proto)
    assert text.startswith("int32[17] <")
    assert "sha256:" in text
    back = full_message("AttrValue")()
    Cursor(text).value(back)
    assert text_values.attr(back) == "int32[17] <0>"


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("x = Placeholder() {dtype: float31}", 27, "a type, a number"),
        ("x = Placeholder( {", 18, "an input"),
        ("x = Placeholder() {dtype: float32", 34, "`,` or `}`"),
        ("x = Placeholder() rest", 19, "the end of the line"),
        ("x: float32", 1, "= Op(...)"),
        ("what is this", 1, "`what = Op(...)`"),
        ("signature s (x: float32) (y: float32)", 26, "`->`"),
        ("variable w float32[2] shard one", 23, "shard 0 [0, 8)"),
        ("c = Const() {value: float32[] 1.0}", 31, "the values of a tensor"),
        ("c = Const() {value: [1, float32]}", 25, "a dimension"),
        ("c = Const() {value: [float32, 1]}", 32, "one kind"),
        ('c = Const() {value: "\\q"}', 21, "escapes"),
        ('"\\xff" = Const()', 1, "UTF-8"),
        ("meta_graph producer=1 tag=[serve]", 23, "tags="),
        ("object 1 none", 8, "number 0"),
        ("function f (a) -> ()", 14, "`:`"),
        ("function f () -> (r)", 20, "`: type` or `= tensor`"),
        ("meta_graph producer=99999999999", 32, "a value in range"),
        ("c = C() {v: <9999999999 bytes, sha256:00>}", 13, "at most"),
        ("checkpoint endianness=middle", 29, "a value in range"),
        ("collection c stuff [a]", 14, "nodes, bytes"),
    ],
)
def test_what_is_wrong_has_a_line_a_column_and_what_was_expected(text: str, column: int, expected: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(f"# first\n\n{text}")
    assert caught.value.kind == "text"
    assert caught.value.message.startswith(f"line 3, column {column}: expected ")
    assert expected in caught.value.message


def test_what_is_nested_too_deeply_is_a_format_error() -> None:
    with pytest.raises(FormatError, match="recursion"):
        parse("c = C() {a: " + "@f{a: " * 5000)


@given(st.text())
def test_any_text_parses_or_is_a_format_error(text: str) -> None:
    try:
        parse(text)
    except FormatError as error:
        assert error.message.startswith("line ")


@settings(deadline=None)
@given(st.data())
def test_a_form_with_an_edit_parses_or_is_a_format_error(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(FORM)))
    size = data.draw(st.integers(0, 3))
    new = data.draw(st.text('"\\{}()[]<>=:,@^!?$*#-. \n0anx', max_size=3))
    try:
        parse(FORM[:at] + new + FORM[at + size :])
    except FormatError as error:
        assert error.message.startswith("line ")


# Whole models.


def test_a_text_without_a_meta_graph_is_one_for_serving() -> None:
    (meta,) = parse("y = Relu(x)").saved_model.meta_graphs
    assert list(meta.meta_info_def.tags) == ["serve"]
    assert meta.graph_def.versions.producer == NEWEST_PRODUCER
    assert parse("").saved_model.meta_graphs[0].meta_info_def.tags == ["serve"]


def test_the_newest_producer_is_that_of_the_catalogue() -> None:
    assert release("latest").graph_def_version == NEWEST_PRODUCER


FORM = """\
# saved_model.pb
meta_graph tags=[serve, "two words"] tensorflow_version=2.15.0 producer=1645 min_consumer=12 bad_consumers=[3, 4]
init_op NoOp
saver filename=save/Const:0 restore=save/restore_all save=save/control_dependency:0 sharded=true
asset vocab.txt = asset_path_initializer:0
collection bytes bytes ["\\x00"]
collection floats floats [0.5]
collection ints ints [1, 2]
collection nothing none
collection saved_model_main_op nodes [init]
signature serving_default (x: float32[?,64] = x:0) -> (y: float32[?,10] = y:0)
signature train method="" (s: int64[?] = sparse(v:0, i:0, d:0)) -> (c: invalid(0) = composite(float32[?] = a:0))
graph
  x = Placeholder() {dtype: float32, shape: [?,64]}
  graph = NoOp() @"/device:GPU:0 "
  y = MatMul(x, w:1, ^graph) {T: float32} @/device:GPU:0
function __inference_f_12 stateful (a: float32 {_user_specified_name: "a"}, r: resource<float32[2]>) -> \
(r: float32 = y:output:0, lost: int32, more = z:0) ^(r2 = node, none, !extra = b) {_noinline: true}
  y = Relu(a) {T: float32}
function g (a: $T, b: $N*$T, c: $N*int32, d: list($Ts), e: ref float32) -> ()
gradient g = h
object 0 user_object root producer=1 metadata="{}" children=[signatures: 1, w: 2]
object 1 user_object signature_map children=[serving_default: 3]
object 2 variable w float32[2] trainable=true device=/cpu:0 children=[m: 4] slots=[m: 2 4] \
saveables=[VARIABLE_VALUE: 3 3]
object 3 function concrete=[__inference_f_12] spec=@FullArgSpec{args: ["a"], varargs: none, defaults: (3, 0.5, true)} \
signature=[float32[?,3] as a, int32[]] is_method=true jit_compile=1
object 4 bare_concrete_function g keywords=[a] positional=1
object 5 resource device=/cpu:0 registered_name=Table registered_saver=Saver
object 6 asset 0 dependencies=[a: 0]
object 7 constant Const
object 8 captured_tensor a:0 f
object 9 none
concrete_function __inference_f_12 bound_inputs=[2] inputs=((float32[...] as a), {"": unset, k: none}) \
outputs={r: spec 3 RaggedTensorSpec 2 (shape [2,?], dtype float32), s: tensor int32[] <1>, t: numpy float32[1] <0.5>, \
u: bounded float32[] as u float32[] <0.0> float32[] <1.0>, v: false}
trackable 0 children=[w: 1]
trackable 1 values=[VARIABLE_VALUE: w] slots=[m: 0 1]
checkpoint shards=2 producer=2 min_consumer=1
variable s string[2] shard 1 [0, 15)
variable w float32[2] shard 0 [8, 16)
file assets/vocab.txt 12
"""


def test_every_line_of_the_form_comes_back(tmp_path: Path) -> None:
    again = reprinted(FORM.splitlines(), tmp_path / "model")
    graph = [line for line in again if line.startswith(f"variable {OBJECT_GRAPH_KEY}")]
    assert len(graph) == 1
    assert sorted(line for line in again if line not in graph) == sorted(FORM.splitlines())
    assert printed(open_model(build("\n".join(again), tmp_path / "second"))) == again


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    model = open_model(build(FORM, tmp_path))
    assert list(print_model(model, signatures=False))[6:] == [
        "# other collections 4, --all shows them",
        "# signatures 2, --signatures shows them",
        "# nodes 3, --ops shows them",
        "# functions 2, --functions shows them",
        "# objects 10, --objects shows them",
        "# variables 3, --variables shows them",
        "file assets/vocab.txt 12",
    ]
    functions = [line for line in print_model(model, functions=True) if "Relu" in line or line.startswith("#   ")]
    assert functions == ["#   nodes 1, --ops shows them"]
    assert not [line for line in print_model(model, ops=True) if "Relu" in line]


def test_nothing_printed_names_the_folder(tmp_path: Path) -> None:
    example = Example("variable w float32[2]", files={"variables/variables.data-00000-of-00001": None})
    assert not [line for line in printed(open_model(build(example, tmp_path))) if str(tmp_path) in line]
    (tmp_path / "saved_model.pb").write_bytes(b"<html>")
    assert printed(open_model(str(tmp_path)))[:2] == ["# saved_model.pb", "# graph-file-damaged: saved_model.pb"]


@pytest.mark.parametrize("path", [pytest.param(file.parent, id=f"{file.parent.name}-{file.name}") for file in GOLDEN])
def test_golden_models_come_back(path: Path, tmp_path: Path) -> None:
    """All of it but digests, the place of the object graph, and files that are not there."""
    model = open_model(path, verify=False)
    first = printed(model)
    if not model.meta_graphs:
        assert all(line.startswith("#") for line in first)
        return
    second = reprinted(first, tmp_path / "second")
    assert reprinted(second, tmp_path / "third") == second
    left_out = ["#", "file assets/", f"variable {OBJECT_GRAPH_KEY}"]
    left_out += [kind for kind in ("checkpoint", "trackable") if not any(line.startswith(kind) for line in first)]
    kept = [[line for line in lines if not line.startswith(tuple(left_out))] for lines in (first, second)]
    pairs = zip(*kept, strict=True)
    assert [(a, b) for a, b in pairs if a != b and "sha256:" not in a] == []


# Random models.

names = st.text(max_size=8) | st.sampled_from(
    ("x", "x:0", "^x", "graph", "a/b", "->", "none", "list", "float32", "1.5")
)
some_dtypes = st.sampled_from((*dtypes.NAMES, 0, 101, 107, 777))
sizes = st.sampled_from((-7, -1, 0, 1, 2, 64))
int32s = st.integers(-(1 << 31), (1 << 31) - 1)


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    proto = full_message("TensorShapeProto")()
    proto.unknown_rank = draw(st.booleans())
    if not proto.unknown_rank:
        for size in draw(st.lists(sizes, max_size=3)):
            proto.dim.add(size=size)
    return proto


@st.composite
def tensors(draw: st.DrawFn) -> Any:
    proto = full_message("TensorProto")(dtype=draw(some_dtypes), tensor_shape=draw(shapes()))
    number = dtypes.base(proto.dtype)
    if number == dtypes.STRING:
        proto.string_val.extend(draw(st.lists(st.binary(max_size=10), max_size=3)))
    elif number in text_values.STORAGES:
        field, code = text_values.STORAGES[number]
        values: dict[str, st.SearchStrategy[Any]] = {
            "f": st.floats(width=32, allow_nan=False),
            "d": st.floats(allow_nan=False),
            "?": st.booleans(),
            "q": st.integers(-(1 << 63), (1 << 63) - 1),
            "Q": st.integers(0, (1 << 64) - 1),
            "I": st.integers(0, (1 << 32) - 1),
        }
        plain = int32s if field == "int_val" else st.sampled_from((0, 0x3C00, 0x7C00, 0x8000, 0x0001, 0x3F80, 0xFF80))
        plain = st.sampled_from((0, 0x3C00, 0x8001)) if number == text_values.HALF else plain
        getattr(proto, field).extend(draw(st.lists(values.get(code, plain), max_size=4)))
    else:
        proto.tensor_content = draw(st.binary(max_size=5))
    return proto


@st.composite
def attr_values(draw: st.DrawFn, depth: int = 2) -> Any:
    proto = full_message("AttrValue")()
    kinds = ["", "s", "i", "f", "b", "type", "shape", "tensor", "placeholder", "list", *(["func"] if depth else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "placeholder":
        proto.placeholder = draw(names)
    elif kind == "list":
        proto.list.SetInParent()
        inner = draw(st.sampled_from(["", *(k for k in kinds[1:] if k not in ("placeholder", "list"))]))
        if inner:
            getattr(proto.list, inner).extend(draw(st.lists(single_values(inner, depth), max_size=3)))
    elif kind:
        value = draw(single_values(kind, depth))
        if kind in ("shape", "tensor", "func"):
            getattr(proto, kind).CopyFrom(value)
        else:
            setattr(proto, kind, value)
    return proto


def single_values(kind: str, depth: int) -> st.SearchStrategy[Any]:
    return {
        "s": st.binary(max_size=20) | names.map(str.encode),
        "i": st.integers(-(1 << 63), (1 << 63) - 1),
        "f": st.floats(width=32, allow_nan=False),
        "b": st.booleans(),
        "type": some_dtypes,
        "shape": shapes(),
        "tensor": tensors(),
        "func": functions_of(depth),
    }[kind]


@st.composite
def functions_of(draw: st.DrawFn, depth: int) -> Any:
    proto = full_message("NameAttrList")(name=draw(names))
    draw_attrs(draw, proto.attr, depth - 1)
    return proto


def draw_attrs(draw: st.DrawFn, attrs: Any, depth: int = 2) -> None:
    for name, value in draw(st.dictionaries(names, attr_values(max(0, depth)), max_size=3)).items():
        attrs[name].CopyFrom(value)


def draw_nodes(draw: st.DrawFn, nodes: Any) -> None:
    for _ in range(draw(st.integers(0, 3))):
        node = nodes.add(name=draw(names), op=draw(names), device=draw(names))
        node.input.extend(draw(st.lists(names, max_size=3)))
        draw_attrs(draw, node.attr)


def draw_function(draw: st.DrawFn, function: Any) -> None:
    signature = function.signature
    signature.name = draw(names)
    signature.is_stateful = draw(st.booleans())
    for arg in draw(st.lists(names, max_size=3)):
        signature.input_arg.add(name=arg, type=draw(some_dtypes), is_ref=draw(st.booleans()))
    for arg in draw(st.lists(names, max_size=3, unique=True)):
        signature.output_arg.add(name=arg, type=draw(some_dtypes))
    if signature.input_arg and draw(st.booleans()):
        handle = signature.input_arg[0].handle_data.add(dtype=draw(some_dtypes))
        handle.shape.CopyFrom(draw(shapes()))
    for field, its in ((function.ret, signature.output_arg), (function.control_ret, ())):
        for name in draw(st.lists(names | st.sampled_from([arg.name for arg in its] or ["r"]), max_size=3)):
            field[name] = draw(names)
    signature.control_output.extend(draw(st.lists(names, max_size=2, unique=True)))
    draw_nodes(draw, function.node_def)
    draw_attrs(draw, function.attr)


def draw_signature(draw: st.DrawFn, signature: Any) -> None:
    signature.method_name = draw(names | st.just("tensorflow/serving/predict"))
    for infos in (signature.inputs, signature.outputs):
        for name in draw(st.lists(names, max_size=2)):
            info = infos[name]
            info.dtype = draw(some_dtypes)
            if draw(st.booleans()):
                info.tensor_shape.CopyFrom(draw(shapes()))
            if draw(st.booleans()):
                info.name = draw(names)
            else:
                info.coo_sparse.values_tensor_name = draw(names)
                info.coo_sparse.indices_tensor_name = draw(names)


@st.composite
def saved_models(draw: st.DrawFn) -> Any:
    proto = full_message("SavedModel")(saved_model_schema_version=draw(st.integers(0, 2)))
    for _ in range(draw(st.integers(1, 2))):
        meta = proto.meta_graphs.add()
        meta.meta_info_def.tags.extend(draw(st.lists(names, max_size=2)))
        meta.meta_info_def.tensorflow_version = draw(names)
        versions = meta.graph_def.versions
        versions.producer = draw(int32s)
        versions.min_consumer = draw(int32s)
        versions.bad_consumers.extend(draw(st.lists(int32s, max_size=2)))
        draw_nodes(draw, meta.graph_def.node)
        for _ in range(draw(st.integers(0, 2))):
            draw_function(draw, meta.graph_def.library.function.add())
        for key in draw(st.lists(names, max_size=2)):
            draw_signature(draw, meta.signature_def[key])
        for name in draw(st.lists(names.map(lambda name: name.replace("/", "|")), max_size=2)):
            meta.asset_file_def.add(filename=name).tensor_info.name = draw(names)
        for name in draw(st.lists(names, max_size=2)):
            meta.collection_def[name].bytes_list.value.extend(draw(st.lists(st.binary(max_size=5), min_size=1)))
    return proto


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(saved_models())
def test_random_models_come_back(proto: Any) -> None:
    raw = proto.SerializeToString(deterministic=True)
    with tempfile.TemporaryDirectory() as folder:
        first = build(Example(files={"saved_model.pb": raw}), f"{folder}/first")
        lines = printed(open_model(first))
        text = "\n".join(line for line in lines if not line.startswith("checkpoint"))
        assert parse(text).saved_model.SerializeToString(deterministic=True) == raw
        second = Example(text, files={"assets": None} if Path(folder, "second/assets").exists() else {})
        again = printed(open_model(build(second, f"{folder}/second")))
        assert [line for line in again if not line.startswith("file ")] == lines
