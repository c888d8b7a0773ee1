"""Which releases the catalogue holds, and how an asked-for release is found."""

from __future__ import annotations

import pytest

from inspector import catalogue
from inspector.errors import UnknownRelease


def test_releases_are_ordered_by_number() -> None:
    held = catalogue.releases()
    assert held[0] == "1.3.0"
    assert list(held) == sorted(held, key=lambda version: [int(part) for part in version.split(".")])
    assert held.index("2.9.3") + 1 == held.index("2.10.1")
    assert set(catalogue.releases(gpu=True)) <= set(held)
    assert len(held) == len(set(held)) >= 35


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2.15.1", "2.15.1"),
        ("2.15", "2.15.1"),
        ("2.15.0", "2.15.1"),
        ("2.15.0.post1", "2.15.1"),
        ("2.16.0rc0", "2.16.2"),
        ("2.1.0", "2.1.4"),
        ("2.10", "2.10.1"),
        ("1.15.0", "1.15.5"),
        ("latest", catalogue.releases()[-1]),
    ],
)
def test_asked_release_is_found(asked: str, found: str) -> None:
    assert catalogue.release(asked).version == found
    assert catalogue.release(asked) is catalogue.release(found)


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("1.2", ("1.3.0", "1.4.1", "1.5.1")),
        ("1.16", ("2.0.4", "1.15.5", "2.1.4")),
        ("99.0", catalogue.releases()[:-4:-1]),
        ("newest", catalogue.releases()[:-4:-1]),
        ("2", catalogue.releases()[:-4:-1]),
        ("2.15.x", catalogue.releases()[:-4:-1]),
        ("", catalogue.releases()[:-4:-1]),
    ],
)
def test_unknown_release_names_the_nearest(asked: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownRelease) as caught:
        catalogue.release(asked)
    assert caught.value.asked == asked
    assert caught.value.near == near


def test_gpu_build_is_another_release() -> None:
    cpu, gpu = catalogue.release("2.15.1"), catalogue.release("2.15.1", gpu=True)
    assert cpu is not gpu
    assert (cpu.gpu, gpu.gpu) == (False, True)
    assert cpu.op("TRTEngineOp") is None
    assert gpu.op("TRTEngineOp") is not None
    assert cpu.op("MatMul") is gpu.op("MatMul")
    with pytest.raises(UnknownRelease):
        catalogue.release("1.3.0", gpu=True)


def test_versions_come_from_version_h() -> None:
    numbers = {version: catalogue.release(version).graph_def_version for version in ("1.3.0", "2.12.1", "2.15.1")}
    assert numbers == {"1.3.0": 24, "2.12.1": 1395, "2.15.1": 1645}
    for version in catalogue.releases():
        held = catalogue.release(version)
        assert (held.graph_def_min_producer, held.graph_def_min_consumer) == (0, 0)
        assert (held.checkpoint_version, held.checkpoint_min_producer, held.checkpoint_min_consumer) == (1, 0, 0)
    second = [version for version in catalogue.releases() if version.startswith("2.")]
    numbers_in_order = [catalogue.release(version).graph_def_version for version in second]
    assert numbers_in_order == sorted(numbers_in_order)
