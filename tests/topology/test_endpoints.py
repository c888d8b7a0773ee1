"""What TFSMLayer can call: names, what each takes, and why some cannot be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.model.saved_model import open_model
from inspector.topology.endpoints import (
    ATTRIBUTE,
    NO_FUNCTION,
    NO_INPUT,
    SEVERAL,
    SIGNATURE,
    UNTRACED,
    Endpoint,
    best,
    endpoints_of,
)
from tests.building import build

GOLDEN = Path(__file__).parents[2] / "golden" / "models"
FUNCTION = """
object 0 user_object _generic_user_object children=[f: 1]
object 1 function concrete=[f_1] spec=SPEC signature=none
concrete_function f_1 bound_inputs=[] inputs={inputs}
function f_1 (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""
SPEC = (
    "@FullArgSpec{{args: {args}, varargs: none, varkw: none, defaults: {defaults}, kwonlyargs: {only}, "
    "kwonlydefaults: {values}, annotations: {{}}}}"
)


def endpoints(folder: Path) -> dict[str, Endpoint]:
    model = open_model(folder, verify=False)
    return endpoints_of(model.meta_graphs[0], v2=model.is_v2)


def function(folder: Path, **more: str) -> Endpoint:
    given = {
        "args": '["x"]', "defaults": "none", "only": "[]", "values": "none", "inputs": "((float32[?]), {})", **more,
    }  # fmt: skip
    return endpoints(Path(build(FUNCTION.replace("SPEC", SPEC).format(**given), folder)))["f"]


def test_a_module() -> None:
    """Signatures and functions; a function goes before the signature of the same name."""
    found = endpoints(GOLDEN / "module-signatures")

    assert {name: (one.of, one.problem, one.casts) for name, one in found.items()} == {
        "add": (ATTRIBUTE, SEVERAL, ()),
        "halve": (ATTRIBUTE, "", ("float64",)),
        "outside": (ATTRIBUTE, "", ()),
        "predict": (ATTRIBUTE, "", ()),
        "serving_default": (SIGNATURE, "", ()),
        "shout": (ATTRIBUTE, "", ()),
    }


@pytest.mark.parametrize(
    ("name", "endpoint", "takes"),
    [
        ("keras3-mlp", "serve", "float32[?,4]"),
        ("tf-keras-mlp", "serving_default", "float32[?,3]"),
        ("tf-keras-two-inputs", "__call__", "{'numbers': float32[?,3], 'words': string[?,1]}"),
        ("v1-frozen", "serving_default", "float32[?,3]"),
    ],
)
def test_the_best_one(name: str, endpoint: str, takes: str) -> None:
    model = open_model(GOLDEN / name, verify=False)
    found = best(model.meta_graphs[0], v2=model.is_v2)

    assert found is not None
    assert (found.name, found.takes) == (endpoint, takes)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({}, ""),
        ({"args": '["x", "y"]', "inputs": "((float32[?], float32[?]), {})"}, SEVERAL),
        ({"args": "[]", "inputs": "((), {})"}, NO_INPUT),
        ({"args": '["x", "training"]', "defaults": "(false)", "inputs": "((float32[?], false), {})"}, ""),
        ({"args": '["x", "training"]', "defaults": "(false)", "inputs": "((float32[?], true), {})"}, UNTRACED),
        ({"args": '["x", "by"]', "defaults": "(2)", "inputs": "((float32[?], int32[]), {})"}, ""),
        ({"args": '["x", "by"]', "defaults": "(none)", "inputs": "((float32[?], int32[]), {})"}, UNTRACED),
        ({"only": '["by"]', "values": "{by: 2.0}", "inputs": "((float32[?]), {by: 3.0})"}, UNTRACED),
        ({"only": '["by"]', "inputs": "((float32[?]), {by: 3.0})"}, SEVERAL),
    ],
)
def test_one_argument_and_the_defaults_of_the_others(more: dict[str, str], problem: str, tmp_path: Path) -> None:
    assert function(tmp_path, **more).problem == problem


def test_an_attribute_hides_a_signature(tmp_path: Path) -> None:
    """hasattr goes first: a variable of that name is what TFSMLayer gets."""
    text = """
        object 0 user_object _generic_user_object children=[serve: 1, signatures: 2]
        object 1 variable serve float32[]
        object 2 user_object signature_map producer=1 min_consumer=1 children=[serve: 3]
        object 3 bare_concrete_function f_1 keywords=[x] positional=1
        concrete_function f_1 bound_inputs=[] inputs=((), {x: float32[?]})
        variable serve/.ATTRIBUTES/VARIABLE_VALUE float32[]
    """

    assert endpoints(Path(build(text, tmp_path)))["serve"].problem == NO_FUNCTION
