"""Which nodes find a kernel, and which functions a call places: as measured with TensorFlow 2.21."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.catalogue import release
from inspector.engine import judge
from inspector.findings import Target
from inspector.model.saved_model import open_model
from inspector.rules.rule import Example
from inspector.topology import kernels
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.ops import OpSet
from tests.building import build

BAD = "MatMul(a, a) {T: uint16}"
SIGNATURE = "meta_graph tags=[serve]\nsignature serving_default (x: uint16 = x:0) -> (y: uint16 = y:0)\n"


def opened(text: str, folder: Path, device: str = "cpu") -> Inspection:
    return Inspection(open_model(build(Example(text), folder / "model")), Target("2.21.0", device))


def view(text: str, folder: Path) -> MetaView:
    (found,) = opened(text, folder).meta_views
    return found


def unserved(node: str, folder: Path, device: str = "cpu") -> kernels.Unserved | None:
    it = opened(f"x = Placeholder() {{dtype: float32}}\ny = {node}", folder)
    (form,) = (form for form in it.model.kinds.forms if form.op != "Placeholder")
    build_ = kernels.build_of("2.21.0", device)
    assert build_ is not None
    return kernels.unserved(form, it.meta_views[0].ops, build_, device)


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ("MatMul(x, x) {T: float32}", None),
        ("NoOp(^x)", None),
        ("IdentityN(x) {T: [float32]}", None),
        ("MatMul(x, x) {T: uint16}", kernels.OTHER_ATTRS),
        ("BoostedTreesBucketize(x, x) {num_features: 1}", kernels.NO_KERNEL),
        ('PyFunc(x) {token: "f", Tin: [float32], Tout: [float32]}', kernels.PYTHON_ONLY),
        ("MatMul(x, x)", None),  # its attr is missing: not the kernels' fault
        ("NobodysOp(x)", None),
    ],
)
def test_why_no_kernel_serves_a_node(node: str, why: str | None, tmp_path: Path) -> None:
    found = unserved(node, tmp_path)
    assert (found.why if found else None) == why


def test_what_is_refused_and_what_there_is_instead(tmp_path: Path) -> None:
    found = unserved('SpaceToDepth(x) {T: float32, block_size: 2, data_format: "NCHW"}', tmp_path)
    assert found is not None
    assert found.attrs == (("data_format", b"NCHW", (b"NHWC",)),)


def test_a_gpu_has_kernels_of_its_own_and_falls_back_to_the_cpu(tmp_path: Path) -> None:
    assert unserved('SpaceToDepth(x) {T: float32, block_size: 2, data_format: "NCHW"}', tmp_path / "1", "gpu") is None
    assert unserved("StringLength(x)", tmp_path / "2", "gpu") is None


def test_nothing_is_known_of_a_tpu() -> None:
    assert kernels.build_of("2.21.0", "tpu") is None


def test_a_function_for_another_device_is_passed_over_with_what_it_calls(tmp_path: Path) -> None:
    one = view(
        'function cpu (a: float32) -> (r: float32 = a) {api_implements: "lstm", api_preferred_device: "CPU"}\n'
        'function gpu (a: float32) -> (r: float32 = y:output:0) {api_implements: "lstm", api_preferred_device: "GPU"}\n'
        "  y = PartitionedCall(a) {Tin: [float32], Tout: [float32], f: @inner}\n"
        "function inner (a: float32) -> (r: float32 = a)\n",
        tmp_path,
    )
    assert kernels.passed_over(one, "cpu") == {"gpu", "inner"}
    assert kernels.passed_over(one, "gpu") == {"cpu"}


def test_a_function_without_a_counterpart_is_not_passed_over(tmp_path: Path) -> None:
    one = view(
        'function gpu (a: float32) -> (r: float32 = a) {api_implements: "lstm", api_preferred_device: "GPU"}\n',
        tmp_path,
    )
    assert kernels.passed_over(one, "cpu") == frozenset()


@pytest.mark.parametrize(("ret", "run"), [("y:product:0", True), ("a", False)])
def test_a_session_prunes_a_function_and_a_function_of_python_is_placed_whole(
    ret: str, run: bool, tmp_path: Path
) -> None:
    one = view(f"function f (a: uint16) -> (r: uint16 = {ret})\n  y = {BAD}\n", tmp_path)
    assert ("y" in kernels.run_by_session(one, frozenset(("f",)))["f"]) is run
    assert kernels.placed_by_call(one, frozenset(("f",))) == {"f"}


@pytest.mark.parametrize("place", [0, 1])
def test_a_session_runs_what_the_used_output_of_a_call_needs(place: int, tmp_path: Path) -> None:
    one = view(
        f"function f (a: uint16) -> (r: uint16 = c:output:{place})\n"
        "  c = PartitionedCall(a) {Tin: [uint16], Tout: [uint16, uint16], f: @g}\n"
        f"function g (a: uint16) -> (p: uint16 = y:product:0, q: uint16 = a)\n  y = {BAD}\n",
        tmp_path,
    )
    assert ("y" in kernels.run_by_session(one, frozenset(("f",)))["g"]) is (place == 0)


def test_a_main_graph_is_placed_whole(tmp_path: Path) -> None:
    text = SIGNATURE + "graph\n  x = Placeholder() {dtype: uint16}\n  y = Identity(x) {T: uint16}\n"
    it = opened(text + "  dead = MatMul(x, x) {T: uint16}\n", tmp_path)
    verdicts = {v.loader: v for v in judge(it.model, it.target, strict=True).verdicts}
    assert verdicts["serving"].outcome == "fails"
    assert verdicts["tf2"].outcome == "loads"
    assert verdicts["tf2"].signatures["serving_default"].outcome == "runs"


def test_an_op_of_a_package_that_is_imported_is_an_op(tmp_path: Path) -> None:
    library = view("x = Placeholder() {dtype: float32}", tmp_path).meta.library
    build_ = release("2.21.0")
    assert OpSet(build_, library).op("CaseFoldUTF8") is None
    assert OpSet(build_, library, ("tensorflow_text",)).op("CaseFoldUTF8") is not None
