"""What the catalogue says of kernels, and which kernel serves a node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inspector import catalogue
from inspector.catalogue import Release
from inspector.catalogue.container import DATA_FILE, Container
from inspector.catalogue.kerneldef import XLA_DEVICE, AttrValue, KernelDef, matches, serving
from inspector.catalogue.registry import Catalogue

ROOT = Path(__file__).resolve().parents[2]
FLOAT, DOUBLE, INT32, STRING, INT64, BFLOAT16, HALF = 1, 2, 3, 7, 9, 14, 19
DEVICES = {"CPU", "GPU", "DEFAULT", "TPU", "TPU_SYSTEM", "XLA_CPU", "XLA_GPU", XLA_DEVICE}


def builds() -> list[Release]:
    return [catalogue.release(version, gpu=gpu) for gpu in (False, True) for version in catalogue.releases(gpu=gpu)]


def devices(release: Release, op: str) -> set[str]:
    return {kernel.device for kernel in release.kernels(op)}


def test_every_kernel_of_every_build_decodes() -> None:
    """Equal answers are one object, so each is looked at once."""
    seen: set[int] = set()
    for release in builds():
        count = 0
        for name in release.op_names():
            op = release.op(name)
            assert op is not None
            kernels = (*release.kernels(name), *release.python_layer_kernels(name))
            count += len(kernels)
            if id(release.kernels(name)) in seen and not release.python_layer_kernels(name):
                continue
            seen.add(id(release.kernels(name)))
            attrs = {attr.name: attr.type for attr in op.attrs}
            for kernel in kernels:
                assert kernel.op == name
                assert kernel.device in DEVICES
                for attr, allowed in kernel.constraints:
                    assert allowed
                    if attrs.get(attr) in ("type", "list(type)"):
                        assert all(isinstance(value, int) and value > 0 for value in allowed), (release, kernel)
        assert count > (9_000 if release.gpu else 4_000), release


def test_kernels_name_arguments_and_attrs_of_their_op() -> None:
    """But for two: TensorFlow itself stops with "OpKernel 'TopK' has constraint on attr 'index_type' not in NodeDef"."""
    release = catalogue.release("2.21")
    broken: set[str] = set()
    for name in release.op_names():
        op = release.op(name)
        assert op is not None
        arguments = {arg.name for arg in (*op.inputs, *op.outputs)}
        for kernel in release.kernels(name):
            if kernel.device != XLA_DEVICE:
                if not {attr for attr, _ in kernel.constraints} <= {attr.name for attr in op.attrs}:
                    broken.add(name)
                assert arguments.issuperset(kernel.host_memory), kernel
    assert broken == {"TileGrad", "TopK"}
    assert serving(release.kernels("TopK"), "CPU", {"T": FLOAT, "k": 1, "sorted": 1}) == ()


def test_releases_share_what_they_share() -> None:
    newer, older = catalogue.release("2.18"), catalogue.release("2.17")
    assert newer.kernels("BiasAdd") is newer.kernels("BiasAdd")
    shared = [op for op in newer.op_names() if newer.kernels(op) and newer.kernels(op) is older.kernels(op)]
    assert len(shared) > 800
    by_value: dict[KernelDef, int] = {}
    for release in builds():
        for kernel in release.kernels("MatMul"):
            assert by_value.setdefault(kernel, id(kernel)) == id(kernel)


def test_kernels_of_an_op() -> None:
    release = catalogue.release("2.15.1")
    served = {dtype for k in release.kernels("MatMul") if k.device == "CPU" for dtype in dict(k.constraints)["T"]}
    assert {FLOAT, DOUBLE, INT32, BFLOAT16, HALF} <= served
    assert STRING not in served
    assert devices(release, "NoOp") == {"DEFAULT", "TPU_SYSTEM", XLA_DEVICE}
    assert release.kernels("NoSuchOp") == release.python_layer_kernels("NoSuchOp") == ()
    (shape,) = [k for k in catalogue.release("2.15.1", gpu=True).kernels("CudnnRNN") if ("T", (HALF,)) in k.constraints]
    assert shape.device == "GPU"


def test_a_constraint_may_be_on_strings_and_numbers() -> None:
    release = catalogue.release("2.15.1")
    kernels = [kernel for kernel in release.kernels("DepthToSpace") if kernel.device == "CPU"]
    assert {dict(kernel.constraints)["data_format"] for kernel in kernels} == {(b"NHWC",)}
    chosen = dict(next(kernel for kernel in release.kernels("ApproxTopK") if kernel.device == "CPU").constraints)
    assert (chosen["reduction_dimension"], chosen["is_max_k"]) == ((-1,), (1,))


def test_gpu_targets_have_a_build_of_their_own() -> None:
    cpu, gpu = catalogue.release("2.15.1"), catalogue.release("2.15.1", gpu=True)
    assert "GPU" not in devices(cpu, "Conv2D")
    assert "GPU" in devices(gpu, "Conv2D")
    assert devices(cpu, "CudnnRNN") == set()
    assert devices(gpu, "CudnnRNN") == {"GPU"}
    assert len(gpu.kernels("Roll")) > len(cpu.kernels("Roll")) > 20


def test_kernels_of_the_python_layer_are_apart() -> None:
    for version in ("1.15", "2.8", "2.11", "2.12", "2.21"):
        for op in ("PyFunc", "PyFuncStateless", "EagerPyFunc"):
            release = catalogue.release(version)
            assert release.kernels(op) == (), version
            assert {kernel.device for kernel in release.python_layer_kernels(op)} >= {"CPU"}, version
        assert release.python_layer_kernels("MatMul") == ()
    assert catalogue.release("2.15").python_layer_kernels("SobolSample")
    assert catalogue.release("2.21").kernels("SobolSample")


def test_boosted_trees_lost_their_kernels() -> None:
    for version, held in (("2.8", True), ("2.9", False), ("2.21", False)):
        release = catalogue.release(version)
        assert release.op("BoostedTreesPredict") is not None
        assert bool(release.kernels("BoostedTreesPredict")) is held


def test_where_the_kernels_come_from() -> None:
    text = [version for version in catalogue.releases() if catalogue.release(version).kernels_from_text]
    assert text == ["1.3.0", "1.4.1", "1.5.1", "1.6.0", "1.7.1", "1.8.0", "1.9.0", "1.10.1"]
    xla = [release for release in builds() if release.lists_xla_kernels]
    assert len(xla) == 7
    for release in xla:
        assert not release.gpu
        assert XLA_DEVICE in devices(release, "MatMul")
    assert XLA_DEVICE not in devices(catalogue.release("2.17"), "MatMul")


def kernel(*constraints: tuple[str, tuple[int, ...] | tuple[bytes, ...]], **others: object) -> KernelDef:
    return KernelDef("Op", "CPU", constraints, (), "", 0)._replace(**others)


@pytest.mark.parametrize(
    ("registered", "attrs", "label", "answer"),
    [
        (kernel(), {}, "", True),
        (kernel(), {"T": STRING}, "", True),
        (kernel(("T", (FLOAT, HALF))), {"T": HALF}, "", True),
        (kernel(("T", (FLOAT, HALF))), {"T": STRING}, "", False),
        (kernel(("T", (FLOAT,))), {}, "", False),
        (kernel(("T", (FLOAT,))), {"T": 0}, "", False),
        (kernel(("T", (FLOAT,))), {"T": FLOAT, "U": STRING}, "", True),
        (kernel(("T", (FLOAT,)), ("U", (INT32,))), {"T": FLOAT, "U": INT32}, "", True),
        (kernel(("T", (FLOAT,)), ("U", (INT32,))), {"T": FLOAT, "U": INT64}, "", False),
        (kernel(("T", (FLOAT, INT32))), {"T": (FLOAT, INT32, FLOAT)}, "", True),
        (kernel(("T", (FLOAT, INT32))), {"T": (FLOAT, STRING)}, "", False),
        (kernel(("T", (FLOAT,))), {"T": ()}, "", True),
        (kernel(("f", (b"NHWC",))), {"f": b"NHWC"}, "", True),
        (kernel(("f", (b"NHWC",))), {"f": b"NCHW"}, "", False),
        (kernel(("f", (b"", b"NHWC"))), {"f": b""}, "", True),
        (kernel(("n", (-1,))), {"n": -1}, "", True),
        (kernel(("b", (1,))), {"b": True}, "", True),
        (kernel(("b", (1,))), {"b": False}, "", False),
        (kernel(label="host"), {}, "", False),
        (kernel(label="host"), {}, "host", True),
        (kernel(), {}, "host", False),
    ],
)
def test_matches(registered: KernelDef, attrs: dict[str, AttrValue], label: str, answer: bool) -> None:
    assert matches(registered, attrs, label) is answer


def test_the_kernel_that_serves_a_node() -> None:
    plain, better = kernel(("T", (FLOAT,))), kernel(("T", (FLOAT,)), priority=1)
    anywhere, labeled = kernel(device="DEFAULT"), kernel(label="eigen")
    held = [plain, better, anywhere, labeled]
    assert serving(held, "CPU", {"T": FLOAT}) == (better,)
    assert serving(held, "CPU", {"T": STRING}) == (anywhere,)
    assert serving(held, "GPU", {"T": FLOAT}) == (anywhere,)
    assert serving(held, "CPU", {"T": FLOAT}, "eigen") == (labeled,)
    assert serving([plain, labeled], "GPU", {"T": FLOAT}) == ()
    assert serving([plain, plain], "CPU", {"T": FLOAT}) == (plain, plain)


def test_a_kernel_registered_twice_is_told_twice() -> None:
    """Less and LessEqual of bfloat16, up to 2.0: a call stops with "Multiple OpKernel registrations match NodeDef"."""
    assert len(serving(catalogue.release("1.14").kernels("Less"), "CPU", {"T": BFLOAT16})) == 2
    assert len(serving(catalogue.release("2.1").kernels("Less"), "CPU", {"T": BFLOAT16})) == 1


def test_kernels_cost_nothing_until_asked_for() -> None:
    program = (
        "import sys, inspector.catalogue as c; c.release('2.15').op('Const');"
        "print([name for name in sys.modules if 'kernel' in name or 'companion' in name])"
    )
    child = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
    with open(DATA_FILE, "rb") as file:
        opened = Catalogue(Container(file.read()))
    release = opened.release(0)
    assert release.op("Const") is not None
    assert opened._kernels is None
    assert release.kernels("Const")
    assert opened.kernels.blocks.opened() == 1
