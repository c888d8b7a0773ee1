"""Who runs the loader `serving`: the C API or TensorFlow Serving. The other loaders do not notice."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from inspector.checking import ConfirmBy, check
from inspector.cli import main
from inspector.compatibility import compat
from inspector.engine import judge_each
from inspector.errors import UsageError
from inspector.findings import TF_SERVING, Target, Verdict, targets_text
from inspector.model.saved_model import open_model
from inspector.report.style import Style
from inspector.report.text import lines
from inspector.targets import choose_targets
from tests.building import build

GOLDEN = Path(__file__).parent.parent / "golden" / "models"
SIGNATURE = "signature serving_default (x: string[?] = x:0) -> (y: string[?] = y:0)\n"
HEAD = f"meta_graph tags=[serve] tensorflow_version=2.18.0 producer=1994\n{SIGNATURE}graph\n"
PLACEHOLDER = "  x = Placeholder() {dtype: string, shape: [?]}\n"
TEXT = HEAD + PLACEHOLDER + "  y = CaseFoldUTF8(x)\n"
NEWER_TEXT = (
    HEAD
    + PLACEHOLDER
    + (
        "  y = CaseFoldUTF8(x)\n  z = TFText>RoundRobinTrim(m, x, s) {N: 1, T: string, Tsplits: int64}\n"
        "  s = Placeholder() {dtype: int64}\n  m = Placeholder() {dtype: int32}\n"
    )
)
FORESTS = HEAD + PLACEHOLDER + '  y = CaseFoldUTF8(x)\n  m = SimpleMLCreateModelResource() {shared_name: "m"}\n'
CALLBACK = HEAD + PLACEHOLDER + '  y = PyFunc(x) {token: "pyfunc_0", Tin: [string], Tout: [string]}\n'
WRONG_DTYPE = HEAD + PLACEHOLDER + "  y = CaseFoldUTF8(n)\n  n = Placeholder() {dtype: int32}\n"
CONTRIB = HEAD + PLACEHOLDER + "  y = Identity(x) {T: string}\n  r = Resampler(x, x) {T: float32}\n"


def verdicts(text: str, folder: Path, target: Target) -> dict[str, Verdict]:
    (judgement,) = judge_each(open_model(build(text, folder / "model")), [target], strict=True)
    return {verdict.loader: verdict for verdict in judgement.verdicts}


def outcomes(text: str, folder: Path, target: Target) -> dict[str, str]:
    return {name: verdict.outcome for name, verdict in verdicts(text, folder, target).items()}


def test_the_c_api_has_the_core_library_only(tmp_path: Path) -> None:
    """No package: nobody has the op. A package that Python imports is none of a C program's."""
    assert set(outcomes(TEXT, tmp_path, Target("2.18.1")).values()) == {"fails"}

    found = outcomes(TEXT, tmp_path / "with", Target("2.18.1", packages=("tensorflow_text",)))
    assert found == {"tf2": "loads", "tf1": "loads", "serving": "fails"}


def test_tensorflow_serving_has_what_it_links(tmp_path: Path) -> None:
    """tensorflow-text's ops; from 2.11 on those that decision forests need; the others fail as before."""
    alone = {"tf2": "fails", "tf1": "fails", "serving": "loads"}

    assert outcomes(TEXT, tmp_path / "text", Target("2.18.1", host=TF_SERVING)) == alone
    assert outcomes(FORESTS, tmp_path / "forests", Target("2.18.1", host=TF_SERVING)) == alone
    assert outcomes(FORESTS, tmp_path / "old", Target("2.10.1", host=TF_SERVING))["serving"] == "fails"


def test_what_python_imports_is_not_in_the_server(tmp_path: Path) -> None:
    """TensorFlow Serving 2.18 links tensorflow-text 2.12.1, which lacks TFText>RoundRobinTrim (serving issue 2267)."""
    target = Target("2.18.1", packages=("tensorflow_text",), host=TF_SERVING)
    (judgement,) = judge_each(open_model(build(NEWER_TEXT, tmp_path / "model")), [target], strict=True)
    (finding,) = judgement.findings

    assert {v.loader: v.outcome for v in judgement.verdicts} == {"tf2": "loads", "tf1": "loads", "serving": "fails"}
    assert finding.data["op"] == "TFText>RoundRobinTrim"
    assert finding.data["registry"] == "TensorFlow Serving"
    assert [v.target for v in judgement.verdicts] == [target] * 3
    assert {meaning.loader for meaning in judgement.meanings} == {"serving"}


def test_ops_of_the_server_are_judged_like_any(tmp_path: Path) -> None:
    """Inputs and attrs are compared with the OpDefs of the version that it links."""
    model = open_model(build(WRONG_DTYPE, tmp_path / "model"))
    (judgement,) = judge_each(model, [Target("2.18.1", host=TF_SERVING)], loaders=["serving"], strict=True)

    assert [judgement.findings[i].rule for i in judgement.verdicts[0].because] == ["GR004"]


def test_pyfunc_is_registered_without_a_kernel(tmp_path: Path) -> None:
    """Its kernels come with TensorFlow's Python: no C++ host has them."""
    for host in ("capi", TF_SERVING):
        (judgement,) = judge_each(open_model(build(CALLBACK, tmp_path / host)), [Target("2.18.1", host=host)])
        (serving,) = [verdict for verdict in judgement.verdicts if verdict.loader == "serving"]
        assert [judgement.findings[i].rule for i in serving.because] == ["OP007"]


def test_contrib_is_registered_in_the_server_of_1_15(tmp_path: Path) -> None:
    """Its ops are known by name only, so nothing is said of their edges."""
    assert outcomes(CONTRIB, tmp_path / "a", Target("1.15.5", host=TF_SERVING))["serving"] == "loads"
    assert outcomes(CONTRIB, tmp_path / "b", Target("2.0.4", host=TF_SERVING))["serving"] == "fails"


def test_an_unconfirmed_host_is_an_assumption(tmp_path: Path) -> None:
    """Of the verdict of `serving`, and of no other."""
    found = verdicts(TEXT, tmp_path, Target("2.18.1", packages=("tensorflow_text",), host=TF_SERVING))

    assert any("TensorFlow Serving, which is not run here" in text for text in found["serving"].assumes)
    assert not any("TensorFlow Serving" in text for text in found["tf2"].assumes)
    assert "the kernels of CaseFoldUTF8, which come from outside, fit" in found["tf2"].assumes


@pytest.mark.parametrize("name", ["keras3-mlp", "broken-cycle", "v1-main-op-table", "device-pins"])
def test_the_host_changes_nothing_for_other_models(name: str) -> None:
    """The same findings, outcomes and causes in both hosts."""
    model = open_model(GOLDEN / name)
    one, other = judge_each(model, [Target("2.21.0"), Target("2.21.0", host=TF_SERVING)], strict=True)

    assert list(map(repr, one.findings)) == list(map(repr, other.findings))
    for first, second in zip(one.verdicts, other.verdicts, strict=True):
        assert first._replace(target=second.target, assumes=()) == second._replace(assumes=())


def test_hosts_do_not_mix_between_targets(tmp_path: Path) -> None:
    """What targets share is shared by host: together and alone give the same."""
    packages = ("tensorflow_text",)
    targets = [
        Target("2.18.1", "cpu", some, host=host) for host in ("capi", TF_SERVING) for some in ((), packages)
    ] + [Target("2.15.1", host=TF_SERVING), Target("1.15.5", host=TF_SERVING)]  # fmt: skip
    path = build(NEWER_TEXT, tmp_path / "model")
    together = judge_each(open_model(path), targets, strict=True)
    alone = judge_each(open_model(path), targets, strict=True, shared=False)

    for one, other in zip(together, alone, strict=True):
        assert list(map(repr, one.findings)) == list(map(repr, other.findings))
        assert one._replace(findings=()) == other._replace(findings=())


def test_a_server_is_not_confirmed(tmp_path: Path) -> None:
    """A real load in the C API says nothing of it, and says so."""
    report = check(build(TEXT, tmp_path / "m"), tensorflow="2.18", host=TF_SERVING, confirm_by=ConfirmBy(("serving",)))
    (real,) = report.models[0].confirmations

    assert real.outcome == "not-confirmed"
    assert real.agrees is None
    if real.tensorflow is not None:
        assert "not run here" in str(real.error_message)


def test_the_documents(tmp_path: Path) -> None:
    """Both schemas know the host; the report names it."""
    path = build(TEXT, tmp_path / "model")
    report = check(path, tensorflow="2.18", host=TF_SERVING)
    matrix = compat(path, tensorflow=["2.17", "2.18"], host=TF_SERVING, loaders=["serving"])
    for document, schema in ((report.as_dict(), "schema.json"), (matrix.as_dict(), "compat_schema.json")):
        described = json.loads(resources.files("inspector").joinpath(f"report/{schema}").read_text())
        jsonschema.Draft202012Validator(described).validate(document)

    assert report.as_dict()["targets"][0]["host"] == TF_SERVING
    assert {cell["host"] for cell in matrix.as_dict()["models"][0]["matrix"]} == {TF_SERVING}
    assert matrix.models[0].oldest_for_all() == "2.17.1"
    assert any("serving in TensorFlow Serving" in line for line in lines(report.models[0], Style(colour=False)))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--host on check and compat."""
    path = build(TEXT, tmp_path / "model")
    options = ["--isolated", "--loader", "serving", "--tensorflow", "2.18"]

    assert main(["check", path, "--no-confirm", *options]) == 1
    assert main(["check", path, "--no-confirm", *options, "--host", "tf-serving"]) == 0
    assert main(["compat", path, *options, "--host", "tf-serving"]) == 0
    assert "assuming that TensorFlow Serving, which is not run here" in capsys.readouterr().out


def test_words() -> None:
    """A target names its host only where it is not the default; an unknown one is refused."""
    assert str(Target("2.15.1")) == "TensorFlow 2.15.1 on cpu"
    assert targets_text([Target("2.15.1", host=TF_SERVING), Target("2.15.1", "gpu", host=TF_SERVING)]) == (
        "TensorFlow 2.15.1 on cpu, gpu, serving in TensorFlow Serving"
    )
    with pytest.raises(UsageError, match="triton"):
        choose_targets("2.15", host="triton")
