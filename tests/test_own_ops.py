"""The user's own ops: from text OpLists and from op libraries, in verdicts and in confirmations."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.catalogue import release
from inspector.checking import ConfirmBy, check
from inspector.cli import main
from inspector.confirmation import tensorflow_of
from inspector.confirmation.interpreter import search_path
from inspector.engine import judge_each
from inspector.errors import OpSourceError, UnknownRelease
from inspector.findings import TF_SERVING, Target
from inspector.model.saved_model import open_model
from inspector.own_ops import NO_OPS, read_own_ops
from tests.building import build

ADD = """
# an op of our own
op {
  name: "MyPkg>Add"
  input_arg { name: "x" type_attr: "T" }
  output_arg { name: "y" type_attr: "T" }
  attr { name: "T" type: "type" allowed_values { list { type: DT_FLOAT type: DT_INT32 } } }
  attr { name: "by" type: "int" default_value { i: 1 } has_minimum: true minimum: 1 }
  is_stateful: true
}
"""
HEAD = """meta_graph tags=[serve] tensorflow_version=2.21.0 producer=2474
signature serving_default (x: {dtype}[?] = x:0) -> (y: {dtype}[?] = y:0)
graph
  x = Placeholder() {{dtype: {dtype}, shape: [?]}}
"""
MODEL = HEAD.format(dtype="float32") + "  y = MyPkg>Add(x) {T: float32}\n"
CODE = """
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
using namespace tensorflow;
REGISTER_OP("MyPkg>Add").Attr("T: {float, int32}").Attr("by: int >= 1 = 1").Input("x: T").Output("y: T").SetIsStateful()
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(0));
      return absl::OkStatus();
    });
class Add : public OpKernel {
 public:
  explicit Add(OpKernelConstruction* c) : OpKernel(c) {}
  void Compute(OpKernelContext* c) override { c->set_output(0, c->input(0)); }
};
REGISTER_KERNEL_BUILDER(Name("MyPkg>Add").Device(DEVICE_CPU).TypeConstraint<float>("T"), Add);
"""
FLAGS = "import tensorflow as tf; print(*tf.sysconfig.get_compile_flags(), *tf.sysconfig.get_link_flags())"
needs_tensorflow = pytest.mark.skipif(tensorflow_of() is None, reason="this interpreter has no TensorFlow")


@pytest.fixture
def op_list(tmp_path: Path) -> Path:
    path = tmp_path / "ops.pbtxt"
    path.write_text(ADD)
    return path


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An op library with the op of ADD, with a kernel for float32 alone: compiled here, some ten seconds."""
    compiler = shutil.which("g++")
    if tensorflow_of() is None or compiler is None:
        pytest.skip("no TensorFlow, or no g++")
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    flags = subprocess.run([sys.executable, "-c", FLAGS], capture_output=True, text=True, check=True, env=quiet)
    folder = tmp_path_factory.mktemp("library")
    (folder / "add.cc").write_text(CODE)
    built = folder / "add.so"
    command = [compiler, "-shared", "-fPIC", "-O0", str(folder / "add.cc"), "-o", str(built), *flags.stdout.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"g++ cannot build an op library here: {done.stderr[-300:]}")
    return built


def shipped_library() -> str:
    """An op library that TensorFlow's own wheel brings and does not load by itself."""
    place = "tensorflow/lite/experimental/microfrontend/python/ops/_audio_microfrontend_op.so"
    found = [path for entry in search_path(None) if os.path.isfile(path := os.path.join(entry, place))]
    if not found:
        pytest.skip("this TensorFlow has no library of audio ops")
    return found[0]


def test_a_list(op_list: Path) -> None:
    """OpDefs, as the catalogue has them."""
    own = read_own_ops([op_list])
    op = own.ops["MyPkg>Add"]

    assert [(arg.name, arg.type_attr) for arg in (*op.inputs, *op.outputs)] == [("x", "T"), ("y", "T")]
    assert [(attr.name, attr.minimum, attr.allowed) for attr in op.attrs] == [("T", None, (1, 3)), ("by", 1, None)]
    assert op.is_stateful
    assert own.sources == {"MyPkg>Add": str(op_list)}
    assert own.libraries == ()
    assert read_own_ops() == NO_OPS


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        (b'op {\n  name: "A"\n  bogus: 1\n}', 3, 3, "bogus"),
        (b'op { name: "A" input_arg { nme: "x" } }', 1, 28, "nme"),
        (b'op { name: "A" input_arg { name: "x" type: DT_FLOA } }', 1, 44, "DT_FLOA"),
        (b"op {", 1, None, "no OpList"),
        (b'\x0a\x05\x0a\x03Mul', None, None, "no OpList"),
        (b"\xff\xfe", None, None, "UTF-8"),
        (b"", None, None, "no op in it"),
        (b"op { }", None, None, "op 1 has no name"),
        (b'op { name: "A" }\nop { name: "A" is_stateful: true }', None, None, "otherwise"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list_is_located(
    text: bytes, line: int | None, column: int | None, says: str, tmp_path: Path
) -> None:
    """File, line and column where there are any; never another kind of error."""
    path = tmp_path / "ops.pbtxt"
    path.write_bytes(text)
    with pytest.raises(OpSourceError, match=says) as caught:
        read_own_ops([path])

    error = caught.value
    assert error.file == str(path)
    assert line is None or (error.line == line and f"ops.pbtxt:{line}:" in str(error))
    assert column is None or error.column == column


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """A list, a library, a folder in place of one."""
    for arguments in (([tmp_path / "no"], []), ([], [tmp_path / "no.so"]), ([tmp_path], []), ([], [tmp_path])):
        with pytest.raises(OpSourceError):
            read_own_ops(*arguments)


def test_a_list_of_the_catalogue_reads_back(tmp_path: Path) -> None:
    """TensorFlow's own OpList in text form gives the catalogue's definitions."""
    tensorflow = pytest.importorskip("tensorflow")
    from google.protobuf import text_format
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.framework import op_def_registry

    names = ("MatMul", "Conv2D", "Assert", "BatchCholesky", "StridedSlice", "RestoreV2", "PyFunc")
    ops = op_def_pb2.OpList(op=[op_def_registry.get(name) for name in names])
    (tmp_path / "ops.pbtxt").write_text(text_format.MessageToString(ops))
    own = read_own_ops([tmp_path / "ops.pbtxt"])
    try:
        held = release(tensorflow.__version__)
    except UnknownRelease:
        pytest.skip("a TensorFlow that the catalogue does not hold")

    assert {name: own.ops[name] for name in names} == {name: held.op(name) for name in names}


def test_taught_ops_are_registered_in_every_target(op_list: Path, tmp_path: Path) -> None:
    """Any release, device and host; without the list the same model fails."""
    model = open_model(build(MODEL, tmp_path / "model"))
    targets = [Target("1.15.5"), Target("2.12.1", "gpu"), Target("2.21.0", host=TF_SERVING), Target("2.21.0", "tpu")]
    taught = judge_each(model, targets, taught=read_own_ops([op_list]).ops, strict=True)
    untaught = judge_each(model, targets, strict=True)

    assert {v.outcome for one in taught for v in one.verdicts} == {"loads"}
    assert {call.outcome for one in taught for v in one.verdicts for call in v.signatures.values()} == {"runs"}
    assert {v.outcome for one in untaught for v in one.verdicts} == {"fails"}
    assert not [finding for one in taught for finding in one.findings if finding.rule == "OP001"]
    assert all("the kernels of MyPkg>Add, which come from outside, fit" in v.assumes for v in taught[0].verdicts)


@pytest.mark.parametrize(
    ("node", "rule"),
    [
        ("y = MyPkg>Add(x) {T: float64}", "OP004"),
        ("y = MyPkg>Add(x) {T: float32, by: 0}", "OP004"),
        ('y = MyPkg>Add(x) {T: float32, by: "1"}', "OP003"),
        ("y = MyPkg>Add(x)", "OP002"),
        ("y = MyPkg>Add(x, x) {T: float32}", "GR003"),
        ("y = MyPkg>Add(x) {T: int32}", "GR004"),
    ],
)
def test_taught_ops_are_judged_like_any(node: str, rule: str, op_list: Path, tmp_path: Path) -> None:
    """Attrs, number and types of inputs."""
    model = open_model(build(f"{HEAD.format(dtype='float32')}  {node}\n", tmp_path / "model"))
    (judgement,) = judge_each(model, [Target("2.21.0")], taught=read_own_ops([op_list]).ops, strict=True)

    assert rule in {finding.rule for finding in judgement.findings}
    assert {verdict.outcome for verdict in judgement.verdicts} == {"fails"}


def test_the_core_library_goes_first(tmp_path: Path) -> None:
    """A list may name an op of TensorFlow: the release's own definition counts."""
    (tmp_path / "ops.pbtxt").write_text('op { name: "Relu" }')
    text = "x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"
    model = open_model(build(text, tmp_path / "model"))
    own = read_own_ops([tmp_path / "ops.pbtxt"])

    (judgement,) = judge_each(model, [Target("2.21.0")], taught=own.ops, strict=True)
    assert {verdict.outcome for verdict in judgement.verdicts} == {"loads"}


def test_only_a_library_can_be_confirmed(op_list: Path, tmp_path: Path) -> None:
    """A list teaches the inspector, not TensorFlow: a real load would fail for want of it."""
    own = read_own_ops([op_list])
    report = check(build(MODEL, tmp_path / "m"), tensorflow="2.21", own_ops=own, confirm_by=ConfirmBy())
    (real,) = report.models[0].confirmations

    assert real.outcome == "not-confirmed"
    if tensorflow_of() is not None:
        assert "--op-library" in str(real.error_message)


@needs_tensorflow
def test_a_library_of_the_wheel() -> None:
    """The ops that TF_LoadLibrary finds in it, and nothing of TensorFlow's own."""
    path = shipped_library()
    own = read_own_ops(op_libraries=[path])

    assert set(own.ops) == {"AudioMicrofrontend"}
    assert own.libraries == (path,)


@needs_tensorflow
def test_what_is_no_library(tmp_path: Path) -> None:
    """The file is named, and what the linker or TensorFlow said of it."""
    path = tmp_path / "text.so"
    path.write_text("not a library")
    with pytest.raises(OpSourceError, match="does not load") as caught:
        read_own_ops(op_libraries=[path])

    assert caught.value.file == str(path)


@needs_tensorflow
@pytest.mark.parametrize(
    ("body", "says"), [("for (;;);", "hang: no answer within 3 s"), ("__builtin_trap();", "crash")]
)
def test_a_library_has_limits(body: str, says: str, tmp_path: Path) -> None:
    """One that never comes back, or ends the process, ends the child alone."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("no gcc")
    (tmp_path / "bad.c").write_text(f"__attribute__((constructor)) void begin(void) {{ {body} }}")
    built = tmp_path / "bad.so"
    subprocess.run([compiler, "-shared", "-fPIC", str(tmp_path / "bad.c"), "-o", str(built)], check=True)

    with pytest.raises(OpSourceError, match=says):
        read_own_ops(op_libraries=[built], timeout=3)


def test_a_library_needs_a_tensorflow(tmp_path: Path) -> None:
    """An interpreter without one, and one that is not there."""
    (tmp_path / "my.so").write_text("")
    for python, says in (("/no/such/python", "not found"), (_bare_python(tmp_path), "a TensorFlow is needed")):
        with pytest.raises(OpSourceError, match=says):
            read_own_ops(op_libraries=[tmp_path / "my.so"], python=python)


def _bare_python(folder: Path) -> str:
    """The running interpreter without its packages."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.mark.xdist_group("confirmation")
def test_a_compiled_library(library: Path, op_list: Path) -> None:
    """It registers what the list says, so both together agree."""
    own = read_own_ops([op_list], [library])

    assert own.ops == read_own_ops([op_list]).ops
    assert own.sources == {"MyPkg>Add": str(library)}
    assert own.only_listed(own.ops) == ()


@pytest.mark.xdist_group("confirmation")
def test_a_library_is_loaded_before_the_model(library: Path, tmp_path: Path) -> None:
    """All three loaders load and run the model for real, as predicted; without the library they do not."""
    path = build(MODEL, tmp_path / "model")
    by = ConfirmBy(("tf2", "tf1", "serving"))
    installed = str(tensorflow_of())
    taught = check(path, tensorflow=installed, own_ops=read_own_ops(op_libraries=[library]), confirm_by=by)
    untaught = check(path, tensorflow=installed, confirm_by=ConfirmBy(("serving",)))

    for real in taught.models[0].confirmations:
        assert (real.outcome, real.agrees) == ("loads", True), real
        assert real.signatures["serving_default"].outcome == "runs"
    (real,) = untaught.models[0].confirmations
    assert (real.outcome, real.agrees) == ("fails", True)
    assert "MyPkg>Add" in str(real.error_message)


@pytest.mark.xdist_group("confirmation")
def test_a_kernel_that_is_not_there_is_no_disagreement(library: Path, tmp_path: Path) -> None:
    """Nothing was said of kernels from outside: the library has none for int32."""
    path = build(HEAD.format(dtype="int32") + "  y = MyPkg>Add(x) {T: int32}\n", tmp_path / "model")
    own = read_own_ops(op_libraries=[library])
    (real,) = check(path, own_ops=own, confirm_by=ConfirmBy(("serving",))).models[0].confirmations

    assert real.outcome == "fails"
    assert real.agrees is None


def test_the_command_line(op_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--op-list on check, compat and ops; a bad file is wrong usage."""
    path = build(MODEL, tmp_path / "model")
    options = ["--isolated", "--op-list", str(op_list)]

    assert main(["check", path, "--no-confirm", "--tensorflow", "2.21", *options]) == 0
    assert main(["compat", path, *options]) == 0
    assert main(["ops", path, "--tensorflow", "2.21", *options]) == 0
    assert f"{op_list}" in capsys.readouterr().out
    assert main(["check", path, "--no-confirm", "--isolated", "--op-list", "no.pbtxt"]) == 2
    assert main(["check", path, "--no-confirm", "--isolated", "--op-library", "no.so"]) == 2
    assert "no.so: no such file" in capsys.readouterr().err
