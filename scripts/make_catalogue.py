"""Makes inspector/catalogue/ops.bin, the data file of what each TensorFlow release registers.

    python scripts/make_catalogue.py                         rebuild it from the archive, or from itself
    python scripts/make_catalogue.py --check                 exit 1 if it differs from what would be written
    python scripts/make_catalogue.py --add PYTHON            add (or replace) the release installed for PYTHON
    python scripts/make_catalogue.py --compare PYTHON        compare it with the live registry of PYTHON's TensorFlow

The archive (--source) holds ``releases/<version>[-gpu]/oplist.pb``, a serialized tensorflow.OpList as TF_GetAllOpList
returns it, and ``meta.json`` with the #defines of version.h. Builds that only the data file holds are kept, unless
--fresh is given. Without an archive the data file itself is the source. No TensorFlow is needed but for --add and
--compare. Ops of test_ops.txt are left out of all releases: from 2.12 on they belong to the Python layer, before they
sat in the core library, and no model has a use for them. common_ops.txt says which ops come first.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

SCRIPTS = Path(__file__).resolve().parent
ROOT = SCRIPTS.parent
sys.path.insert(0, str(ROOT))

from inspector.catalogue import OpDef, release
from inspector.catalogue.building import Build, Registries, build_file, unpack
from inspector.catalogue.container import Container
from inspector.catalogue.oplist import read_op_list
from inspector.catalogue.registry import DATA_FILE
from inspector.errors import UnknownRelease

ARCHIVE = ROOT.parent / "shared" / "catalogue" / "ops-and-kernels.tar.xz"


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    shipped = Path(DATA_FILE).read_bytes() if Path(DATA_FILE).exists() else b""
    if options.compare and shipped:
        return compare(options.compare)
    registries = gather(options, shipped)
    for python in options.add:
        build, ops = read_live(python)
        registries = {known: old for known, old in registries.items() if known[:2] != build[:2]}
        registries[build] = ops
        print(f"added {spoken(build)}: {len(ops)} ops")
    if not registries:
        print("nothing to build from: no archive, no data file, nothing to add")
        return 1
    data = build_file(registries, listed("common_ops.txt"))
    if options.check:
        return check(shipped, data)
    if data != shipped:
        Path(DATA_FILE).write_bytes(data)
    state = "as before" if data == shipped else "new"
    print(f"{Path(DATA_FILE).name}: {len(registries)} builds, {len(data)} bytes, {state}")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--source", type=Path, default=None, help="the archive (default: the sibling folder's, if any)")
    parser.add_argument("--fresh", action="store_true", help="forget builds that only the data file holds")
    parser.add_argument(
        "--add", metavar="PYTHON", action="append", default=[], help="add that interpreter's TensorFlow"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the data file is not up to date")
    parser.add_argument("--compare", metavar="PYTHON", help="compare with the live registry; exit 1 on a difference")
    return parser.parse_args(arguments)


def gather(options: argparse.Namespace, shipped: bytes) -> Registries:
    """The builds of the data file, replaced by those of the archive where it has them."""
    source: Path | None = options.source or (ARCHIVE if ARCHIVE.exists() else None)
    registries = unpack(shipped) if shipped and not options.fresh else {}
    if source is not None:
        archived = read_archive(source)
        replaced = {build[:2] for build in archived}
        registries = {build: ops for build, ops in registries.items() if build[:2] not in replaced} | archived
    return registries


def read_archive(path: Path) -> Registries:
    """Every build of the archive: two seconds, most of them for xz."""
    parts: dict[str, dict[str, bytes]] = {}
    with tarfile.open(path) as archive:
        for name, file in members(archive):
            folder, _, leaf = name.removeprefix("releases/").partition("/")
            parts.setdefault(folder, {})[leaf] = file.read()
    seen: dict[bytes, OpDef] = {}
    registries: Registries = {}
    for folder, files in parts.items():
        meta = json.loads(files["meta.json"])
        build = make_build(folder.removesuffix("-gpu"), folder.endswith("-gpu"), meta["version_h"])
        registries[build] = kept(read_op_list(files["oplist.pb"], seen))
    return registries


def members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in archive:
        if member.name.startswith("releases/") and member.name.count("/") == 2:
            file = archive.extractfile(member) if member.name.endswith(("/oplist.pb", "/meta.json")) else None
            if file is not None:
                yield member.name, file


def read_live(python: str) -> tuple[Build, dict[str, OpDef]]:
    """What the TensorFlow of another interpreter registers: a child of one or two seconds."""
    command = [python, str(SCRIPTS / "live_registry.py")]
    try:
        child = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SystemExit(f"{python} cannot be run: {error}") from error
    if child.returncode != 0:
        raise SystemExit(f"{python} could not tell its registry: {child.stderr.strip()[-2000:]}")
    answer = json.loads(child.stdout.splitlines()[-1])
    build = make_build(answer["version"], answer["gpu"], answer["version_h"])
    return build, kept(read_op_list(base64.b64decode(answer["op_list"])))


def make_build(version: str, gpu: bool, version_h: dict[str, Any]) -> Build:
    names = [
        f"TF_{kind}_VERSION{suffix}"
        for kind in ("GRAPH_DEF", "CHECKPOINT")
        for suffix in ("", "_MIN_PRODUCER", "_MIN_CONSUMER")
    ]
    return Build(version, gpu, *(int(version_h[name]) for name in names))


def kept(ops: list[OpDef]) -> dict[str, OpDef]:
    left_out = set(listed("test_ops.txt"))
    return {op.name: op for op in ops if op.name not in left_out}


def listed(name: str) -> list[str]:
    """The ops of one of the lists beside this script, without comments."""
    lines = (SCRIPTS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def check(shipped: bytes, data: bytes) -> int:
    """0 if the data file says what would be written. Another zlib may pack the same sections into other bytes."""
    if shipped == data:
        print("the catalogue is up to date")
        return 0
    if shipped and contents(shipped) == contents(data):
        print("the catalogue is up to date (this zlib packs it differently)")
        return 0
    print("the catalogue differs from what make_catalogue.py would write")
    return 1


def contents(data: bytes) -> dict[str, bytes]:
    container = Container(data)
    return {name: container.read(name) for name in container.names()}


def compare(python: str) -> int:
    """Prints how the catalogue and a live registry differ; 0 if they do not, 2 if the catalogue lacks the release."""
    build, live = read_live(python)
    try:
        held = release(build.version, gpu=build.gpu)
    except UnknownRelease as error:
        print(f"{error}; --add {python} adds {spoken(build)}")
        return 2
    known = {name: op for name in held.op_names() if (op := held.op(name)) is not None}
    common = sorted(live.keys() & known.keys())
    numbers = [field for field in Build._fields[2:] if getattr(held, field) != getattr(build, field)]
    differences = [
        *(f"only live: {name}" for name in sorted(live.keys() - known.keys())),
        *(f"only in the catalogue: {name}" for name in sorted(known.keys() - live.keys())),
        *(f"{name}: {told(known[name], live[name])}" for name in common if known[name] != live[name]),
        *(f"{field}: catalogue {getattr(held, field)}, live {getattr(build, field)}" for field in numbers),
    ]
    count = f"{len(differences)} differences" if differences else "no difference"
    print(f"{spoken(build)} live against {held.version} of the catalogue: {len(live)} ops, {count}")
    for line in differences:
        print(f"  {line}")
    return 1 if differences else 0


def told(held: OpDef, live: OpDef) -> str:
    """The fields in which two definitions differ; empty for equal ones."""
    fields = [field for field in OpDef._fields if getattr(held, field) != getattr(live, field)]
    return "; ".join(f"{field}: catalogue {getattr(held, field)}, live {getattr(live, field)}" for field in fields)


def spoken(build: Build) -> str:
    return f"{build.version}{'-gpu' if build.gpu else ''}"


if __name__ == "__main__":
    sys.exit(main())
