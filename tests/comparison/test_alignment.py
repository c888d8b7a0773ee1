"""Which node is which: content and order first, then names."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from inspector.comparison.alignment import aligned


def paired(left: Sequence[str], right: Sequence[str], names: Sequence[Sequence[str]] = ()) -> dict[int, int]:
    roles = [(lambda i: names[0][i], lambda j: names[1][j])] if names else []
    return aligned(left, right, roles)


def test_a_line_more_moves_what_follows() -> None:
    assert paired("abcdef", "abxcdef") == {0: 0, 1: 1, 2: 3, 3: 4, 4: 5, 5: 6}


def test_long_rests_are_split_by_what_is_unique() -> None:
    """Some thousand nodes of which most occur again and again: an insertion at both ends shifts the middle."""
    middle = [f"unique {i}" if i % 10 == 0 else f"op {i % 3}" for i in range(3000)]
    left, right = ["a", *middle, "y"], ["b", "c", *middle, "z", "z"]

    assert paired(left, right) == {i: i + 1 for i in range(1, 3001)}


def test_without_anything_unique_names_decide() -> None:
    left, right = ["a", *["op"] * 300, "x"], ["b", *["op"] * 301, "y"]
    names = [[f"n{i}" for i in range(302)], ["first", "new", *[f"n{i}" for i in range(1, 302)]]]
    found = paired(left, right, names)

    assert found[1] == 2
    assert found[300] == 301
    assert found[301] == 302  # another content under the same name


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.lists(st.sampled_from("abcde"), max_size=40))
def test_pairs_have_equal_content_in_one_order(left: list[str], right: list[str]) -> None:
    found = paired(left, right)
    places = [found[i] for i in sorted(found)]

    assert all(left[i] == right[j] for i, j in found.items())
    assert places == sorted(set(places))
    assert paired(left, left) == {i: i for i in range(len(left))}
