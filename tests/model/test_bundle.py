from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.errors import DEFAULT_LIMITS, FormatError, LimitExceeded
from inspector.model import bundle_index, dtypes
from inspector.model.bundle import BundleFault, TensorBundle, open_bundle
from inspector.wire import schema
from tests.model.bundle_builder import OBJECT_GRAPH, Bundle, Damage, sample
from tests.wire.table_builder import copies, table

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "models"
SHARD = "variables/variables.data-00000-of-00001"
INDEX = "variables/variables.index"


def opened(folder: Path, bundle: Bundle, **options: Any) -> TensorBundle:
    bundle.write(str(folder))
    return open_bundle(str(folder), **options)


def test_a_sound_bundle(tmp_path: Path) -> None:
    bundle = opened(tmp_path, sample())
    assert bundle.faults == ()
    assert bundle.verified == "all tensors"
    assert list(bundle.entries) == [OBJECT_GRAPH, "a", "b", "part", "s"]
    assert bundle.entries["a"][:3] == ("a", 1, (2, 3))
    assert [str(part) for part in bundle.entries["part"].slices] == ["0,1:-", "1,3:-"]
    assert [entry.key for entry in bundle.slices["part"].values()] == ["part [0,1:-]", "part [1,3:-]"]
    assert bundle.parameters == 6 + 7 + 12
    assert bundle.total_bytes == bundle.shards[0].size == len(sample().data)
    assert bundle.header == (1, "little", (1, 0, ()))
    assert len(bundle.object_graph().nodes) == 1
    assert bundle.read_string_tensor("s") == [b"one", b"", b"three"]
    assert bundle.tensor_bytes("b") == b"\5" * 7


def test_a_compressed_index(tmp_path: Path) -> None:
    sample().write(str(tmp_path), compress=copies, entries_per_block=2, restart_interval=2)
    assert open_bundle(str(tmp_path)).faults == ()


def test_the_other_byte_order(tmp_path: Path) -> None:
    bundle = Bundle(">")
    bundle.add_strings("s", [b"one", b"two"])
    found = opened(tmp_path, bundle)
    assert found.header.endianness == "big"
    assert found.faults == ()
    assert found.read_string_tensor("s") == [b"one", b"two"]


def set_(key: bytes, **fields: int) -> Damage:
    def damage(bundle: Bundle) -> None:
        for name, value in fields.items():
            setattr(bundle.records[key] if key else bundle.header, name, value)

    return damage


def dims(*sizes: int) -> Damage:
    def damage(bundle: Bundle) -> None:
        bundle.records[b"a"].shape.Clear()
        for size in sizes:
            bundle.records[b"a"].shape.dim.add().size = size

    return damage


def put(key: bytes, value: Any) -> Damage:
    return lambda bundle: bundle.records.__setitem__(key, value)


def drop(key: bytes) -> Damage:
    return lambda bundle: bundle.records.pop(key)


def part(at: int, length: int) -> Damage:
    return lambda bundle: setattr(bundle.records[b"part"].slices[at].extent[0], "length", length)


def twice(bundle: Bundle) -> None:
    bundle.records[b"part"].slices.add().CopyFrom(bundle.records[b"part"].slices[0])


def flip(at: int) -> Damage:
    def damage(bundle: Bundle) -> None:
        data = bytearray(bundle.data)
        data[at] ^= 1
        bundle.data = bytes(data)

    return damage


def cut(size: int) -> Damage:
    return lambda bundle: setattr(bundle, "data", bundle.data[:-size])


FIRST, SECOND = sorted(key for key in sample().records if key[:1] == b"\0")
A = sample().records[b"a"].offset
S = sample().records[b"s"].offset


DAMAGES: list[tuple[Damage, str]] = [
    (lambda bundle: setattr(bundle, "header", None), "header-missing"),  # the first entry is float32: 1 shard
    (set_(b"", num_shards=0), "header-num-shards shard-missing"),
    (set_(b"", num_shards=2), "shard-missing"),
    (set_(b"", endianness=1), "header-endianness"),
    (set_(b"", endianness=7), "header-endianness-unknown"),
    (set_(b"a", shard_id=5), "shard-missing"),
    (set_(b"a", shard_id=-1), "shard-missing"),
    (put(b"a\xff", sample().records[b"b"]), "entry-key-not-utf8 entry-overlap"),
    (put(b"a", b"\xff"), "entry-not-parseable"),
    (put(b"a", b""), "entry-dtype"),
    (dims(2, -3), "entry-shape"),
    (dims(2, 1 << 62, 4), "entry-shape"),
    (dims(*[1] * 255), "entry-shape"),
    (lambda bundle: setattr(bundle.records[b"a"].shape, "unknown_rank", True), "entry-unknown-rank"),
    (set_(b"a", dtype=777), "entry-dtype"),
    (set_(b"a", dtype=20), "entry-dtype"),
    (set_(b"a", offset=-4), "entry-offset"),
    (set_(b"a", size=-4), "entry-offset"),
    (set_(b"a", size=23), "entry-size"),
    (set_(b"s", size=2), "entry-size"),
    (set_(b"a", offset=9999), "entry-beyond-shard"),
    (set_(b"a", offset=(1 << 63) - 1), "entry-beyond-shard"),
    (set_(b"a", offset=A + 4), "checksum entry-overlap"),
    (set_(b"s", size=sample().records[b"s"].size + 1), "entry-overlap string-size"),
    (set_(b"s", size=sample().records[b"s"].size - 1), "string-size"),
    (set_(b"a", crc32c=0), "checksum"),
    (flip(A), "checksum"),
    (flip(S), "lengths-checksum"),
    (flip(S + 3), "lengths-checksum"),
    (flip(S + 8), "checksum"),
    (cut(1), "entry-beyond-shard"),
    (lambda bundle: setattr(bundle, "data", b"x" + bundle.data + b"x"), "checksum lengths-checksum"),
    (lambda bundle: setattr(bundle, "data", bundle.data + b"x" * 99), ""),
    (twice, "slice-duplicate"),
    (part(0, 2), "slice-missing slice-orphan slice-overlap slices-do-not-cover"),
    (part(1, 9), "slice-orphan slice-out-of-bounds slices-do-not-cover"),
    (drop(FIRST), "slice-missing"),
    (set_(SECOND, dtype=3), "slice-dtype"),
    (lambda bundle: bundle.records[SECOND].shape.dim.add(size=1), "slice-shape"),
    (lambda bundle: bundle.records[b"part"].slices.pop(), "slice-orphan slices-do-not-cover"),
    (drop(b"part"), "slice-orphan"),
    (lambda bundle: bundle.add_strings(OBJECT_GRAPH, [b"\xff"]).shape.Clear(), "object-graph-not-parseable"),
    (drop(OBJECT_GRAPH.encode()), ""),
]


@pytest.mark.parametrize(("damage", "kinds"), DAMAGES)
def test_every_fault(tmp_path: Path, damage: Damage, kinds: str) -> None:
    bundle = sample()
    damage(bundle)
    found = opened(tmp_path, bundle)
    assert sorted({fault.kind for fault in found.faults}) == kinds.split()
    for fault in found.faults:
        assert fault.file.startswith("variables/")
        json.dumps(fault.data)


def test_the_kinds_are_all_documented() -> None:
    source = (Path(bundle_index.__file__).parent / "bundle.py").read_text()
    documented = {line.split()[0] for line in source.split('"""')[1].splitlines() if line.startswith("    ")}
    for _, kinds in DAMAGES:
        assert set(kinds.split()) <= documented, kinds


def test_a_key_that_comes_twice(tmp_path: Path) -> None:
    bundle = sample()
    bundle.write(str(tmp_path))
    records = [
        (key, value.SerializeToString()) for key, value in sorted({**bundle.records, b"": bundle.header}.items())
    ]
    again = bundle.records[b"b"].SerializeToString()
    (tmp_path / INDEX).write_bytes(table([*records[:-1], (records[-1][0], again), records[-1]]))
    found = open_bundle(str(tmp_path))
    assert ("entry-key-twice", "s") in [(fault.kind, fault.key) for fault in found.faults]
    assert found.entries["s"].dtype == 4


def test_a_bundle_without_a_header_that_happens_to_load(tmp_path: Path) -> None:
    """The first tensor's entry is taken for the header: its dtype float32, 1, is the number of shards."""
    bundle = Bundle()
    bundle.add("w", b"\0" * 4, 1, ())
    bundle.header = None
    found = opened(tmp_path, bundle)
    assert [fault.kind for fault in found.faults] == ["header-missing"]
    assert list(found.entries) == ["w"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "git-lfs-pointer"),
        (b"\n<!DOCTYPE html><html></html>" * 99, "html"),
        (b"<?xml version='1.0'?><Error/>" * 99, "xml"),
    ],
)
def test_what_stands_for_a_file(tmp_path: Path, content: bytes, what: str) -> None:
    sample().write(str(tmp_path))
    (tmp_path / SHARD).write_bytes(content)
    bundle = open_bundle(str(tmp_path))
    assert [(fault.kind, fault.data["what"], fault.data["entries"]) for fault in bundle.faults] == [
        ("shard-not-data", what, 6)
    ]
    assert bundle.object_graph() is None
    with pytest.raises(FormatError, match="shard-not-data"):
        bundle.tensor_bytes("a")
    (tmp_path / INDEX).write_bytes(content)
    with pytest.raises(FormatError) as caught:
        open_bundle(str(tmp_path))
    assert caught.value.kind == f"index-{what}"


def test_a_missing_shard_names_what_is_there(tmp_path: Path) -> None:
    sample().write(str(tmp_path))
    (tmp_path / SHARD).rename(tmp_path / "variables/variables.data-00000-of-00002")
    (fault,) = open_bundle(str(tmp_path)).faults
    assert fault == BundleFault(
        "shard-missing",
        SHARD,
        OBJECT_GRAPH,
        {"shard_id": 0, "num_shards": 1, "entries": 6, "size": None, "present": ["variables.data-00000-of-00002"]},
    )


def test_a_shard_that_is_no_file(tmp_path: Path) -> None:
    sample().write(str(tmp_path))
    (tmp_path / SHARD).unlink()
    os.mkfifo(tmp_path / SHARD)
    assert [fault.kind for fault in open_bundle(str(tmp_path)).faults] == ["shard-unreadable"]


def test_a_shard_that_goes_away_meanwhile(tmp_path: Path) -> None:
    bundle = opened(tmp_path, sample())
    (tmp_path / SHARD).unlink()
    assert [(fault.kind, fault.file) for fault in bundle.verify()] == [("shard-unreadable", SHARD)]
    with pytest.raises(FileNotFoundError):
        bundle.tensor_bytes("a")


def test_an_index_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_bundle(str(tmp_path))
    (tmp_path / INDEX).mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        open_bundle(str(tmp_path))
    (tmp_path / INDEX).rmdir()
    os.mkfifo(tmp_path / INDEX)
    with pytest.raises(FormatError) as caught:
        open_bundle(str(tmp_path))
    assert caught.value.kind == "index-not-a-file"


def test_without_entries_or_header(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    for records, kind in (({}, "header-missing"), ({b"": b"\xff"}, "header-not-parseable")):
        (tmp_path / INDEX).write_bytes(table(records))
        with pytest.raises(FormatError) as caught:
            open_bundle(str(tmp_path))
        assert caught.value.kind == kind


def test_a_header_of_two_billion_shards_costs_nothing(tmp_path: Path) -> None:
    bundle = sample()
    bundle.header.num_shards = 2**31 - 1
    assert len(opened(tmp_path, bundle).shards) == 1024


def test_limits(tmp_path: Path) -> None:
    sample().write(str(tmp_path))
    with pytest.raises(LimitExceeded):
        open_bundle(str(tmp_path), limits=DEFAULT_LIMITS._replace(index_file=100))
    small = open_bundle(str(tmp_path), limits=DEFAULT_LIMITS._replace(string_tensor=1))
    assert [fault.kind for fault in small.faults] == ["object-graph-over-limit"]
    assert small.object_graph() is None
    with pytest.raises(LimitExceeded):
        small.read_string_tensor("s")


def test_what_is_verified(tmp_path: Path) -> None:
    bundle = sample()
    flip(A)(bundle)
    big = DEFAULT_LIMITS._replace(small_weights=10)
    found = opened(tmp_path, bundle, limits=big)
    assert (found.verified, found.faults) == ("object graph", ())
    assert [fault.key for fault in found.verify()] == ["a"]
    assert found.verify(["b", "part", "s"]) == ()
    assert [fault.kind for fault in found.verify(["a"])] == ["checksum"]
    assert found.faults == ()
    assert open_bundle(str(tmp_path), verify=False).verified == ""
    with pytest.raises(FormatError, match="expected"):
        found.tensor_bytes("a")
    flip(1)(bundle)
    damaged = opened(tmp_path, bundle, limits=big)
    assert [(fault.kind, fault.key) for fault in damaged.faults] == [("lengths-checksum", OBJECT_GRAPH)]
    assert damaged.object_graph() is None


def test_progress_goes_up_to_all_bytes(tmp_path: Path) -> None:
    bundle = Bundle()
    bundle.add("big", bytes(3_500_000))
    bundle.add("more", bytes(10))
    told: list[int] = []
    opened(tmp_path, bundle, verify=True, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 3_500_010
    assert len(set(told)) == 5


def test_a_tensor_that_is_asked_for_wrongly(tmp_path: Path) -> None:
    bundle = opened(tmp_path, sample())
    with pytest.raises(KeyError):
        bundle.tensor_bytes("nobody")
    for read, key in ((bundle.tensor_bytes, "s"), (bundle.read_string_tensor, "a"), (bundle.tensor_bytes, "part")):
        with pytest.raises(FormatError):
            read(key)


def test_a_shard_read_again_and_again_is_refused(tmp_path: Path) -> None:
    bundle = Bundle()
    bundle.add("w", bytes(1 << 20))
    for number in range(9):
        bundle.records[b"w%d" % number] = bundle.records[b"w"]
    with pytest.raises(LimitExceeded, match="again and again"):
        opened(tmp_path, bundle)


ENTRIES = st.builds(
    lambda dtype, shape, **fields: (dtype, shape, fields),
    st.sampled_from([0, 1, 3, 4, 7, 9, 20, 21, 101, 300]),
    st.lists(st.integers(-2, 5) | st.integers(-(2**63), 2**63 - 1), max_size=3),
    shard_id=st.integers(0, 2) | st.integers(-(2**31), 2**31 - 1),
    offset=st.integers(0, 2**40) | st.integers(-(2**63), 2**63 - 1),
    size=st.integers(0, 200) | st.integers(-(2**63), 2**63 - 1),
    crc32c=st.integers(0, 2**32 - 1),
)


@settings(deadline=None, max_examples=500)
@given(ENTRIES, st.integers(0, 60), st.binary(max_size=3), st.booleans())
def test_the_short_way_to_an_entry_agrees_with_protobuf(
    parts: tuple[int, list[int], dict[str, int]], at: int, junk: bytes, sound: bool
) -> None:
    dtype, shape, fields = parts
    proto = schema.message("BundleEntryProto")(dtype=dtype, **fields)
    proto.shape.SetInParent()
    for size in shape:
        proto.shape.dim.add().size = size
    if sound and dtype in dtypes.SIZES and len(shape) < 2:
        proto.size = max(min((shape or [1])[0] * dtypes.SIZES[dtype], 2**62), 0)
    value = proto.SerializeToString()
    for candidate in (value, value[:at] + junk + value[at:], value + value[at:], value[:at]):
        index = bundle_index.Index(bundle_index.BundleHeader(1, "little", bundle_index.Version()), {}, {}, [], set())
        decoder = bundle_index._Decoder(index, "x.index")
        short = decoder.usual("k", candidate)
        if short is not None:
            assert short == decoder.entry("k", candidate)
            assert index.faults == []


@settings(deadline=None)
@given(st.dictionaries(st.binary(max_size=12), st.binary(max_size=40), max_size=6))
def test_any_records_open_or_are_refused(tmp_path_factory: pytest.TempPathFactory, records: dict[bytes, bytes]) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "variables").mkdir()
    (folder / SHARD).write_bytes(b"\x03" * 64)
    for header in (b"", b"\x08\x01"):
        (folder / INDEX).write_bytes(table(dict(sorted({**records, **({b"": header} if header else {})}.items()))))
        try:
            open_bundle(str(folder)).verify()
        except FormatError as error:
            assert error.kind


def test_a_flipped_bit_of_the_index_is_noticed_or_harmless(tmp_path: Path) -> None:
    sample().write(str(tmp_path))
    entries = open_bundle(str(tmp_path)).entries
    data = (tmp_path / INDEX).read_bytes()
    for at in range(len(data)):
        (tmp_path / INDEX).write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        with contextlib.suppress(FormatError):
            assert open_bundle(str(tmp_path)).entries == entries


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 120), st.integers(0, 255))
def test_any_damage_to_a_shard_is_noticed(tmp_path_factory: pytest.TempPathFactory, at: int, value: int) -> None:
    bundle = sample()
    at %= len(bundle.data)
    same = bundle.data[at] == value
    bundle.data = bundle.data[:at] + bytes([value]) + bundle.data[at + 1 :]
    faults = opened(tmp_path_factory.mktemp("damage"), bundle).faults
    assert (faults == ()) == same


def test_long_strings_and_many(tmp_path: Path) -> None:
    strings = [b"x" * 2_500_000, *[b"y" * (number % 300) for number in range(10_000)]]
    bundle = Bundle()
    bundle.add_strings("s", strings)
    found = opened(tmp_path, bundle)
    assert found.faults == ()
    assert found.read_string_tensor("s") == strings


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real models is not here")
def test_every_real_bundle_opens() -> None:
    indexes = sorted(CORPUS.rglob("variables.index"))
    assert indexes
    for index in indexes:
        bundle = open_bundle(str(index.parents[1]), verify=True)
        assert {fault.kind for fault in bundle.faults} <= {"shard-missing"}, index


def child(script: str, folder: Path) -> dict[str, Any]:
    """What a script of this folder prints, which needs TensorFlow."""
    quiet = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, str(Path(__file__).with_name(script)), str(folder)]
    done = subprocess.run(command, capture_output=True, env=quiet, timeout=300, check=False)
    if done.returncode and b"No module named" in done.stderr:
        pytest.skip("TensorFlow is not installed")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Checkpoints that TensorFlow wrote in a child process, and what it reads in them."""
    folder = tmp_path_factory.mktemp("written")
    return folder, child("write_bundles.py", folder)


def test_bundles_of_tensorflow(written: tuple[Path, dict[str, Any]]) -> None:
    folder, checkpoints = written
    assert {"kinds", "several", "sliced", "sliced_shards", "objects"} <= set(checkpoints)
    for prefix, tensors in checkpoints.items():
        bundle = open_bundle(str(folder), prefix, verify=True)
        assert bundle.faults == ()
        assert sorted(bundle.entries) == sorted(tensors)
        for key, (dtype, shape, digest) in tensors.items():
            entry = bundle.entries[key]
            assert (entry.dtype, entry.shape) == (dtype, tuple(shape))
            if not entry.slices:
                data = b"\0".join(bundle.read_string_tensor(key)) if dtype == 7 else bundle.tensor_bytes(key)
                assert hashlib.sha256(data).hexdigest() == digest, key


def test_shards_and_slices_of_tensorflow(written: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = written
    assert [shard.entries for shard in open_bundle(str(folder), "several").shards] == [2, 2, 2]
    sliced = open_bundle(str(folder), "sliced_shards")
    assert {name: [str(part) for part in parts] for name, parts in sliced.slices.items()} == {
        "a\u00e9": ["0,300", "300,100"]
    }
    assert (sliced.parameters, sliced.total_bytes) == (400, 3200)
    rows = open_bundle(str(folder), "sliced").slices["part"]
    assert [str(part) for part in rows] == ["0,1:-", "1,3:-"]


def test_the_object_graph_of_tensorflow(written: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = written
    graph = open_bundle(str(folder), "objects").object_graph()
    assert {attribute.checkpoint_key for node in graph.nodes for attribute in node.attributes} == {
        "first/.ATTRIBUTES/VARIABLE_VALUE",
        "second/0/.ATTRIBUTES/VARIABLE_VALUE",
        "second/1/.ATTRIBUTES/VARIABLE_VALUE",
    }
    assert len([node for node in graph.nodes if node.attributes]) == 3


# What TensorFlow's reader does not mind.
HARMLESS = {
    "entry-key-twice", "entry-overlap", "entry-unknown-rank", "header-endianness-unknown", "header-missing",
    "object-graph-not-parseable", "slice-shape", "string-size",
}  # fmt: skip


def test_tensorflow_minds_what_we_find(tmp_path: Path) -> None:
    """Every damage above, read with the real thing."""
    expected = {}
    for number, (damage, _) in enumerate(DAMAGES):
        bundle = sample()
        damage(bundle)
        folder = tmp_path / f"{number:03}"
        kinds = {fault.kind for fault in opened(folder, bundle).faults}
        expected[folder.name] = (sorted(kinds), bool(kinds - HARMLESS))
    found = child("read_bundles.py", tmp_path)
    wrong = {name: (*case, found[name]) for name, case in expected.items() if case[1] == (found[name] == "ok")}
    assert wrong == {}
