"""The exceptions: the tree, joining with classes of others, handlers, pickling across processes."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.findings import Finding, Location
from inspector.restoring import kinds
from inspector.restoring.diagnosis import Diagnosis
from inspector.restoring.exceptions import KINDS, RestoreError, restore_error
from inspector.rules.registry import rules

ROOT = Path(__file__).parent.parent.parent
FOUND = Finding("TB001", Location("variables/variables.index"), {"path": "x"})
MISSING = Diagnosis(kinds.FILES, kinds.SURE, "the index is missing", "copy it again", findings=(FOUND,))


class Peculiar(Exception):
    """A constructor that wants more than the message, as OpError's does."""

    def __init__(self, node: object, op: object, message: str, code: int) -> None:
        super().__init__()
        self.node = node
        self._message = message
        self.code = code

    def __str__(self) -> str:
        return self._message


class Slotted(Exception):
    __slots__ = ("what",)


class RefusesChildren(Exception):
    def __init_subclass__(cls, **more: Any) -> None:
        raise TypeError("no children")


class WantsArguments(Exception):
    def __new__(cls, one: object, two: object) -> WantsArguments:
        return super().__new__(cls)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def joined(original: BaseException) -> RestoreError:
    return restore_error(MISSING, original)


ORIGINALS = [
    ValueError("bad"), KeyError("x:output:0"), IndexError("list index out of range"), RuntimeError("Op type"),
    FileNotFoundError(2, "No such file", "/models/m"), OSError("SavedModel file does not exist"), ImportError("no", name="tf"),
    ModuleNotFoundError("No module named 'tf_keras'", name="tf_keras"), AttributeError("no add_slot", name="add_slot"),
    UnicodeDecodeError("utf-8", b"\xe6", 0, 1, "invalid"), NotImplementedError(), AssertionError("not restored"),
    StopIteration(3), MemoryError(), RecursionError("deep"), Peculiar(None, None, "Key w not found", 5), Slotted("x"),
    WantsArguments(1, 2), json.JSONDecodeError("bad", "{", 1), TypeError("0"), Exception("plain"),
]  # fmt: skip


def test_the_tree() -> None:
    """Every kind is a class of the public face, below RestoreError; rules have kinds that there are."""
    assert set(KINDS) == {v for n, v in vars(kinds).items() if n.isupper() and isinstance(v, str) and v in KINDS}
    for name, kind in KINDS.items():
        assert getattr(inspector, name) is kind
        assert issubclass(kind, inspector.RestoreError)
        assert issubclass(kind, inspector.InspectorError)
        assert kind.__module__ == "inspector"
    known = {rule.code for rule in rules()}
    assert {code for codes in kinds._RULES.values() for code in codes} <= known


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda error: type(error).__name__)
def test_both_handlers_catch_it(original: BaseException) -> None:
    """It is of our class and of theirs, with our words, theirs to the letter, and theirs as the cause."""
    error = joined(raised(original))

    assert isinstance(error, inspector.ModelFilesMissing)
    assert isinstance(error, type(original))
    assert type(error).__name__ == "ModelFilesMissing"
    assert error.__cause__ is original
    assert error.findings == (FOUND,)
    assert error.fix == "copy it again"
    assert str(error).startswith("the index is missing\n  fix: copy it again")
    assert str(original) in str(error)
    assert type(joined(original)) is type(error)


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda error: type(error).__name__)
def test_pickling(original: BaseException) -> None:
    """Copies are of the same class, with the same words and findings."""
    error = joined(raised(original))
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert other.diagnosis.kind == error.diagnosis.kind
        assert [finding.rule for finding in other.findings] == ["TB001"]


def test_what_python_keeps_beside() -> None:
    """errno and filename of an OSError, name of an ImportError, the state of others."""
    missing: Any = joined(FileNotFoundError(2, "No such file", "/models/m"))
    module: Any = joined(ModuleNotFoundError("no", name="tf_keras", path="/x"))
    peculiar: Any = joined(Peculiar("n", "o", "Key w not found", 5))

    for one in (missing, pickle.loads(pickle.dumps(missing))):
        assert (one.errno, one.strerror, one.filename) == (2, "No such file", "/models/m")
    assert (module.name, module.path) == ("tf_keras", "/x")
    assert (peculiar.node, peculiar.code) == ("n", 5)


def test_a_class_that_cannot_be_joined() -> None:
    """Then it is of ours alone, and the original is still the cause."""
    original = RefusesChildren.__new__(RefusesChildren)
    error = joined(original)

    assert type(error) is inspector.ModelFilesMissing
    assert error.__cause__ is original


def test_what_does_not_pickle_is_left_out() -> None:
    """An op of a graph in the state, a lambda in the arguments."""
    original = Peculiar(lambda: 0, None, "Key w not found", 5)
    original.args = (lambda: 1,)
    other: Any = pickle.loads(pickle.dumps(joined(original)))

    assert other.code == 5
    assert not hasattr(other, "node")
    assert str(other).endswith("Peculiar: Key w not found")


def test_alone() -> None:
    """Without an original, as first="check" raises it."""
    error = restore_error(MISSING)

    assert type(error) is inspector.ModelFilesMissing
    assert error.__cause__ is None
    assert error.tensorflow_said == ""
    assert type(pickle.loads(pickle.dumps(error))) is inspector.ModelFilesMissing


def _fail(number: int) -> None:
    raise joined(KeyError(number))


def test_across_processes() -> None:
    """A worker of a pool raises it, the parent catches it by either class."""
    with multiprocessing.get_context("spawn").Pool(1) as pool, pytest.raises(inspector.ModelFilesMissing) as caught:
        pool.map(_fail, [3])

    assert isinstance(caught.value, KeyError)
    assert "the index is missing" in str(caught.value)


def test_where_their_class_is_not() -> None:
    """A process without their module gets our class."""
    error = joined(Peculiar(None, None, "Key w not found", 5))
    told = pickle.dumps(error)
    code = (
        "import pickle, sys\n"
        "class NoTests:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('tests'): raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, NoTests())\n"
        "error = pickle.loads(bytes.fromhex(sys.stdin.read()))\n"
        "print(type(error).__mro__[1].__name__, error.fix)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], input=told.hex(), capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert printed == "RestoreError copy it again\n"


def test_tensorflows_own_classes() -> None:
    """An OpError keeps its message, code and op; other programs may ask for them."""
    errors = pytest.importorskip("tensorflow").errors
    original = errors.NotFoundError(None, None, "Key w not found in checkpoint")
    error: Any = joined(original)
    other = pickle.loads(pickle.dumps(error))

    for one in (error, other):
        assert isinstance(one, errors.NotFoundError)
        assert isinstance(one, errors.OpError)
        assert one.message == "Key w not found in checkpoint"
        assert one.error_code == errors.NOT_FOUND
        assert one.op is None
    assert isinstance(other.__cause__, errors.NotFoundError)
