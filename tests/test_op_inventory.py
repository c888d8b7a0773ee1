"""The ops of a model: counts, owners, releases, deprecation, kernels."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from inspector.catalogue import release, releases_with
from inspector.cli import main
from inspector.errors import UsageError
from inspector.model.saved_model import open_model
from inspector.op_inventory import OpsReport, OpUse, list_ops
from inspector.own_ops import read_own_ops
from inspector.report.ops import written
from inspector.report.style import Style
from tests.building import build

GOLDEN = Path(__file__).parent.parent / "golden" / "models"
HEALTHY = ("keras3-mlp", "v1-frozen", "nested-control-flow", "table-asset", "ragged-sparse", "v1-two-tagsets")
SCHEMA = json.loads(resources.files("inspector").joinpath("report/ops_schema.json").read_text())
TEXT = """
graph
  x = Placeholder() {dtype: string}
  a = CaseFoldUTF8(x)
  b = Addons>NoSuchOp(x)
  c = Addons>Gelu(f) {T: float32}
  d = Mine(x)
  e = Yours(x)
  f = Placeholder() {dtype: float32}
  g = BatchCholesky(f) {T: float32}
  h = MatMul(i, i) {T: uint16}
  i = Placeholder() {dtype: uint16}
  j = MatMul(f, f) {T: float32}
  k = PyFunc(x) {token: "p", Tin: [string], Tout: [string]}
  l = NcclAllReduce(f) {T: float32, reduction: "sum", num_devices: 1, shared_name: "s"}
  m = inner(f)
  n = BoostedTreesBucketize() {num_features: 0}
  o = AudioMicrofrontend(x)
  p = NoOp()
function inner (a: float32) -> (r: float32 = y:activations:0)
  y = Relu(a) {T: float32}
  z = MatMul(a, a) {T: float32}
"""


@pytest.fixture
def uses(tmp_path: Path) -> dict[str, OpUse]:
    (tmp_path / "ops.pbtxt").write_text('op { name: "Mine" input_arg { name: "x" type: DT_STRING } }')
    own = read_own_ops([tmp_path / "ops.pbtxt"])
    (one,) = list_ops(build(TEXT, tmp_path / "model"), tensorflow="2.15", own_ops=own).models
    return {use.op: use for use in one.uses}


def test_counts(uses: dict[str, OpUse]) -> None:
    """Nodes of main graphs and of functions; every node is counted."""
    assert list(uses) == sorted(uses)
    assert (uses["MatMul"].main, uses["MatMul"].functions) == (2, 1)
    assert (uses["Relu"].main, uses["Relu"].functions) == (0, 1)
    assert sum(use.main for use in uses.values()) == 17
    assert sum(use.functions for use in uses.values()) == 2


def test_owners(uses: dict[str, OpUse], tmp_path: Path) -> None:
    owners = {op: use.owner for op, use in uses.items()}

    assert owners["MatMul"] == ("TensorFlow", "")
    assert owners["CaseFoldUTF8"] == ("tensorflow-text", "import tensorflow_text")
    assert owners["Addons>Gelu"].name == "tensorflow-addons"
    assert owners["Addons>NoSuchOp"] == ("", "other ops of its namespace are of tensorflow-addons")
    assert owners["Mine"] == (str(tmp_path / "ops.pbtxt"), "")
    assert owners["Yours"] == ("", "")
    assert owners["inner"].name == "a function of the model"
    assert owners["AudioMicrofrontend"] == ("TensorFlow", "import tensorflow.lite.experimental.microfrontend")


def test_releases_and_deprecation(uses: dict[str, OpUse]) -> None:
    """From 1.15 on; what the target says of a deprecated op."""
    assert (uses["MatMul"].first, uses["MatMul"].last) == ("1.15.5", "2.21.0")
    assert (uses["Mine"].first, uses["CaseFoldUTF8"].last) == (None, None)
    assert uses["BatchCholesky"].deprecation == (13, "Use Cholesky instead.")
    assert uses["MatMul"].deprecation is None


def test_kernels(uses: dict[str, OpUse]) -> None:
    """By device, and whether the model's dtypes find one on the target's; of ops from outside nothing is told."""
    assert (uses["MatMul"].devices, uses["MatMul"].served) == (("CPU", "GPU"), "no")
    assert uses["MatMul"].refused == ("no kernel for T uint16",)
    assert (uses["Relu"].served, uses["Relu"].refused) == ("yes", ())
    assert (uses["NoOp"].devices, uses["NoOp"].served) == (("any",), "yes")
    assert (uses["PyFunc"].devices, uses["PyFunc"].served) == (("CPU with Python",), "with Python")
    assert (uses["NcclAllReduce"].devices, uses["NcclAllReduce"].served) == (("GPU",), "no")
    assert (uses["BoostedTreesBucketize"].devices, uses["BoostedTreesBucketize"].served) == ((), "no")
    assert (uses["CaseFoldUTF8"].devices, uses["CaseFoldUTF8"].served) == (("CPU",), "unknown")
    assert (uses["Mine"].devices, uses["Mine"].served) == (None, "unknown")


def test_the_server(uses: dict[str, OpUse]) -> None:
    assert uses["MatMul"].tf_serving == uses["CaseFoldUTF8"].tf_serving == "yes"
    assert uses["Addons>Gelu"].tf_serving == uses["Mine"].tf_serving == "no"


def test_devices(tmp_path: Path) -> None:
    """On a GPU what the CPU has will do; of a TPU nothing is known."""
    path = build(TEXT, tmp_path / "model")
    served = {
        device: {use.op: use.served for use in list_ops(path, tensorflow="2.15", device=device).models[0].uses}
        for device in ("cpu", "gpu", "tpu")
    }

    assert (served["cpu"]["NcclAllReduce"], served["gpu"]["NcclAllReduce"]) == ("no", "yes")
    assert set(served["tpu"].values()) == {"unknown"}


@pytest.mark.parametrize("name", HEALTHY)
def test_golden_models(name: str) -> None:
    """Every node is counted, every op is of a release, and the CPU serves them all."""
    model = open_model(GOLDEN / name)
    (one,) = list_ops(GOLDEN / name, tensorflow="2.21").models
    library = {function for meta in model.meta_graphs for function in meta.library.by_name}

    assert sum(use.main for use in one.uses) == sum(len(meta.graph) for meta in model.meta_graphs)
    for use in one.uses:
        assert use.op in library or (use.served, use.owner.name, use.last) == ("yes", "TensorFlow", "2.21.0"), use
        assert use.first is None or use.first in releases_with(use.op)


def test_formats(tmp_path: Path) -> None:
    """The document is valid and deterministic; text and Markdown hold every op and the notes."""
    path = build(TEXT, tmp_path / "model")
    plain = Style(colour=False)
    report = list_ops(path, tensorflow="2.15")
    document = written(report, "json", plain)
    text, markdown = (written(report, form, plain) for form in ("text", "markdown"))

    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(document))
    assert document == written(list_ops(path, tensorflow="2.15"), "json", plain)
    assert markdown.count("\n| ") == 1 + len(report.models[0].uses)
    for part in (text, markdown):
        assert all(use.op in part for use in report.models[0].uses)
        assert "BatchCholesky: deprecated since GraphDef version 13: Use Cholesky instead." in part
        assert "MatMul: no kernel for T uint16 on cpu" in part
        assert "CaseFoldUTF8: import tensorflow_text  (TensorFlow Serving has it built in)" in part
    assert written(OpsReport([]), "text", plain) == ""


def test_a_serving_base_folder() -> None:
    """Each version; one of them with `version`."""
    assert len(list_ops(GOLDEN / "serving-base", tensorflow="2.21").models) > 1
    assert len(list_ops(GOLDEN / "serving-base", tensorflow="2.21", version=1).models) == 1
    with pytest.raises(UsageError):
        list_ops(GOLDEN / "no-such-model")


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """0, also with ops that nobody has; 1 and what the path is for no SavedModel; 2 for wrong usage."""
    options = ["--isolated", "--tensorflow", "2.21"]

    assert main(["ops", str(GOLDEN / "broken-unregistered-op"), *options]) == 0
    assert main(["ops", str(GOLDEN / "keras3-mlp"), *options, "--format", "json"]) == 0
    assert main(["ops", str(GOLDEN / "broken-lfs-pointer"), *options]) == 1
    assert "Git LFS" in capsys.readouterr().out
    assert main(["ops", "no/such/path", *options]) == 2
    assert main(["ops", str(GOLDEN / "keras3-mlp"), "--tensorflow", "2.99"]) == 2


def test_ops_of_the_gpu_build_have_releases() -> None:
    """TRTEngineOp is registered by GPU builds alone, up to 2.17."""
    assert releases_with("TRTEngineOp") == ()
    assert release("2.17", gpu=True).op("TRTEngineOp") is not None
