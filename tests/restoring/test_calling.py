"""Calls that were refused: what was given is read from the error, and the nearest accepted call is told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.canonical.specs import LIST, TUPLE, Dict, Sequence, Tensor
from inspector.model import dtypes
from inspector.restoring.calling import read_value
from tests.restoring import wrong_calls

SAID = Path(__file__).parent / "said"
SIGNATURES = wrong_calls.SIGNATURES
RELEASES = ("2.12.1", "2.15.1", "2.21.0")
FLOAT, DOUBLE, INT64 = (dtypes.NUMBERS[name] for name in ("float32", "float64", "int64"))
ROW = "x=tf.zeros([1, 4], tf.float32)"
ADD = 'loaded.signatures["add"](a=tf.zeros([], tf.int64), b=tf.zeros([2], tf.int64))'
BOTH = '{"a": tf.zeros([2], tf.float32), "b": tf.zeros([2], tf.float32)}'
# heading → the line that works, with the model at hand
NEAREST = {
    "many dtype": f"loaded.scale({ROW})", "many rank": f"loaded.scale({ROW})", "many flag": f"loaded.scale({ROW})",
    "many unexpected": f"loaded.scale({ROW})", "many missing": f"loaded.scale({ROW})", "many number": f"loaded.scale({ROW})",
    "many dict": f"loaded(inputs={BOTH})", "many list": f"loaded(inputs={BOTH})",
    "outside dtype": "loaded.outside(x=tf.zeros([3], tf.float32))",
    "outside rank": "loaded.outside(x=tf.zeros([3], tf.float32))",
    "outside unexpected": "loaded.outside(x=tf.zeros([3], tf.float32))",
    "outside missing": "loaded.outside(x=tf.zeros([3], tf.float32))",
    "default dtype": f'loaded.signatures["serving_default"]({ROW})',
    "default missing": f'loaded.signatures["serving_default"]({ROW})',
    "default unexpected": f'loaded.signatures["serving_default"]({ROW})',
    "default name": f'loaded.signatures["serving_default"]({ROW})',
    "default positional": f'loaded.signatures["serving_default"]({ROW})',
    "default string": f'loaded.signatures["serving_default"]({ROW})',
    "add dtype": ADD, "add missing": ADD,
}  # fmt: skip
# TensorFlow 2.12 names the one tensor of the wrong dtype; later releases refuse the call as a whole.
ONE_TENSOR = (("default dtype", "2.12.1"), ("add dtype", "2.12.1"))


def said(release: str) -> dict[str, str]:
    """What one TensorFlow said of each call."""
    parts = (SAID / f"calls-{release}.txt").read_text().split(wrong_calls.HEADING)[1:]
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


@pytest.fixture(scope="module")
def many() -> Iterator[str]:
    tf = pytest.importorskip("tensorflow")
    with tempfile.TemporaryDirectory() as folder:
        wrong_calls.polymorphic(tf, folder)
        yield folder


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("heading", NEAREST)
def test_recorded_errors(heading: str, release: str, many: str) -> None:
    """With the model: the very line. Each is a SignatureMismatch, unless the text names one tensor."""
    text = said(release)[heading]
    found = inspector.diagnose(text, many if heading.startswith("many") else SIGNATURES)

    kind = "DTypeMismatch" if (heading, release) in ONE_TENSOR else "SignatureMismatch"
    assert found.kind == kind
    assert inspector.diagnose(text).kind == kind
    if (heading, release) in (("default string", "2.12.1"),):  # it names the argument and nothing else
        return
    assert found.call is not None
    assert not found.call.accepted
    assert found.call.python == NEAREST[heading]
    assert found.certainty == "sure"
    assert found.fix == f"call it like this: {NEAREST[heading]}"


@pytest.mark.parametrize("release", RELEASES)
def test_without_the_model(release: str) -> None:
    """The text tells what would be accepted, and the code of the traceback what was called."""
    texts = said(release)
    dtype = inspector.diagnose(texts["many dtype"])
    flag = inspector.diagnose(texts["many flag"])
    nested = inspector.diagnose(texts["many dict"])

    assert dtype.call is not None
    assert dtype.call.python == "loaded.scale(tf.zeros([1, 4], tf.float32), False, None)"
    assert "float64, wanted is float32" in dtype.cause
    assert "True, traced was False" in flag.cause
    assert nested.call is not None
    assert nested.call.python == f"loaded({BOTH})"


@pytest.mark.parametrize("release", RELEASES)
def test_no_call_at_all(release: str) -> None:
    """A signature that there is not, an object that cannot be called: what there is instead."""
    for heading in ("no signature", "not callable", "no attribute"):
        found = inspector.diagnose(said(release)[heading], SIGNATURES)
        assert (found.kind, found.call) == ("SignatureMismatch", None)
        assert any("`serving_default`" in note and "`outside`" in note for note in found.notes)


@pytest.mark.xdist_group("tensorflow")
def test_the_pinned_tensorflow_takes_what_is_told(many: str) -> None:
    """Each wrong call is made for real; the line that is told instead runs."""
    tf = pytest.importorskip("tensorflow")
    one, other = tf.saved_model.load(many), tf.saved_model.load(SIGNATURES)
    for heading, call in wrong_calls.calls(tf, one, other):
        with pytest.raises(Exception) as caught:
            call()
        path, loaded = (many, one) if heading.startswith("many") else (SIGNATURES, other)
        found = inspector.diagnose(caught.value, path)
        assert found.kind == "SignatureMismatch"
        if heading in NEAREST:
            assert found.call is not None
            assert found.call.python == NEAREST[heading]
            eval(found.call.python, {"loaded": loaded, "tf": tf})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<tf.Tensor 'x:0' shape=(1, 4) dtype=float64>", Tensor(DOUBLE, (1, 4))),
        ("<tf.Tensor: shape=(2,), dtype=float32, numpy=array([0., 0.], dtype=float32)>", Tensor(FLOAT, (2,))),
        ('Tensor("inputs:0", shape=(None, 28, 28), dtype=float32)', Tensor(FLOAT, (None, 28, 28))),
        ("TensorSpec(shape=(), dtype=tf.int64, name='a')", Tensor(INT64, ())),
        ("TensorSpec(shape=<unknown>, dtype=tf.float32, name=None)", Tensor(FLOAT, None)),
        ("tf.Tensor(\n[[0. 0.]\n [0. 0.]], shape=(2, 2), dtype=float32)", Tensor(FLOAT, (2, 2))),
        ("{'a': TensorSpec(shape=(), dtype=tf.int64, name='a'),\n 'b': True}", Dict((("a", Tensor(INT64, ())), ("b", True)))),
        ("[3.5, None, ('x', -1)]", Sequence(LIST, (3.5, None, Sequence(TUPLE, ("x", -1))))),
        ("()", Sequence(TUPLE, ())),
    ],
)  # fmt: skip
def test_values(text: str, value: Any) -> None:
    assert read_value(text) == value


def test_values_that_are_none() -> None:
    """Objects of other people are kept as their text; brackets that nothing closes do no harm."""
    for text in ("<object object at 0x7f>", "[[[[", "{'a': ", "(" * 5_000, "TensorSpec(shape=(", "'" * 99):
        assert read_value(text) is not None
