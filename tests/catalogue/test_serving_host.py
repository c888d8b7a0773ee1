"""Which ops TensorFlow Serving links, release by release, as its BUILD file, workspace.bzl and RELEASE.md tell."""

from __future__ import annotations

import pytest

from inspector.catalogue import companions, releases, serving_host
from inspector.catalogue.serving_host import built_in, linked, linked_op, links_unseen


@pytest.mark.parametrize(
    ("op", "release", "there"),
    [
        ("WordpieceTokenizeWithOffsets", "1.15.5", False),
        ("WordpieceTokenizeWithOffsets", "2.0.4", True),
        ("RegexSplitWithOffsets", "2.0.4", False),
        ("RegexSplitWithOffsets", "2.2.3", True),
        ("SentencepieceOp", "2.15.1", True),
        ("TFText>RoundRobinTrim", "2.18.1", False),
        ("TFText>RoundRobinTrim", "2.21.0", None),
        ("SimpleMLInferenceOpWithHandle", "2.10.1", False),
        ("SimpleMLInferenceOpWithHandle", "2.11.1", True),
        ("SimpleMLModelTrainer", "2.15.1", False),
        ("Addons>Gelu", "2.15.1", False),
        ("MatMul", "2.15.1", False),
    ],
)
def test_built_in(op: str, release: str, there: bool | None) -> None:
    """The texts tell of these: tensorflow/text issue 200, serving issue 2267 and pull request 4057, RELEASE.md 2.11.0.

    None: which tensorflow-text is linked from 2.19 on is not recorded, and only some of them have the op.
    """
    assert built_in(op, release) is there
    assert (linked_op(op, release) is not None) is (there is not False)


def test_what_stands_for_a_linked_version_is_held() -> None:
    """Both ends of every row are versions of the catalogue, the older first, and named ops are ops of the package."""
    for release in releases():
        if release.startswith("2."):
            for what in linked(release):
                least, most = (set(companions.companion_ops(what.package, v)) for v in (what.least, what.most))
                assert least
                assert least <= most
                assert set(what.ops) <= least


def test_contrib_is_linked_by_builds_of_1_x_only() -> None:
    """Only the names of contrib's ops are known; an op that another module brings is none of them."""
    assert links_unseen("Resampler", "1.15.5")
    assert not links_unseen("Resampler", "2.0.4")
    assert not links_unseen("AudioMicrofrontend", "1.15.5")
    assert not links_unseen("NoSuchOp", "1.15.5")


def test_the_inference_ops_are_those_of_the_package() -> None:
    """A server links inference:kernel_and_op, not what trains."""
    held = set(companions.companion_ops(serving_host.FORESTS, "1.5.0"))
    (forests,) = [what for what in linked("2.15.1") if what.package == serving_host.FORESTS]

    assert set(forests.ops) < held
    assert not any("Train" in op for op in forests.ops)
