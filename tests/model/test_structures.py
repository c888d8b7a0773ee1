"""Structured values: what decodes, what does not and why, and how many tensors a value is flattened into."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.model.structures import Leaf, Named, Spec, decode, tensors
from inspector.model.text_cursor import Cursor
from inspector.model.text_structures import read_structure


def raw(text: str) -> bytes:
    return bytes(read_structure(Cursor(text)).SerializeToString(deterministic=True))


VALUES: tuple[tuple[str, Any, list[int] | None], ...] = (
    ("none", None, []),
    ('(3, 0.5, true, "s")', (3, 0.5, True, "s"), []),
    ("((float32[2] as x), {b: int32[], a: string[]})", ((Spec(1, 1),), {"a": Spec(7, 1), "b": Spec(3, 1)}), [1, 7, 3]),
    ("@Pair{x: float32[], y: [int64[]]}", Named("Pair", {"x": Spec(1, 1), "y": [Spec(9, 1)]}), [1, 9]),
    ("spec 3 RaggedTensorSpec 2 (shape [?], dtype float32)", Spec(0, 2, 3, "RaggedTensorSpec"), [0, 0]),
    ("spec 13 my.Pair 0 ()", Spec(0, None, 13, "my.Pair"), None),
    ("[tensor int32[] <1>]", [Leaf("tensor_value")], None),
)


@pytest.mark.parametrize(("text", "value", "flat"), VALUES)
def test_what_decodes(text: str, value: Any, flat: list[int] | None) -> None:
    structure = decode(raw(text))
    assert structure == (value, "", ())
    assert tensors(structure.value) == flat


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("unset", "kind"),
        ("(3, [unset])", "kind"),
        ("invalid(77)[2]", "dtype 77"),
        ("dtype invalid(0)", "dtype 0"),
        ("spec 0 FutureSpec 1 ()", "FutureSpec"),
        ("spec 1 SparseTensorSpec 3 none", "state"),
        ("@class{a: 1}", "class"),
        ("@Pair{_a: 1}", "_a"),
        ("@Pair{a: 1, a: 2}", "`a`"),
    ],
)
def test_what_does_not_decode_and_why(text: str, word: str) -> None:
    assert word in decode(raw(text)).fault


def test_types_that_are_looked_up_by_name_are_told() -> None:
    assert decode(raw("[spec 12 tfp.A 1 none, spec 12 tf.B 1 none]")).registered == ("tfp.A", "tf.B")
