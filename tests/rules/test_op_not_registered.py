"""OP001: what it tells to install, to import, or to build, op by op."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine import judge_each, words
from inspector.findings import TF_SERVING, Target
from inspector.model.saved_model import open_model
from tests.building import build


def told(op: str, folder: Path, target: Target, loader: str = "tf2") -> tuple[str, str]:
    """Message and fix of the finding that a loader minds."""
    text = f"x = Placeholder() {{dtype: string}}\ny = {op}(x)\nfunction f (a: string) -> ()\n  y = {op}(a)\n"
    (judgement,) = judge_each(open_model(build(text, folder / "model")), [target], strict=True)
    index = next(
        m.finding for m in judgement.meanings if m.loader == loader and "op" in judgement.findings[m.finding].data
    )
    assert judgement.findings[index].rule == "OP001"
    return words(judgement.findings[index])


@pytest.mark.parametrize(
    ("op", "tensorflow", "says"),
    [
        ("SentencepieceOp", "2.15.1", ('"tensorflow-text==2.15.*"', "import tensorflow_text", "Serving 2.15 has it")),
        ("SentencepieceOp", "2.18.1", ('"tensorflow-text==2.18.*"', "Serving 2.18 has it built in")),
        ("TFText>RoundRobinTrim", "2.18.1", ('"tensorflow-text==2.18.*"', "Serving 2.18 does not have it")),
        ("TFText>RoundRobinTrim", "2.21.0", ("Serving 2.21 may have it built in",)),
        ("SimpleMLInferenceOpWithHandle", "2.15.1", ("tensorflow-decision-forests==1.8.*", "Serving 2.15 has it")),
        ("Addons>Gelu", "2.15.1", ("tensorflow-addons==0.11.2", "made for TensorFlow 2.3.4", "tfa.register_all()")),
        ("Addons>NoSuchOp", "2.15.1", ("other ops named `Addons>...` are of tensorflow-addons", "--op-library")),
        ("MyPkg>Op", "2.15.1", ("registered it under the name `MyPkg`", "--op-list ops.pbtxt")),
        ("Matmul", "2.15.1", ("the nearest op of TensorFlow is `MatMul`",)),
        ("XlaCallModule", "2.4.4", ("with a TensorFlow from 2.10.1 to",)),
        ("TRTEngineOp", "2.15.1", ("only GPU builds",)),
        ("AudioMicrofrontend", "2.15.1", ("import tensorflow.lite.experimental.microfrontend",)),
        ("HorovodAllreduce", "2.15.1", ("only seen in the source of horovod",)),
    ],
)
def test_the_cure(op: str, tensorflow: str, says: tuple[str, ...], tmp_path: Path) -> None:
    message, fix = told(op, tmp_path, Target(tensorflow))

    assert message == f"op `{op}` is not registered in TensorFlow {tensorflow}"
    for text in says:
        assert text in fix


@pytest.mark.parametrize(
    ("op", "tensorflow", "says"),
    [
        ("TFText>RoundRobinTrim", "2.18.1", "TensorFlow Serving 2.19.1 may have `TFText>RoundRobinTrim` built in"),
        ("SimpleMLInferenceOp", "2.9.3", "TensorFlow Serving 2.11.1 has `SimpleMLInferenceOp` built in"),
        ("Addons>Gelu", "2.15.1", "tensorflow-addons, which this server does not link"),
        ("MyPkg>Op", "2.15.1", "compile what registers `MyPkg>Op` into the server"),
    ],
)
def test_the_cure_for_a_server(op: str, tensorflow: str, says: str, tmp_path: Path) -> None:
    """It imports nothing: another server, or another build of it."""
    message, fix = told(op, tmp_path, Target(tensorflow, host=TF_SERVING), "serving")

    assert message == f"op `{op}` is not registered in TensorFlow Serving {tensorflow}"
    assert says in fix
    assert "import the Python package" not in fix
