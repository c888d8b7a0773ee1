"""Edges of graphs: cycles, loops, control inputs, names, and which nodes of a function run."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.findings import Target
from inspector.model.saved_model import open_model
from inspector.rules.rule import Example
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.names import bad_names, is_valid_name
from inspector.topology.wiring import Wiring, loop_among
from tests.building import build


def view(text: str, folder: Path) -> MetaView:
    (found,) = Inspection(open_model(build(Example(text), folder / "model")), Target("2.21.0")).meta_views
    return found


def main_wiring(text: str, folder: Path) -> Wiring:
    one = view(text, folder)
    return one.wiring(one.meta.graph)


def names(wiring: Wiring, positions: list[int]) -> list[str]:
    return [wiring.graph.names[i] for i in positions]


def test_a_cycle_is_without_what_leads_to_it_and_away_from_it(tmp_path: Path) -> None:
    wiring = main_wiring(
        "x = Placeholder() {dtype: float32}\na = AddN(x, c) {T: float32, N: 2}\nb = Relu(a) {T: float32}\n"
        "c = Relu(b) {T: float32}\nd = Relu(c) {T: float32}\ne = Relu(d) {T: float32}",
        tmp_path,
    )
    assert names(wiring, wiring.cycle) == ["a", "b", "c"]
    assert names(wiring, loop_among(wiring.graph, wiring.cycle)) == ["b", "c", "a"]


def test_a_long_chain_behind_a_cycle_costs_linear_time(tmp_path: Path) -> None:
    chain = "".join(f"n{i} = Relu({f'n{i - 1}' if i else 'a'}) {{T: float32}}\n" for i in range(3000))
    wiring = main_wiring("a = Relu(b) {T: float32}\nb = Relu(a) {T: float32}\n" + chain, tmp_path)
    assert names(wiring, wiring.cycle) == ["a", "b"]


def test_a_node_that_waits_for_itself_is_a_cycle(tmp_path: Path) -> None:
    wiring = main_wiring("x = NoOp(^x)", tmp_path)
    assert names(wiring, wiring.cycle) == ["x"]


@pytest.mark.parametrize("inputs", ["^x, x, x", "x, ^x, x", "x, ^x, x, ^x"])
def test_control_inputs_come_last(inputs: str, tmp_path: Path) -> None:
    wiring = main_wiring(f"x = Placeholder() {{dtype: float32}}\ny = MatMul({inputs}) {{T: float32}}", tmp_path)
    assert names(wiring, wiring.control_order) == ["y"]
    assert not wiring.arity


@pytest.mark.parametrize("attr", ["invalid(777)", "string"])
def test_a_type_that_is_not_allowed_is_no_conflict_of_its_edges(attr: str, tmp_path: Path) -> None:
    text = f"x = Placeholder() {{dtype: float32}}\ny = Relu(x) {{T: {attr}}}\nz = Relu(y) {{T: float32}}"
    assert main_wiring(text, tmp_path).conflicts == []


@pytest.mark.parametrize("name", ["a/b.c-1_x", "x>y", "x/", "0", ".x"])
def test_valid_names(name: str) -> None:
    assert is_valid_name(name)


@pytest.mark.parametrize("name", ["", "_x", "-x", "a b", "a>", "a\\b", "é", "x\n"])
def test_invalid_names(name: str) -> None:
    assert not is_valid_name(name)
    assert bad_names(["a", name, "b/c", name]) == [1, 3]


def test_no_invalid_names() -> None:
    assert bad_names(["a/b.c-1_x", "x>y", "x/", "0", ".x"]) == bad_names(["a/b", "0"]) == bad_names([]) == []


def test_what_a_function_runs(tmp_path: Path) -> None:
    one = view(
        "function f (a: float32) -> (r: float32 = y:activations:0)\n"
        "  y = Relu(needed:activations:0, ^waited_for, ^effect) {T: float32}\n"
        "  needed = Relu(a) {T: float32}\n"
        "  waited_for = Relu(a) {T: float32}\n"
        "  effect = Print(text:activations:0) {T: float32, U: list []}\n"
        "  text = Relu(a) {T: float32}\n"
        "  dead = Print(a) {T: float32, U: list []}\n",
        tmp_path,
    )
    assert one.live("f") == {"y", "needed", "effect", "text"}
    assert one.live("missing") == frozenset()
