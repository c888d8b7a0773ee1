"""Targets: what a user may write, several of them in one report, and that sharing between them changes nothing."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from inspector.checking import check
from inspector.cli import main
from inspector.engine import judge_each, merge
from inspector.errors import UnknownRelease, UsageError
from inspector.findings import Target, targets_text
from inspector.loaders import LOADERS
from inspector.model.saved_model import open_model
from inspector.rules.rule import Example
from inspector.targets import choose_targets, import_names, judged_releases, versions_in
from tests.building import build

MODELS = Path(__file__).parent.parent / "golden" / "models"
GOLDEN = sorted(folder.name for folder in MODELS.iterdir() if folder.name != "serving-base")
SCHEMA = json.loads(resources.files("inspector").joinpath("report/schema.json").read_text())
FAR_APART = (
    Target("1.15.5"), Target("2.3.4", "gpu"), Target("2.9.3"), Target("2.12.1"), Target("2.15.1", "cpu", ("tf_keras",)),
    Target("2.18.1"), Target("2.21.0"), Target("2.21.0", "gpu"), Target("2.21.0", "cpu", ("tf_keras",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("2.15", ("2.15.1",)),
        ("2.15.1", ("2.15.1",)),
        ("2.15.*", ("2.15.1",)),
        ("latest", ("2.21.0",)),
        ("1.15", ("1.15.5",)),
        (">=2.11,<2.16", ("2.11.1", "2.12.1", "2.13.1", "2.14.1", "2.15.1")),
        (">2.18, <=2.20", ("2.19.1", "2.20.0")),
        ("~=2.19", ("2.19.1", "2.20.0", "2.21.0")),
        ("==2.15", ("2.15.1",)),
        (">=2.19,!=2.20", ("2.19.1", "2.21.0")),
        ("<2.0", ("1.15.5",)),
    ],
)
def test_versions(text: str, versions: tuple[str, ...]) -> None:
    """A bound counts as far as it is written; releases before 1.15 are in no range."""
    assert versions_in(text) == versions


@pytest.mark.parametrize("text", [">=3", ">=2.15,", ">= two", "1.14", "1.3.0", "<1.15"])
def test_wrong_versions(text: str) -> None:
    """An empty range, a bound that is none, a release that is too old to be judged."""
    with pytest.raises(UsageError):
        versions_in(text)


def test_an_unknown_release_lists_near_ones_that_can_be_judged() -> None:
    """1.16 never was; its neighbours are 1.15.5 and 2.0.4, not 1.14.0."""
    with pytest.raises(UnknownRelease) as caught:
        versions_in("1.16")

    assert set(caught.value.near) <= set(judged_releases())
    assert "1.15.5" in caught.value.near


def test_combinations() -> None:
    """Releases times devices, each once, packages by their import names."""
    chosen = choose_targets(["2.15", ">=2.14,<2.16"], ["cpu", "gpu"], ["tensorflow-text==2.15.*"])

    assert [(t.tensorflow, t.device) for t in chosen.targets] == [
        ("2.15.1", "cpu"), ("2.15.1", "gpu"), ("2.14.1", "cpu"), ("2.14.1", "gpu")
    ]  # fmt: skip
    assert {t.packages for t in chosen.targets} == {("tensorflow_text",)}
    with pytest.raises(UsageError, match="quantum"):
        choose_targets("2.15", "quantum")


def test_conditions_of_the_host() -> None:
    """Sorted pairs; the last word counts; what there is not is named."""
    (target,) = choose_targets("2.15", env=["soft_placement=ON", "cpus=2", "cpus=04"]).targets

    assert target.env == (("cpus", "4"), ("soft-placement", "on"))
    assert str(target) == "TensorFlow 2.15.1 on cpu with cpus=4, soft-placement=on"
    assert (target.devices("CPU"), target.devices("GPU"), target.soft_placement) == (4, 0, True)
    assert [choose_targets(version).targets[0].onednn for version in ("2.8", "2.9")] == [False, True]
    assert choose_targets("2.8", env=["onednn=on"]).targets[0].onednn
    for wrong, says in (
        ("avx=on", "onednn"),
        ("onednn=maybe", "on or off"),
        ("cpus=0", "a number"),
        ("cpus", "a number"),
    ):
        with pytest.raises(UsageError, match=says):
            choose_targets("2.15", env=[wrong])


@pytest.mark.parametrize(
    ("env", "outcomes"),
    [
        ((), {"tf2": "runs", "tf1": "fails", "serving": "fails"}),
        (("soft-placement=on",), {"tf2": "runs", "tf1": "runs", "serving": "runs"}),
        (("soft-placement=off",), {"tf2": "fails", "tf1": "fails", "serving": "fails"}),
    ],
)
def test_soft_placement_decides(env: tuple[str, ...], outcomes: dict[str, str]) -> None:
    """What the loaders of 2.21 really do with pins to an absent GPU (tests/confirmation does load them)."""
    (report,) = check(MODELS / "device-pins", tensorflow="2.21", env=env).models
    found = {v.loader: [call.outcome for call in v.signatures.values()] or [v.outcome] for v in report.verdicts}

    assert found == {loader: [outcome] for loader, outcome in outcomes.items()}


def test_import_names() -> None:
    """pip's spelling, a requirement, an import name, a module below it."""
    assert import_names(["tensorflow-text", "Tf-Keras>=2.16", "tensorflow_text", "tensorflow_io.python"]) == (
        "tensorflow_io", "tensorflow_text", "tf_keras"
    )  # fmt: skip
    with pytest.raises(UsageError):
        import_names(["--oops"])


@pytest.mark.parametrize("name", GOLDEN)
def test_sharing_changes_nothing(name: str) -> None:
    """Judged together and one by one: the same findings, verdicts and meanings, target by target."""
    together = judge_each(open_model(MODELS / name), FAR_APART, strict=True)
    alone = judge_each(open_model(MODELS / name), FAR_APART, strict=True, shared=False)

    for one, other in zip(together, alone, strict=True):
        assert list(map(repr, one.findings)) == list(map(repr, other.findings))
        assert one._replace(findings=()) == other._replace(findings=())


def test_equal_findings_of_several_targets_are_one() -> None:
    """A missing index is missing everywhere; what a newer release added is news to the older one only."""
    (one,) = check(MODELS / "broken-missing-index", tensorflow=["2.12", "2.21"], device=["cpu", "gpu"]).models
    (index,) = (i for i, finding in enumerate(one.findings) if finding.rule == "TB001")
    (news,) = (i for i, finding in enumerate(one.findings) if finding.rule == "VR003")
    met = {(m.loader, m.target.tensorflow, m.target.device) for m in one.judgement.meanings if m.finding == index}

    assert len(met) == 3 * 4
    assert one.findings[news].data["tensorflow"] == "2.12.1"
    assert len(one.verdicts) == 3 * 4
    for verdict in one.verdicts:
        assert verdict.because == ((index,) if verdict.loader != "serving" else ())


def test_severity_sums_up_over_all_targets() -> None:
    """An op that only the older release lacks is an error if that release is among the targets."""
    assert check(MODELS / "keras3-mlp", tensorflow=["2.21"]).exit_code() == 0
    assert check(MODELS / "keras3-mlp", tensorflow=["2.21", "2.9"]).exit_code() == 1


def test_the_document_of_several_targets() -> None:
    """targets is a list, a meaning's target an index into it; the schema holds."""
    document = check(MODELS / "tf-keras-mlp", tensorflow=">=2.14,<2.18", device=["cpu", "gpu"]).as_dict()
    (model,) = document["models"]

    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert len(document["targets"]) == 8
    assert len(model["verdicts"]) == len(LOADERS) * 8
    slots = next(finding for finding in model["findings"] if finding["rule"] == "OB001")
    met = [
        document["targets"][meaning["target"]]["tensorflow"]
        for meaning in slots["meanings"]
        if meaning["loader"] == "tf2"
    ]
    assert met == ["2.16.2", "2.17.1"] * 2 or set(met) == {"2.16.2", "2.17.1"}


def test_merging_one_judgement_is_itself() -> None:
    """The default, one target, costs and changes nothing."""
    judgements = judge_each(open_model(MODELS / "keras3-mlp"), [Target("2.21.0")])

    assert merge(judgements) is judgements[0]


def test_damage_on_old_loaders_is_an_assumption() -> None:
    """Sound models were loaded with every release, damaged ones from 2.12 on; what a release lacks is certain."""
    (damaged,) = check(MODELS / "broken-tags", tensorflow=["2.3", "2.12"], loaders=["serving"]).models
    (sound,) = check(MODELS / "v1-frozen", tensorflow="2.3", loaders=["tf1"]).models
    (lacking,) = check(MODELS / "keras3-mlp", tensorflow="2.3", loaders=["tf2"]).models
    assumed = [verdict.assumes for verdict in damaged.verdicts if verdict.loader == "serving"]

    assert assumed == [("serving of TensorFlow 2.3.4 minds the damage that 2.12's minds",), ()]
    assert {verdict.assumes for verdict in (*sound.verdicts, *lacking.verdicts) if verdict.loader != "serving"} == {()}


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Repeatable options; targets that are alike share a row, causes that differ in the release one paragraph."""
    arguments = [str(MODELS / "keras3-mlp"), "--no-confirm", "--isolated", "--tensorflow", ">=2.7,<2.10"]
    assert main([*arguments, "--tensorflow", "2.21", "--device", "cpu", "--device", "gpu"]) == 1
    out = capsys.readouterr().out

    assert "judged for   TensorFlow 2.7.4, 2.8.4, 2.9.3, 2.21.0 on cpu, gpu (as asked)" in out
    assert out.count("OP001 op") == 1
    assert "is not registered in TensorFlow 2.7.4, 2.8.4, 2.9.3" in out
    assert main([*arguments, "--with", "tensorflow-text", "--loader", "tf2", "--tensorflow", "2.99"]) == 2
    assert "2.21.0" in capsys.readouterr().err


def test_targets_in_words() -> None:
    """Devices of one release together, releases with the same devices together."""
    some = [Target("2.12.1"), Target("2.12.1", "gpu"), Target("2.15.1"), Target("2.15.1", "gpu")]

    assert targets_text(some) == "TensorFlow 2.12.1, 2.15.1 on cpu, gpu"
    assert targets_text([Target("2.15.1", "cpu", ("tf_keras",))]) == "TensorFlow 2.15.1 on cpu with tf_keras"


def test_releases_before_2_5_refuse_unknown_attrs(tmp_path: Path) -> None:
    """The libraries of 2.4.4 and 2.5.3 say so, and real loads with 2.4.4."""
    text = "x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, slope: 3}"
    model = open_model(build(Example(text), tmp_path / "model"))
    old, new = judge_each(model, [Target("2.4.4"), Target("2.5.3")], loaders=["serving"])

    assert (old.verdicts[0].outcome, new.verdicts[0].outcome) == ("fails", "loads")
