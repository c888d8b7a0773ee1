"""Each kind of file and folder that is no SavedModel is named, and any bytes are survived."""

from __future__ import annotations

import gzip
import io
import os
import socket
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.model import artifact, folder
from inspector.model.artifact import GRAPH_FILES, Artifact, identify_bytes, identify_file
from inspector.model.folder import identify_folder, version_folders, version_names

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "models"


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def sub(number: int, *content: bytes | str) -> bytes:
    body = b"".join(part.encode() if isinstance(part, str) else part for part in content)
    return varint(number << 3 | 2) + varint(len(body)) + body


def num(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def node(name: str, op: str) -> bytes:
    return sub(1, sub(1, name), sub(2, op), sub(5, sub(1, "dtype"), sub(2, num(6, 1))))


GRAPH = node("input/x", "Placeholder") + node("y", "Relu") * 300 + sub(4, num(1, 1645))
META_INFO = sub(2, sub(1, sub(1, "Relu"))) + sub(4, "serve") + sub(5, "2.15.0")
META_GRAPH = sub(1, META_INFO) + sub(2, GRAPH)
SAVED_MODEL = num(1, 1) + sub(2, META_GRAPH)
LIBRARY = sub(2, sub(1, sub(1, sub(1, "__inference_f_1")), sub(3, "body")))
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 123456\n"
CHECKPOINT_STATE = 'model_checkpoint_path: "model.ckpt-20"\nall_model_checkpoint_paths: "model.ckpt-10"\n'
PICKLE = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}."
SSTABLE = b"\0" * 30 + b"x" * 10 + bytes.fromhex("57fb808b247547db")


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "content")
    return out.getvalue()


def tarred(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name in names:
            file.addfile(tarfile.TarInfo(name))
    return out.getvalue()


FILES: list[tuple[str, str, bytes | str]] = [
    ("git-lfs-pointer", "saved_model.pb", LFS),
    ("git-lfs-pointer", "variables.data-00000-of-00001", LFS),
    ("git-annex-pointer", "saved_model.pb", "/annex/objects/SHA256E-s31390--f50d7ac4.pb\n"),
    ("dvc-pointer", "model.dvc", "outs:\n- md5: a304afb96060aad90176268345e10355.dir\n  path: model\n"),
    ("html-page", "saved_model.pb", "\n<!DOCTYPE html>\n<html><head><title>Sign in</title>"),
    ("html-page", "saved_model.pb", b"<!-- x -->\n<HTML><body>caf\xe9"),
    ("error-document", "a.pb", "<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"),
    ("error-document", "a.pb", '{"error": {"code": 404, "message": "No such object"}}'),
    ("error-document", "a.pb", "404: Not Found"),
    ("error-document", "a.pb", "Entry not found"),
    ("empty-file", "saved_model.pb", b""),
    ("zero-filled", "saved_model.pb", b"\0" * 100_000),
    ("checkpoint-data", "x.data-00000-of-00001", b"\0" * 10),
    ("savedmodel-truncated", "saved_model.pb", SAVED_MODEL[: len(SAVED_MODEL) // 2]),
    ("savedmodel-truncated", "saved_model.pb", SAVED_MODEL[:-1]),
    ("savedmodel-truncated", "saved_model.pb", SAVED_MODEL[:3]),
    ("savedmodel-damaged", "saved_model.pb", SAVED_MODEL + b"\x00\xff\xff"),
    ("text-mode-damage", "saved_model.pb", SAVED_MODEL.replace(b"\n", b"\r\n")),
    ("text-mode-damage", "saved_model.pb", (SAVED_MODEL + b"\xff" * 20).decode(errors="replace").encode()),
    ("savedmodel-text", "saved_model.pb", "saved_model_schema_version: 1\nmeta_graphs {\n}\n"),
    ("savedmodel-file", "saved_model.pbtxt", "# made by hand\nmeta_graphs {\n}\n"),
    ("savedmodel-file", "saved_model.pb", SAVED_MODEL),
    ("savedmodel-misnamed", "model.pb", SAVED_MODEL),
    ("savedmodel-misnamed", "model.txt", "meta_graphs {\n}\n"),
    ("frozen-graphdef", "frozen.pb", GRAPH),
    ("frozen-graphdef", "saved_model.pb", GRAPH),
    ("frozen-graphdef", "saved_model.pb", LIBRARY),
    ("frozen-graphdef", "g.pb", sub(4, num(1, 1645)) + sub(1, sub(2, "Relu"), sub(1, "y"))),
    ("frozen-graphdef", "saved_model.pb", sub(4, num(1, 1645))),
    ("graphdef-text", "graph.pbtxt", 'node {\n  name: "x"\n  op: "Placeholder"\n}\n'),
    ("metagraph", "model.ckpt-20.meta", META_GRAPH),
    ("metagraph", "saved_model.pb", sub(2, GRAPH)),
    ("metagraph-text", "saved_model.pb", "meta_info_def {\n}\n"),
    ("hlo-module", "m.pb", sub(1, "jit_f") + sub(2, "main.4") + sub(3, sub(1, "main.4"))),
    ("checkpoint-state", "checkpoint", CHECKPOINT_STATE),
    ("checkpoint-data", "m.data-00000-of-00001", b"\x01\x02\x03"),
    ("checkpoint-data", "m.data-00000-of-00001", b"any words"),
    ("checkpoint-index", "m.index", SSTABLE),
    ("serving-config", "models.config", 'model_config_list {\n  config { name: "m" }\n}\n'),
    ("serving-config", "config.pbtxt", 'name: "m"\nplatform: "tensorflow_savedmodel"\n'),
    ("pbtxt-other", "labels.pbtxt", "item {\n  id: 1\n}\n"),
    ("keras-v3", "m.keras", zipped("metadata.json", "config.json", "model.weights.h5")),
    ("hdf5", "m.h5", b"\x89HDF\r\n\x1a\n" + b"\1" * 99 + b"model_config"),
    ("hdf5-weights", "m.weights.h5", b"\x89HDF\r\n\x1a\n" + b"\1" * 99),
    ("tflite", "m.tflite", b"\x1c\0\0\0TFL3" + b"\1" * 9),
    ("onnx", "m.onnx", num(1, 8) + sub(2, "pytorch") + sub(7, sub(1, b"\x0a\x01x")) + sub(8, num(2, 17))),
    ("tfjs", "model.json", '{"format": "graph-model", "modelTopology": {}}'),
    ("coreml", "m.mlmodel", num(1, 4) + sub(2, sub(1, sub(1, "x")), sub(10, sub(1, "y"))) + sub(500, b"")),
    ("tensorrt-plan", "m.plan", b"ftrt\0\0\0\0\1\2\3"),
    ("pytorch", "m.pt", zipped("archive/data.pkl", "archive/version")),
    ("safetensors", "m.safetensors", struct.pack("<Q", 2) + b"{}" + b"\0" * 8),
    ("gguf", "m.gguf", b"GGUF\x03\0\0\0"),
    ("pickle", "m.pkl", PICKLE),
    ("numpy", "m.npy", b"\x93NUMPY\x01\0"),
    ("numpy", "m.npz", zipped("a.npy")),
    ("archive", "m.zip", zipped("m/1/saved_model.pb", "m/1/variables/variables.index")),
    ("archive", "m.tar", tarred("m/readme", "m/1/saved_model.pb")),
    ("archive", "m.tar.gz", gzip.compress(tarred("m/1/saved_model.pb"))),
    ("archive", "saved_model.pb", gzip.compress(SAVED_MODEL)),
    ("archive", "m.tar.bz2", b"BZh91AY&SY\0"),
    ("archive", "m.tar.xz", b"\xfd7zXZ\0\1"),
    ("archive", "m.tar.zst", b"\x28\xb5\x2f\xfd\1"),
    ("archive", "m.7z", b"7z\xbc\xaf\x27\x1c\1"),
    ("base64", "saved_model.pb", "CAESqwEK\n"),
    ("json-text", "a.json", '{"class_name": "Sequential"}'),
    ("xml-text", "a.xml", "<?xml version='1.0'?><net/>"),
    ("text-file", "saved_model.pb", "hello"),
    ("unknown-file", "saved_model.pb", b"\xff\xfe\xfd\0\0\1\2\3\4"),
]


@pytest.mark.parametrize(("kind", "name", "content"), FILES, ids=[f"{kind} {name}" for kind, name, _ in FILES])
def test_file(tmp_path: Path, kind: str, name: str, content: bytes | str) -> None:
    data = content.encode() if isinstance(content, str) else content
    path = tmp_path / name
    path.write_bytes(data)
    found = identify_file(str(path))
    assert found.kind == kind
    assert found.data["certainty"] in ("sure", "likely")
    assert found.title
    assert found.cure
    given = identify_bytes(data[:65536], len(data), name, lambda: data)
    if kind in ("savedmodel-file", "savedmodel-misnamed", "unknown-file"):
        assert given is None
    elif name not in GRAPH_FILES or kind != "savedmodel-file":
        assert given is not None
        assert given.kind == kind


def test_all_kinds_of_files_are_tested() -> None:
    elsewhere = {"broken-link", "unreadable", "special-file", "savedmodel-part", "checkpoint-prefix"}
    assert {kind for kind, _, _ in FILES} | elsewhere == set(artifact.KINDS)


def test_details_and_cures(tmp_path: Path) -> None:
    def look(name: str, content: bytes | str) -> Artifact:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return identify_file(str(path))

    pointer = look("saved_model.pb", LFS)
    assert (pointer.data["oid"], pointer.data["size"]) == ("4d7a2146", 123456)
    assert "git lfs pull --include 'saved_model.*,variables.*'" in pointer.cure
    cut = look("saved_model.pb", SAVED_MODEL[:-7])
    assert cut.data["missing"] == 7
    assert look("frozen.pb", GRAPH).data["placeholders"] == ["input/x"]
    assert "find('input/x:0')" in look("frozen.pb", GRAPH).cure
    assert look("m.zip", zipped("m/1/saved_model.pb")).data["inside"] == "m/1"
    assert look("m.zip", zipped("m/1/saved_model.pb")).cure.endswith("-d m && python -m inspector m/m/1")
    assert look("m.tar", tarred("a", "m/1/saved_model.pb")).data["inside"] == "m/1"
    assert look("saved_model.pb", gzip.compress(SAVED_MODEL)).data["contains"] == "savedmodel-file"
    keras = look("m.keras", zipped("config.json", "metadata.json"))
    assert f"load_model('{tmp_path}/m.keras').export('m')" in keras.cure
    assert look("checkpoint", CHECKPOINT_STATE).data["latest"] == "model.ckpt-20"
    assert look("a.html", "<html><title> Sign\n in </title>").data["page"] == "Sign in"


def test_a_savedmodel_is_nothing_else() -> None:
    backwards = num(1, 1) + sub(2, sub(7, sub(1, b"")) + sub(5, sub(1, "serve")) + sub(2, GRAPH) + sub(1, META_INFO))
    assert identify_bytes(backwards, len(backwards), "saved_model.pb") is None
    big = num(1, 1) + sub(2, META_GRAPH + sub(7, b"\xff" * 200_000))
    for content in (SAVED_MODEL, big, num(1, 1), num(1, 1) + sub(2), SAVED_MODEL + sub(2, META_GRAPH)):
        assert identify_bytes(content[:65536], len(content), "saved_model.pb", lambda c=content: c) is None  # type: ignore[misc]
        assert identify_bytes(content[:65536], len(content), "saved_model.pb") is None


def test_truncation_beyond_the_head_needs_no_more_than_the_head() -> None:
    content = num(1, 1) + sub(2, META_GRAPH + sub(7, b"\xff" * 200_000))
    found = identify_bytes(content[:65536], 150_000, "saved_model.pb")
    assert found is not None
    assert found.kind == "savedmodel-truncated"


def test_beside_a_missing_path(tmp_path: Path) -> None:
    (tmp_path / "m.index").write_bytes(SSTABLE)
    assert identify_file(str(tmp_path / "m")).kind == "checkpoint-prefix"
    (tmp_path / "n.dvc").write_text("outs:\n")
    assert identify_file(str(tmp_path / "n")).kind == "dvc-pointer"
    (tmp_path / "link").symlink_to("nowhere")
    assert identify_file(str(tmp_path / "link")).kind == "broken-link"
    (tmp_path / "loop").symlink_to("loop")
    assert identify_file(str(tmp_path / "loop")).kind == "broken-link"
    for path in (str(tmp_path / "absent"), str(tmp_path), "nul\0"):
        with pytest.raises(OSError):
            identify_file(path)


def test_special_and_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert identify_file(str(tmp_path / "pipe")).kind == "special-file"
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)
        server.bind("socket")
        assert identify_file("socket").kind == "special-file"

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr("builtins.open", refuse)
    assert identify_file(str(tmp_path / "file")).kind == "unreadable"
    monkeypatch.setattr(os, "scandir", refuse)
    found = identify_folder(str(tmp_path))
    assert found is not None
    assert found.kind == "unreadable"


def fill(root: Path, files: dict[str, bytes | str]) -> str:
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(root)


PB: dict[str, bytes | str] = {"saved_model.pb": SAVED_MODEL}
HASH = "0123456789abcdef0123456789abcdef01234567"
# (kind, files, the folder to look at)
FOLDERS: list[tuple[str | None, dict[str, bytes | str], str]] = [
    (None, PB, ""),
    (None, {"saved_model.pbtxt": "meta_graphs {}"}, ""),
    ("serving-base", {"1/saved_model.pb": b"", "00000123/saved_model.pb": b"", "9/readme": b""}, ""),
    ("too-high", {"export/1/saved_model.pb": b""}, ""),
    ("too-high", {"a/b/c/saved_model.pb": b"", "checkpoint": CHECKPOINT_STATE}, ""),
    ("too-low", {**PB, "variables/variables.index": SSTABLE}, "variables"),
    ("too-low", {**PB, "assets.extra/x": b""}, "assets.extra"),
    ("graph-file-in-variables", {"variables/saved_model.pb": b"", "variables/variables.index": b""}, ""),
    ("graph-file-missing", {"variables/variables.index": SSTABLE, "assets/vocab.txt": "a"}, ""),
    ("graph-file-misnamed", {"saved_model (1).pb": SAVED_MODEL, "variables/variables.index": SSTABLE}, ""),
    ("graph-file-misnamed", {"my_graph.pb": SAVED_MODEL}, ""),
    ("graph-file-is-a-folder", {"saved_model.pb/data": b"x"}, ""),
    ("keras-without-graph-file", {"keras_metadata.pb": b"x", "variables/variables.index": SSTABLE}, ""),
    ("cpb-only", {"saved_model.cpb": b"x", "variables/variables.index": SSTABLE}, ""),
    ("hub-cache", {f"{HASH}/variables/": b"", f"{HASH}.descriptor.txt": "Module: x"}, HASH),
    ("hub-cache", {f"{HASH}/": b""}, HASH),
    ("hub-cache", {f"{HASH}.descriptor.txt": "Module: x"}, ""),
    ("mlflow", {"MLmodel": "flavors:\n", "data/model/saved_model.pb": b""}, ""),
    ("mlflow-other", {"MLmodel": "flavors:\n  python_function:\n    env: x\n  sklearn:\n    a: b\n"}, ""),
    ("tfjs", {"model.json": '{"modelTopology": {}}', "group1-shard1of1.bin": b"\1"}, ""),
    ("keras-v3-folder", {"config.json": "{}", "metadata.json": "{}", "model.weights.h5": b"\x89HDF\r\n\x1a\n"}, ""),
    ("coreml", {"Manifest.json": "{}", "Data/com.apple.CoreML/model.mlmodel": b"\1"}, ""),
    ("checkpoint-folder", {"checkpoint": CHECKPOINT_STATE, "model.ckpt-20.index": SSTABLE}, ""),
    ("checkpoint-folder", {"m-2.index": SSTABLE, "m-10.index": SSTABLE, "m-10.meta": META_GRAPH}, ""),
    ("other-model", {"model.keras": zipped("config.json", "metadata.json"), "notes.txt": "x"}, ""),
    ("other-model", {"frozen.pb": GRAPH}, ""),
    ("other-model", {"saved_model.pb.gz": gzip.compress(SAVED_MODEL)}, ""),
    ("empty-folder", {"sub/": b""}, "sub"),
    ("unknown-folder", {"notes.txt": "x"}, ""),
]


@pytest.mark.parametrize(("kind", "files", "at"), FOLDERS)
def test_folder(tmp_path: Path, kind: str | None, files: dict[str, bytes | str], at: str) -> None:
    found = identify_folder(os.path.join(fill(tmp_path, files), at))
    assert (found.kind if found else None) == kind
    if found:
        assert found.title
        assert found.cure
        assert found.data["certainty"] in ("sure", "likely")


def test_all_kinds_of_folders_are_tested() -> None:
    elsewhere = {None, "unreadable", "graph-file-is-a-broken-link"}
    assert {kind for kind, _, _ in FOLDERS} | elsewhere == {None, *folder.KINDS}


def folder_of(path: str | Path) -> Artifact:
    found = identify_folder(str(path))
    assert found is not None
    return found


def test_where_to_look_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"m/1/saved_model.pb": b"", "m/00000123/saved_model.pb": b"", "m/1/variables/variables.index": b""})
    base = folder_of(tmp_path / "m")
    assert base.data["versions"] == [123, 1]
    assert base.data["folders"] == ["00000123", "1"]
    assert base.cure == f"python -m inspector {tmp_path}/m/00000123"
    assert folder_of(tmp_path).data["inside"] == "m/00000123"
    monkeypatch.chdir(tmp_path / "m" / "1" / "variables")
    assert folder_of(".").cure == "python -m inspector .."
    assert identify_file("variables.index").kind == "empty-file"
    Path("variables.index").write_bytes(SSTABLE)
    part = identify_file("variables.index")
    assert (part.kind, part.cure) == ("savedmodel-part", "python -m inspector ..")


def test_versions(tmp_path: Path) -> None:
    fill(tmp_path, {"1/saved_model.pb": b"", "01/saved_model.pb": b"", "10/saved_model.pbtxt": b"", "2/x": b""})
    fill(tmp_path, {"-3/saved_model.pb": b"", f"{'9' * 200}/saved_model.pb": b"", "²/saved_model.pb": b""})
    assert version_folders(str(tmp_path)) == [10, 1]
    assert version_names(str(tmp_path)) == {10: "10", 1: "01"}
    assert version_folders(str(tmp_path / "absent")) == []


def test_links(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to("self")
    assert folder_of(tmp_path).kind == "unknown-folder"
    (tmp_path / "a" / "saved_model.pb").symlink_to("../blobs/gone")
    assert folder_of(tmp_path / "a").kind == "graph-file-is-a-broken-link"
    assert folder_of(tmp_path / "a").data["target"] == "../blobs/gone"


def test_many_entries_are_bounded(tmp_path: Path) -> None:
    for number in range(1_500):
        (tmp_path / f"f{number}").touch()
    assert folder_of(tmp_path).kind == "unknown-folder"
    (tmp_path / "saved_model.pb").touch()
    assert identify_folder(str(tmp_path)) is None


starts = st.sampled_from([b"", *(content.encode() if isinstance(content, str) else content for _, _, content in FILES)])
names = st.sampled_from(sorted({name for _, name, _ in FILES}))


@settings(max_examples=400, deadline=None)
@given(start=starts, cut=st.integers(0, 300), tail=st.binary(max_size=300), name=names, more=st.integers(0, 1 << 33))
def test_any_bytes(start: bytes, cut: int, tail: bytes, name: str, more: int) -> None:
    content = start[:cut] + tail
    for found in (
        identify_bytes(content, len(content), name),
        identify_bytes(content, len(content) + more, name),
        identify_bytes(content[:64], len(content), name, lambda: content),
        identify_bytes(content[:64], len(content) + more, name, lambda: content),
    ):
        assert found is None or found.kind in artifact.KINDS


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_alone(content: bytes) -> None:
    found = identify_bytes(content, len(content), "saved_model.pb")
    assert found is None or found.data["certainty"] in ("sure", "likely")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus here")
def test_real_models() -> None:
    for path in sorted(CORPUS.rglob("saved_model.pb")):
        content = path.read_bytes()
        assert identify_folder(str(path.parent)) is None
        assert identify_bytes(content[:65536], len(content), path.name) is None
        assert identify_file(str(path)).kind == "savedmodel-file", path
        for cut in (len(content) // 2, len(content) - 1) if len(content) > 64 else ():
            found = identify_bytes(content[: min(cut, 65536)], cut, path.name)
            assert found is not None
            assert found.kind == "savedmodel-truncated", path
    for path in sorted(CORPUS.rglob("variables.*")):
        assert identify_file(str(path)).kind == "savedmodel-part", path
