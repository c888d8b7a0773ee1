"""``inspector.load`` on loads that really fail: the classes, their handlers, what it refuses, other ways."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.restoring.ways import FAILED, LOADED, NOT_POSSIBLE
from tests.differential.cases import parse
from tests.differential.workbench import Copy

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.xdist_group("tensorflow")

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "golden" / "models"
Make = Callable[[str], str]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a damaged model: "entry_missing on gradients", or names a golden one."""

    def made(name: str) -> str:
        if " on " not in name:
            return str(GOLDEN / name)
        folder = tmp_path / "model"
        parse(name).make()[0].save(str(folder))
        return str(folder)

    return made


# class, model, loader, tags, the class that TensorFlow raises, the rule that explains it
FAILURES = [
    ("VersionMismatch", "broken-producer", "tf1", None, ValueError, "VR001"),
    ("VersionMismatch", "header_min_consumer on gradients", "tf2", None, ValueError, "VR002"),
    ("MissingDependency", "broken-unregistered-op", "tf2", None, RuntimeError, "OP001"),
    ("MissingDependency", "broken-unregistered-op", "tf1", None, tf.errors.NotFoundError, "OP001"),
    ("MissingDependency", "typespec_not_registered on ragged-sparse", "tf2", None, ValueError, "OB003"),
    ("SignatureMismatch", "v1-two-tagsets", "tf2", None, ValueError, "SG006"),
    ("SignatureMismatch", "keras3-mlp", "tf2", ["train"], ValueError, "SG005"),
    ("SignatureMismatch", "broken-signature-tensor", "tf2", None, KeyError, "SG001"),
    ("HardwareMismatch", "device-pins", "tf1", None, tf.errors.InvalidArgumentError, "GR010"),
    ("DTypeMismatch", "broken-dtype-conflict", "tf2", None, ValueError, "GR004"),
    ("DTypeMismatch", "attr_type_conflict@nested on v1-functions", "tf1", None, tf.errors.InvalidArgumentError, "GR004"),
    ("ShapeMismatch", "attr_transposed@main on v1-frozen", "tf1", None, ValueError, "GR013"),
    ("ShapeMismatch", "attr_transposed@nested on lstm", "tf2", None, ValueError, "GR013"),
    ("CheckpointDamaged", "broken-bit-flip", "tf2", None, tf.errors.DataLossError, "TB005"),
    ("CheckpointDamaged", "broken-truncated-shard", "tf2", None, tf.errors.OutOfRangeError, "TB004"),
    ("CheckpointDamaged", "index_bad_magic on gradients", "tf2", None, tf.errors.OpError, "TB002"),
    ("CheckpointMismatch", "entry_missing on gradients", "tf2", None, FileNotFoundError, "TB007"),
    ("CheckpointMismatch", "entry_dtype_int on gradients", "tf2", None, tf.errors.InvalidArgumentError, "TB008"),
    ("CheckpointMismatch", "broken-variable-shape", "tf2", None, ValueError, "TB009"),
    ("ModelFilesMissing", "broken-missing-index", "tf2", None, FileNotFoundError, "TB001"),
    ("ModelFilesMissing", "broken-missing-shard", "tf2", None, FileNotFoundError, "TB003"),
    ("ModelFilesMissing", "broken-asset-missing", "tf2", None, OSError, "SM006"),
    ("NotASavedModel", "broken-lfs-pointer", "tf2", None, OSError, "SM002"),
    ("NotASavedModel", "broken-frozen-graphdef", "tf2", None, ValueError, "SM004"),
    ("NotASavedModel", "broken-frozen-graphdef", "tf1", None, RuntimeError, "SM004"),
    ("NotASavedModel", "serving-base", "tf2", None, OSError, "SM001"),
    ("GraphDamaged", "broken-cycle", "tf2", None, ValueError, "GR005"),
    ("GraphDamaged", "broken-missing-function", "tf2", None, ValueError, "FN001"),
    ("GraphDamaged", "input_dangling@used on gradients", "tf2", None, KeyError, "GR001"),
    ("GraphDamaged", "child_id_out_of_range on gradients", "tf2", None, IndexError, "OB005"),
    ("GraphDamaged", "pb_truncated_half on gradients", "tf2", None, OSError, "SM002"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "model", "loader", "tags", "theirs", "rule"), FAILURES)
def test_each_class(
    kind: str, model: str, loader: Any, tags: Any, theirs: type[Exception], rule: str, make: Make
) -> None:
    """Of our class and of TensorFlow's, sure, tied to the finding, with what TensorFlow said."""
    with pytest.raises(inspector.RestoreError) as caught:
        inspector.load(make(model), tags, loader=loader)
    error = caught.value

    assert type(error).__name__ == kind
    assert isinstance(error, theirs)
    assert isinstance(error.__cause__, theirs)
    assert error.findings[0].rule == rule
    assert error.certainty == "sure"
    assert error.verdict is not None
    assert (error.verdict.loader, error.verdict.outcome) == (loader, "fails")
    assert error.fix
    assert type(error.__cause__).__name__ in error.tensorflow_said


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(inspector.NotASavedModel) as caught:
        inspector.load(tmp_path / "nothing")

    assert isinstance(caught.value, OSError)
    assert str(tmp_path / "nothing") in caught.value.cause


def test_what_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, with TensorFlow's class and a report that can be sent."""
    monkeypatch.setattr(tf.saved_model, "load", lambda *given: (_ for _ in ()).throw(RuntimeError("the moon is full")))
    with pytest.raises(inspector.UnknownRestoreError) as caught:
        inspector.load(GOLDEN / "keras3-mlp")

    assert isinstance(caught.value, RuntimeError)
    assert caught.value.certainty == "unknown"
    assert "the moon is full" in caught.value.diagnosis.report


def test_our_own_bug_is_not_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the explanation fails, TensorFlow's error is raised all the same, as of its class."""
    monkeypatch.setattr("inspector.restoring.diagnosis.scan", lambda pieces: 1 / 0)
    with pytest.raises(inspector.UnknownRestoreError) as caught:
        inspector.load(GOLDEN / "broken-cycle")

    assert isinstance(caught.value, ValueError)
    assert "ZeroDivisionError" in caught.value.cause


def test_interrupts_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tf.saved_model, "load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        inspector.load(GOLDEN / "broken-cycle")


def test_what_loads() -> None:
    """What tf.saved_model.load returns; a SessionModel by tf1; the MetaGraphDef in a session of the user's."""
    loaded = inspector.load(GOLDEN / "module-signatures")
    options = tf.saved_model.LoadOptions(experimental_io_device="/job:localhost")
    row = tf.ones([1, 4])
    scores = loaded.signatures["serving_default"](x=row)["scores"].numpy()
    again = inspector.load(GOLDEN / "module-signatures", ["serve"], options=options)
    assert (again.signatures["serving_default"](x=row)["scores"].numpy() == scores).all()

    with inspector.load(GOLDEN / "module-signatures", loader="tf1") as model:
        assert (model.signatures["serving_default"](x=row.numpy())["scores"] == scores).all()
        assert (model.signatures["serving_default"](row.numpy())["scores"] == scores).all()
        with pytest.raises(TypeError, match="the inputs are x"):
            model.signatures["serving_default"](y=1)
    graph = tf.Graph()
    with tf.compat.v1.Session(graph=graph) as session:
        meta_graph = inspector.load(str(GOLDEN / "module-signatures"), ["serve"], loader="tf1", session=session)
        assert "serving_default" in meta_graph.signature_def
        assert graph.get_operations()


def test_usage() -> None:
    for more in ({"loader": "tf3"}, {"first": "later"}, {"fallback": ["magic"]}):
        with pytest.raises(inspector.UsageError):
            inspector.load(GOLDEN / "keras3-mlp", **more)  # type: ignore[call-overload]


# --- first="check"

CHECK_FIRST = """
import sys, inspector
try:
    inspector.load(sys.argv[1], first="check", loader=sys.argv[2])
except inspector.RestoreError as error:
    print(type(error).__name__, type(error).__mro__[1].__name__, "tensorflow" in sys.modules, error.__cause__)
else:
    print("loaded", "tensorflow" in sys.modules)
"""


def checked_first(path: Path, loader: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CHECK_FIRST, str(path), loader], capture_output=True, text=True, cwd=ROOT, check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture(scope="module")
def unsafe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose signature writes a file."""
    folder = tmp_path_factory.mktemp("unsafe")

    class Writer(tf.Module):  # type: ignore[misc]
        @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
        def write(self, text: Any) -> Any:
            tf.io.write_file(str(folder / "written"), text)
            return text

    module = Writer()
    tf.saved_model.save(module, str(folder / "m"), signatures=module.write)
    return folder / "m"


def test_a_load_that_will_fail_is_refused() -> None:
    """Our class alone, and TensorFlow is not imported; what loads in one loader is not refused in it."""
    assert checked_first(GOLDEN / "broken-cycle", "tf2") == "GraphDamaged RestoreError False None"
    assert checked_first(GOLDEN / "broken-producer", "tf1") == "VersionMismatch RestoreError False None"
    assert checked_first(GOLDEN / "broken-producer", "tf2") == "loaded True"


def test_an_unsafe_model_is_refused(unsafe: Path) -> None:
    """Also with fallbacks; first="try" loads it."""
    assert checked_first(unsafe, "tf2") == "UnsafeModel RestoreError False None"
    with pytest.raises(inspector.UnsafeModel, match="WriteFile") as caught:
        inspector.load(unsafe, first="check", fallback=["tf1"])
    assert caught.value.attempts == ()
    assert caught.value.findings[0].rule == "SC001"
    assert inspector.load(unsafe).signatures


# --- other ways


def contents(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def scratches() -> set[str]:
    return {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("inspector-")}


def test_without_devices() -> None:
    """A copy without the pins; the user's files and the scratch folder are as before."""
    before, left = contents(GOLDEN / "device-pins"), scratches()
    with pytest.warns(inspector.RestoredByFallback, match="clear_devices: 19 device pins") as told:
        model = inspector.load(GOLDEN / "device-pins", loader="tf1", fallback=["clear_devices"])
    with model:
        (key,) = model.signatures
        inputs = {name: tf.ones([1, 3]).numpy() for name in model.signatures[key].inputs}
        assert model.signatures[key](**inputs)
    assert contents(GOLDEN / "device-pins") == before
    assert scratches() == left
    attempts = told[0].message.attempts
    assert [(one.way, one.outcome) for one in attempts] == [("clear_devices", LOADED)]


def test_assets_of_a_copy(make: Make) -> None:
    """They are read from the user's folder, after the scratch folder is gone too."""
    folder = make("device_gpu@main on asset-in-function")
    with pytest.warns(inspector.RestoredByFallback):
        model = inspector.load(folder, loader="tf1", fallback=["clear_devices"])
    with model:
        greeting = model.signatures["greet"]
        assert greeting(**{name: [b"a"] for name in greeting.inputs})


def test_the_order_of_ways() -> None:
    """The first that works; the others are told as they went."""
    with pytest.warns(inspector.RestoredByFallback) as told:
        model = inspector.load(
            GOLDEN / "broken-unregistered-unused", fallback=["import_packages", "clear_devices", "without_slots", "tf1"]
        )
    assert isinstance(model, inspector.SessionModel)
    attempts = told[0].message.attempts
    assert [one.way for one in attempts] == ["import_packages", "clear_devices", "without_slots", "tf1"]
    assert [one.outcome for one in attempts] == [NOT_POSSIBLE, FAILED, NOT_POSSIBLE, LOADED]
    model.close()


def test_no_way_works() -> None:
    """Then the exception says what was tried."""
    with pytest.raises(inspector.GraphDamaged) as caught:
        inspector.load(GOLDEN / "broken-cycle", fallback=["without_slots", "tf1"])

    assert [(one.way, one.outcome) for one in caught.value.attempts] == [
        ("without_slots", NOT_POSSIBLE),
        ("tf1", FAILED),
    ]
    assert "fallback tf1: failed: ValueError" in str(caught.value)


def test_no_fallback_unless_asked() -> None:
    with warnings.catch_warnings(record=True) as told, pytest.raises(inspector.MissingDependency):
        inspector.load(GOLDEN / "broken-unregistered-unused")
    assert not [one for one in told if one.category is inspector.RestoredByFallback]


@pytest.fixture
def with_text_op(tmp_path: Path) -> str:
    """A model with an op of tensorflow-text."""
    copy = Copy("gradients")
    body = copy.body("used")
    body.add("stray", "CaseFoldUTF8", [body.names()[-1]])
    copy.save(str(tmp_path / "text"))
    return str(tmp_path / "text")


def test_a_missing_package_is_named(with_text_op: str) -> None:
    """What to install and to import; the fallback says that it is not installed."""
    with pytest.raises(inspector.MissingDependency) as caught:
        inspector.load(with_text_op, fallback=["import_packages"])
    error = caught.value

    assert error.packages[0].startswith("tensorflow-text==")
    assert error.imports == ("import tensorflow_text",)
    assert error.attempts[0].outcome == NOT_POSSIBLE
    assert "pip install tensorflow-text==" in error.attempts[0].did


def test_packages_are_imported(with_text_op: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package is imported, and the load tried again."""
    package = tmp_path / "tensorflow_text"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    load = tf.saved_model.load

    def registered(path: str, tags: Any = None) -> Any:
        return "a model" if "tensorflow_text" in sys.modules else load(path, tags)

    monkeypatch.setattr(tf.saved_model, "load", registered)
    try:
        with pytest.warns(inspector.RestoredByFallback, match="import tensorflow_text"):
            assert inspector.load(with_text_op, fallback=["import_packages"]) == "a model"
    finally:
        sys.modules.pop("tensorflow_text", None)


WITHOUT_TF_KERAS = """
import sys, warnings
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tf_keras": raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
sys.path[:] = [entry for entry in sys.path]
import inspector
from inspector.confirmation import interpreter
interpreter.COMPANIONS = ()
path = "golden/models/tf-keras-mlp"
try:
    inspector.load(path)
except AttributeError as error:
    print(type(error).__name__, error.packages, error.findings[0].rule)
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    loaded = inspector.load(path, fallback=["without_slots"])
print([str(one.message.attempts[0].outcome) for one in told if one.category is inspector.RestoredByFallback])
signature = loaded.signatures["serving_default"]
import tensorflow as tf
inputs = {name: tf.ones([1] + spec.shape[1:], spec.dtype) for name, spec in signature.structured_input_signature[1].items()}
print(sorted(signature(**inputs)))
"""


def test_without_slots() -> None:
    """A model with a Keras 2 optimizer, where tf_keras is not installed."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TF_KERAS], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    first, second, third = done.stdout.strip().splitlines()
    assert first == "MissingDependency ('tf_keras',) OB001"
    assert second == "['loaded']"
    assert third.startswith("[")


# --- what it costs and what it is


def test_success_costs_nothing_more() -> None:
    """No check, no diagnosis, no table of messages is imported for a load that succeeds."""
    code = (
        "import sys, types\n"
        "tf = sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
        "tf.saved_model = types.SimpleNamespace(load=lambda path, tags=None: 'loaded')\n"
        "import inspector\n"
        "assert inspector.load('m') == 'loaded'\n"
        "print(sorted(name for name in sys.modules if name.startswith('inspector')))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert printed.strip() == str(
        [
            "inspector",
            "inspector.errors",
            "inspector.named_tuple",
            "inspector.restoring",
            "inspector.restoring.loading",
            "inspector.version",
        ]
    )


@pytest.mark.parametrize("loader", ["tf1", "tf2"])
def test_without_tensorflow(loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not installed, or installed and broken: a MissingDependency that is an ImportError too."""

    class NoTensorFlow:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            if name == "tensorflow":
                raise ModuleNotFoundError("No module named 'tensorflow'", name=name)

    monkeypatch.delitem(sys.modules, "tensorflow")
    monkeypatch.setattr(sys, "meta_path", [NoTensorFlow(), *sys.meta_path])
    with pytest.raises(inspector.MissingDependency) as broken:
        inspector.load(GOLDEN / "keras3-mlp", loader=loader)
    monkeypatch.setattr("inspector.restoring.diagnosis.tensorflow_of", lambda asked: None)
    with pytest.raises(inspector.MissingDependency) as missing:
        inspector.load(GOLDEN / "keras3-mlp", loader=loader)

    assert isinstance(broken.value, ImportError)
    assert "is installed and cannot be imported: ModuleNotFoundError" in broken.value.cause
    assert isinstance(missing.value, ModuleNotFoundError)
    assert missing.value.cause == "TensorFlow is not installed in this environment"
    assert missing.value.packages == ("tensorflow",)


def test_the_types(tmp_path: Path) -> None:
    """What a type checker makes of load."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        "import inspector\n"
        "from typing_extensions import assert_type\n"
        "from typing import Any\n"
        "assert_type(inspector.load('m'), Any)\n"
        "assert_type(inspector.load('m', loader='tf1'), inspector.SessionModel)\n"
        "assert_type(inspector.load('m', loader='tf1', session=object()), Any)\n"
        "inspector.load('m', ['serve'], first='check', fallback=['tf1', 'clear_devices'])\n"
        "inspector.load('m', loader='tf9')  # type: ignore[call-overload]\n"
        "inspector.load('m', fallback=['magic'])  # type: ignore[list-item]\n"
        "try:\n    ...\nexcept inspector.MissingDependency as error:\n"
        "    assert_type(error.packages, tuple[str, ...])\n"
        "    assert_type(error.findings, tuple[inspector.Finding, ...])\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), str(snippet)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_every_way_has_a_name() -> None:
    from typing import get_args

    from inspector.restoring.loading import Fallback
    from inspector.restoring.ways import WAYS

    assert set(get_args(Fallback)) == set(WAYS)
