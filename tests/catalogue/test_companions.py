"""Who owns an op that TensorFlow does not register, and the packages that can be asked for."""

from __future__ import annotations

import pytest

from inspector import catalogue
from inspector.catalogue import companions
from inspector.catalogue.companions import Group

LIKELIEST = {
    "WordpieceTokenizeWithOffsets": "tensorflow-text",
    "SentencepieceOp": "tensorflow-text",
    "SentencepieceTokenizeOp": "tensorflow-text",
    "CaseFoldUTF8": "tensorflow-text",
    "NormalizeUTF8": "tensorflow-text",
    "RegexSplitWithOffsets": "tensorflow-text",
    "FastWordpieceTokenizeWithOffsets": "tensorflow-text",
    "SimpleMLInferenceOpWithHandle": "tensorflow-decision-forests",
    "SimpleMLCreateModelResource": "tensorflow-decision-forests",
    "SimpleMLLoadModelFromPathWithHandle": "tensorflow-decision-forests",
    "Addons>ImageProjectiveTransformV2": "tensorflow-addons",
    "IO>DecodeJPEGXR": "",
    "IO>AudioDecodeWAV": "tensorflow-io",
    "TFRA>CuckooHashTableFind": "tensorflow-recommenders-addons",
    "Scann>ScannSearch": "scann",
    "HorovodAllreduce": "horovod",
    "DALIDataset": "nvidia-dali-tf-plugin-cuda120",
    "RangeEncode": "tensorflow-compression",
}


@pytest.mark.parametrize(("op", "package"), LIKELIEST.items())
def test_the_likeliest_owner_comes_first(op: str, package: str) -> None:
    found = companions.owners(op)
    assert [owner.package for owner in found][:1] == ([package] if package else [])


def test_an_owner_says_what_to_do() -> None:
    (owner,) = companions.owners("SentencepieceOp")
    assert owner.import_statement == "import tensorflow_text"
    assert owner.extracted
    assert owner.provenance == "wheel"
    assert owner.devices == ("CPU",)
    assert owner.versions[0] == "1.15.1"
    assert owner.versions.index("2.8.2") < owner.versions.index("2.11.0")


def test_an_owner_without_a_package() -> None:
    (owner,) = companions.owners("FusedBiasAct")
    assert owner.package == ""
    assert owner.note == "compiled at run time by custom_ops.get_plugin"
    assert not owner.extracted
    assert owner.versions == owner.devices == ()
    assert owner.provenance.startswith("source NVlabs/stylegan2")


def test_every_owner_is_told_in_full() -> None:
    ops = companions.owned_ops()
    assert len(ops) > 1000
    assert list(ops) == sorted(set(ops))
    known = {package.name for package in companions.packages()}
    for op in ops:
        for owner in companions.owners(op):
            assert owner.package or owner.note, op
            assert owner.extracted is bool(owner.versions)
            if owner.extracted:
                assert owner.package in known
                newest = companions.companion_op(owner.package, op)
                assert newest is not None
                assert newest.name == op
                for version in owner.versions:
                    assert companions.companion_op(owner.package, op, version) is not None, (op, owner.package, version)
    assert companions.owners("NoSuchOp") == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("tensorflow-text", "tensorflow-text"),
        ("tensorflow_text", "tensorflow-text"),
        ("TensorFlow.Text", "tensorflow-text"),
        ("reverb", "dm-reverb"),
        ("deepmd", "deepmd-kit"),
        ("tensorflow_addons", "tensorflow-addons"),
        ("nvidia.dali.plugin.tf", "nvidia-dali-tf-plugin-cuda120"),
        ("waymo_open_dataset", "waymo-open-dataset-tf-2-12-0"),
        ("nonsense", None),
        ("import", None),
        ("", None),
    ],
)
def test_a_package_is_found_by_any_of_its_names(name: str, found: str | None) -> None:
    package = companions.package(name)
    assert (package.name if package is not None else None) == found


def test_near_packages() -> None:
    assert companions.near_packages("tensorflow_txt")[0] == "tensorflow-text"
    assert companions.near_packages("qqqqqqqq") == ()


def test_packages() -> None:
    held = companions.packages()
    assert [package.name for package in held] == sorted(package.name for package in held)
    assert len(held) >= 68
    text = companions.package("tensorflow-text")
    assert text is not None
    assert text.import_verified
    assert [version.version for version in text.versions[-2:]] == ["2.20.1", "2.21.1"]
    assert text.versions[-1].requires[0] == "tensorflow<2.22,>=2.21.0"
    fitting = companions.version_for(text, "2.15.1")
    assert fitting is not None
    assert (fitting.version, fitting.tensorflow) == ("2.15.0", "2.15.1")
    assert companions.version_for(text, "2.0.4") is None
    assert {version.status for package in held for version in package.versions} == {
        "loaded",
        "no custom ops",
        "not loadable",
        "not obtained",
    }


def test_definition_of_a_companions_op() -> None:
    newest = companions.companion_op("tensorflow_text", "WordpieceTokenizeWithOffsets")
    assert newest is not None
    assert [arg.name for arg in newest.inputs] == ["input_values", "vocab_lookup_table"]
    assert newest is companions.companion_op("tensorflow-text", "WordpieceTokenizeWithOffsets", "2.21")
    assert companions.companion_op("tensorflow-text", "WordpieceTokenizeWithOffsets", "2.3") is None
    assert companions.companion_op("tensorflow-text", "MatMul") is None
    assert companions.companion_op("nonsense", "MatMul") is None
    assert companions.companion_op("horovod", "HorovodAllreduce") is None


def test_an_op_that_was_dropped_is_told_by_the_last_version_that_had_it() -> None:
    gone = set(companions.companion_ops("tensorflow-addons", "0.11.2")) - set(
        companions.companion_ops("tensorflow-addons", "0.23.0")
    )
    assert "Addons>Gelu" in gone
    assert companions.companion_op("tensorflow-addons", "Addons>Gelu") is not None
    assert companions.companion_op("tensorflow-addons", "Addons>Gelu", "0.23.0") is None
    assert companions.companion_ops("tensorflow-addons", "9.9") == companions.companion_ops("nonsense", "1") == ()


@pytest.mark.parametrize(
    ("op", "tensorflow", "text", "other"),
    [
        ("SentencepieceOp", "2.15.1", "tensorflow-text==2.15.*", ""),
        ("SentencepieceOp", "2.10.1", "tensorflow-text==2.10.*", ""),  # not held, but 2.8.2 has it, and 2.11.0
        ("TFText>RoundRobinTrim", "2.10.1", "tensorflow-text==2.13.0", "2.13.1"),
        ("SimpleMLInferenceOpWithHandle", "2.15.1", "tensorflow-decision-forests==1.8.*", ""),
        ("SimpleMLInferenceOpWithHandle", "2.14.1", "tensorflow-decision-forests==1.8.1", "2.15.1"),
        ("Addons>Gelu", "2.15.1", "tensorflow-addons==0.11.2", "2.3.4"),
    ],
)
def test_the_version_to_ask_for(op: str, tensorflow: str, text: str, other: str) -> None:
    """Matched to TensorFlow where that is known; else with the TensorFlow that the version is made for."""
    assert companions.requirement_for(companions.owners(op)[0], tensorflow) == (text, other)


def test_whose_namespace_it_is() -> None:
    assert companions.namespace_owners("Addons>NoSuchOp") == ("tensorflow-addons",)
    assert companions.namespace_owners("IO>NoSuchOp") == ("tensorflow-io",)
    assert companions.namespace_owners("MyPkg>Op") == companions.namespace_owners("AddonsGelu") == ()


def test_groups_of_tensorflows_own_ops() -> None:
    assert companions.groups("TRTEngineOp") == (Group("gpu build only", "1.15.5", "2.17.1", ""),)
    (microfrontend,) = companions.groups("AudioMicrofrontend")
    assert microfrontend.kind == "contrib or lazy"
    assert microfrontend.import_statement == "import tensorflow.lite.experimental.microfrontend"
    assert [group.kind for group in companions.groups("_MklConv2D")] == ["mkl"]
    assert [group.kind for group in companions.groups("_Arg")] == ["internal"]
    assert [group.kind for group in companions.groups("ConfigureDistributedTPU")] == ["contrib or lazy", "tpu"]
    assert [group.kind for group in companions.groups("Simple")] == ["test"]
    assert companions.groups("MatMul") == companions.groups("SentencepieceOp") == ()


def test_companions_own_what_tensorflow_does_not() -> None:
    """Where both have an op it came from the one to the other; the core library is asked first."""
    core = set(catalogue.release("latest").op_names())
    assert len(core.intersection(companions.owned_ops())) < 20
