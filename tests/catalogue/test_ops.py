"""What the catalogue says of ops."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from inspector import catalogue
from inspector.catalogue.container import DATA_FILE, Container
from inspector.catalogue.registry import Catalogue

ROOT = Path(__file__).resolve().parents[2]
ORDINARY = """
Const Placeholder VarHandleOp ReadVariableOp Identity MatMul Conv2D BiasAdd StatefulPartitionedCall NoOp Pack SaveV2
RestoreV2 Relu Softmax FusedBatchNormV3 MaxPool Mean Reshape AddV2 Mul Cast Shape StridedSlice
"""
DT_FLOAT = 1


def test_every_op_of_every_build_decodes() -> None:
    for gpu in (False, True):
        for version in catalogue.releases(gpu=gpu):
            held = catalogue.release(version, gpu=gpu)
            names = catalogue.all_op_names(held)
            assert len(names) > 700
            for name in names:
                op = held.op(name)
                assert op is not None
                assert op.name == name
                attrs = {attr.name for attr in op.attrs}
                assert len(attrs) == len(op.attrs)
                for arg in (*op.inputs, *op.outputs):
                    given = [part for part in (arg.type_attr, arg.type_list_attr) if part]
                    assert len(given) + (arg.type != 0) == 1, (version, name, arg)
                    assert attrs.issuperset(part for part in (*given, arg.number_attr) if part)


def test_releases_share_the_object_of_a_shared_definition() -> None:
    definitions = [catalogue.release(version).op("MatMul") for version in catalogue.releases()]
    distinct = {id(op) for op in definitions}
    assert len(distinct) == len(set(definitions)) < 8
    assert catalogue.release("2.18").op("Const") is catalogue.release("2.21").op("Const")


def test_definition_of_an_op() -> None:
    pack = catalogue.release("2.15.1").op("Pack")
    assert pack is not None
    assert [(arg.name, arg.type, arg.type_attr, arg.number_attr) for arg in pack.inputs] == [("values", 0, "T", "N")]
    assert [(attr.name, attr.type, attr.default, attr.minimum) for attr in pack.attrs] == [
        ("N", "int", None, 1),
        ("T", "type", None, None),
        ("axis", "int", b"\x18\x00", None),
    ]
    assert not pack.is_stateful
    pool = catalogue.release("2.15.1").op("MaxPool")
    assert pool is not None
    attrs = {attr.name: attr for attr in pool.attrs}
    assert attrs["padding"].allowed == (b"SAME", b"VALID", b"EXPLICIT")
    assert DT_FLOAT in (attrs["T"].allowed or ())
    assert attrs["T"].default == b"0\x01"
    assert attrs["ksize"].minimum == 4
    assign = catalogue.release("2.15.1").op("Assign")
    assert assign is not None
    assert assign.inputs[0].is_ref
    assert assign.allows_uninitialized_input
    normalization = catalogue.release("2.15.1").op("BatchNormWithGlobalNormalization")
    assert normalization is not None
    assert normalization.deprecation == (9, "Use tf.nn.batch_normalization()")


def test_releases_with() -> None:
    assert catalogue.releases_with("MatMul") == catalogue.releases()
    assert catalogue.releases_with("NoSuchOp") == ()
    since = catalogue.releases().index("2.10.1")
    assert catalogue.releases_with("DisableCopyOnRead") == catalogue.releases()[since:]
    assert catalogue.releases_with("Rpc")[-1] == "2.4.4"
    assert catalogue.releases_with("TRTEngineOp") == ()
    assert catalogue.releases_with("TRTEngineOp", gpu=True)[-1] == "2.17.1"


def test_releases_with_agrees_with_the_releases() -> None:
    everywhere = {version: catalogue.release(version) for version in catalogue.releases()}
    for name in ("Rpc", "BlockLSTM", "XlaCallModule", "CompareAndBitpack", "Const"):
        assert catalogue.releases_with(name) == tuple(v for v, held in everywhere.items() if held.op(name) is not None)


def test_tests_own_ops_are_in_no_release() -> None:
    for name in ("TestStringOutput", "Simple", "A", "None"):
        assert catalogue.releases_with(name) == ()
    removed = set(catalogue.all_op_names(catalogue.release("2.11"))) - set(
        catalogue.all_op_names(catalogue.release("2.12"))
    )
    assert removed == set()


def test_near_ops() -> None:
    latest = catalogue.release("latest")
    assert catalogue.near_ops("Matmul", latest)[0] == "MatMul"
    assert catalogue.near_ops("FusedBatchNormV4", latest)[0].startswith("FusedBatchNorm")
    assert catalogue.near_ops("Qqqqqqqqqqqqqqqqqqqqq", latest) == ()


def test_ordinary_ops_share_few_blocks() -> None:
    opened = Catalogue(Container(Path(DATA_FILE).read_bytes()))
    newest = opened.release(len(opened.builds) - 1)
    assert all(newest.op(name) for name in ORDINARY.split())
    assert opened.ops.blocks.opened() <= 3
    assert opened._kernels is None


def test_data_file_is_small() -> None:
    assert Path(DATA_FILE).stat().st_size < 200_000


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys, inspector.catalogue as c; c.release('2.15').op('Const'); c.releases_with('MatMul');"
        "c.release('2.15').kernels('MatMul'); from inspector.catalogue import companions as k; k.owners('SentencepieceOp');"
        "k.companion_op('tensorflow_text', 'SentencepieceOp'); k.groups('Const');"
        "heavy = {'json', 'pathlib', 'tempfile', 'logging', 'numpy', 'dataclasses', 'difflib', 'google', 'tensorflow'};"
        "print(sorted(heavy.intersection(sys.modules)))"
    )
    child = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
