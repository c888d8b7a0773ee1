"""Makes inspector/catalogue/ops.bin, the data file of what each TensorFlow release registers.

    python scripts/make_catalogue.py                         rebuild it from the archive, or from itself
    python scripts/make_catalogue.py --check                 exit 1 if it differs from what would be written
    python scripts/make_catalogue.py --add PYTHON            add (or replace) the release installed for PYTHON
    python scripts/make_catalogue.py --compare PYTHON        compare it with the live registry of PYTHON's TensorFlow
    python scripts/make_catalogue.py --released 2.15.1       the same with a wheel from PyPI, in a throw-away environment

The archive (--source) holds ``releases/<version>[-gpu]/oplist.pb``, a serialized tensorflow.OpList as TF_GetAllOpList
returns it, ``kernels.pb``, a tensorflow.KernelList as TF_GetAllRegisteredKernels returns it, ``kernels_pylayer.pb`` and
``kernels_xla.pb``, those that only `import tensorflow` or XLA's compiler add, and ``meta.json`` with the #defines of
version.h; further ``companions/<package>-<version>/*.pb``, OpLists. ``companions.json`` lies beside it. Builds that only the
data file holds are kept, unless --fresh is given. Without an archive the data file itself is the source. No TensorFlow
is needed but for --add, --compare and --released. Ops of test_ops.txt are left out of all releases: from 2.12 on they
belong to the Python layer, before they sat in the core library, and no model has a use for them; so are kernels of ops
that are not registered. common_ops.txt says which ops come first.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

SCRIPTS = Path(__file__).resolve().parent
ROOT = SCRIPTS.parent
sys.path.insert(0, str(ROOT))

from inspector.catalogue import OpDef, release
from inspector.catalogue.building import Build, Registries, Registry, registry_sections, unpack
from inspector.catalogue.companion_building import Knowledge, companion_sections, read_companions, unpack_companions
from inspector.catalogue.container import DATA_FILE, Container, pack
from inspector.catalogue.kerneldef import XLA_DEVICE, KernelDef
from inspector.catalogue.kernellist import read_kernel_list
from inspector.catalogue.oplist import read_op_list
from inspector.errors import UnknownRelease

ARCHIVE = ROOT.parent / "shared" / "catalogue" / "ops-and-kernels.tar.xz"
EMPTY = pack({"builds": b""})
LEAVES = ("oplist.pb", "meta.json", "kernels.pb", "kernels_pylayer.pb", "kernels_xla.pb")
# Their kernels are the Python layer's in every release (python/lib/core/py_func.cc); up to 2.11 its one library held both.
PYTHON_OPS = frozenset({"EagerPyFunc", "PyFunc", "PyFuncStateless"})

Kernels = dict[str, tuple[KernelDef, ...]]


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    shipped = Path(DATA_FILE).read_bytes() if Path(DATA_FILE).exists() else b""
    if shipped and (options.compare or options.released):
        return max([compare(python) for python in options.compare] + [compare_released(v) for v in options.released])
    registries, knowledge = gather(options, shipped)
    for python in options.add:
        build, live = read_live(python)
        registries = {known: old for known, old in registries.items() if known[:2] != build[:2]}
        registries[build] = live
        print(f"added {spoken(build)}: {told(live)}")
    if not registries:
        print("nothing to build from: no archive, no data file, nothing to add")
        return 1
    data = pack(registry_sections(registries, listed("common_ops.txt")) | companion_sections(knowledge))
    if options.check:
        return check(shipped, data)
    if data != shipped:
        Path(DATA_FILE).write_bytes(data)
    state = "as before" if data == shipped else "new"
    print(
        f"{Path(DATA_FILE).name}: {len(registries)} builds, {len(knowledge.packages)} packages, {len(data)} bytes, {state}"
    )
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--source", type=Path, default=None, help="the archive (default: the sibling folder's, if any)")
    add("--fresh", action="store_true", help="forget builds that only the data file holds")
    add("--add", metavar="PYTHON", action="append", default=[], help="add that interpreter's TensorFlow")
    add("--check", action="store_true", help="write nothing; exit 1 if the data file is not up to date")
    add(
        "--compare",
        metavar="PYTHON",
        nargs="+",
        default=[],
        help="compare with live registries; exit 1 on a difference",
    )
    add("--released", metavar="VERSION", nargs="+", default=[], help="install tensorflow-cpu==VERSION and compare")
    return parser.parse_args(arguments)


def gather(options: argparse.Namespace, shipped: bytes) -> tuple[Registries, Knowledge]:
    """The builds and companions of the data file, replaced by those of the archive where it has them."""
    source: Path | None = options.source or (ARCHIVE if ARCHIVE.exists() else None)
    held = Container(shipped or EMPTY)
    folders = read_archive(source) if source is not None else {}
    registries = read_releases(folders)
    if shipped and not options.fresh:
        registries |= unpack(held, without={build[:2] for build in registries})
    document = source.parent / "companions.json" if source is not None else None
    if document is not None and document.exists():
        return registries, read_companions(json.loads(document.read_bytes()), read_companion_ops(folders))
    return registries, unpack_companions(held)


def read_archive(path: Path) -> dict[tuple[str, str], dict[str, bytes]]:
    """The files of the archive by the folder ("releases" or "companions", and what in it) that they lie in."""
    folders: dict[tuple[str, str], dict[str, bytes]] = {}
    with tarfile.open(path) as archive:
        for name, file in members(archive):
            kind, folder, leaf = name.split("/")
            folders.setdefault((kind, folder), {})[leaf] = file.read()
    return folders


def members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in archive:
        kind, *rest = member.name.split("/")
        if len(rest) == 2 and (kind == "companions" or (kind == "releases" and rest[1] in LEAVES)):
            file = archive.extractfile(member)
            if file is not None:
                yield member.name, file


def read_releases(folders: dict[tuple[str, str], dict[str, bytes]]) -> Registries:
    seen: dict[bytes, OpDef] = {}
    seen_kernels: dict[bytes, KernelDef] = {}
    registries: Registries = {}
    for (kind, folder), files in folders.items():
        if kind == "releases":
            core, python, xla = (read_kernel_list(files.get(leaf, b""), seen_kernels) for leaf in LEAVES[2:])
            core += [kernel for kernel in xla if kernel.device == XLA_DEVICE]
            meta = json.loads(files["meta.json"])
            build = make_build(folder.removesuffix("-gpu"), folder.endswith("-gpu"), meta["version_h"])
            registries[build] = make_registry(read_op_list(files["oplist.pb"], seen), core, python)
    return registries


def read_companion_ops(folders: dict[tuple[str, str], dict[str, bytes]]) -> dict[tuple[str, str], dict[str, OpDef]]:
    """The ops of each version of a package; of libraries that register the same op the last by name counts."""
    seen: dict[bytes, OpDef] = {}
    found: dict[tuple[str, str], dict[str, OpDef]] = {}
    for (kind, folder), files in folders.items():
        if kind == "companions":
            package, _, version = folder.rpartition("-")
            lists = [read_op_list(files[leaf], seen) for leaf in sorted(files)]
            found[package, version] = {op.name: op for ops in lists for op in ops}
    return found


def read_live(python: str) -> tuple[Build, Registry]:
    """What the TensorFlow of another interpreter registers: two children, some ten seconds."""
    core, imported = ask(python), ask(python, "imported")
    build = make_build(core["version"], core["gpu"], core["version_h"])
    kernels, after = (read_kernel_list(base64.b64decode(answer["kernel_list"])) for answer in (core, imported))
    added = Counter(after) - Counter(kernels)
    return build, make_registry(read_op_list(base64.b64decode(core["op_list"])), kernels, list(added.elements()))


def ask(python: str, *arguments: str) -> dict[str, Any]:
    """The answer of one run of live_registry.py."""
    command = [python, str(SCRIPTS / "live_registry.py"), *arguments]
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    try:
        child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SystemExit(f"{python} cannot be run: {error}") from error
    if child.returncode != 0:
        raise SystemExit(f"{python} could not tell its registry: {child.stderr.strip()[-2000:]}")
    answer: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return answer


def make_build(version: str, gpu: bool, version_h: dict[str, Any]) -> Build:
    names = [
        f"TF_{kind}_VERSION{suffix}"
        for kind in ("GRAPH_DEF", "CHECKPOINT")
        for suffix in ("", "_MIN_PRODUCER", "_MIN_CONSUMER")
    ]
    return Build(version, gpu, *(int(version_h[name]) for name in names))


def make_registry(ops: list[OpDef], core: list[KernelDef], python: list[KernelDef]) -> Registry:
    left_out = set(listed("test_ops.txt"))
    kept = {op.name: op for op in ops if op.name not in left_out}
    ours = [kernel for kernel in core if kernel.op not in PYTHON_OPS]
    theirs = python + [kernel for kernel in core if kernel.op in PYTHON_OPS]
    return Registry(kept, by_op(ours, kept), by_op(theirs, kept))


def by_op(kernels: Iterable[KernelDef], ops: dict[str, OpDef]) -> Kernels:
    found: dict[str, list[KernelDef]] = {}
    for kernel in kernels:
        if kernel.op in ops:
            found.setdefault(kernel.op, []).append(kernel)
    return {op: tuple(members) for op, members in found.items()}


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


def compare_released(version: str) -> int:
    """Compares with the registry of a released wheel, in an environment that is gone afterwards: 250 MB to download."""
    with tempfile.TemporaryDirectory(prefix="catalogue-check-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        command = [
            python,
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            f"tensorflow-cpu=={version}",
        ]
        if subprocess.run(command, check=False).returncode != 0:
            print(f"tensorflow-cpu=={version} cannot be installed for Python {sys.version.split()[0]}")
            return 2
        return compare(python)


def compare(python: str) -> int:
    """Prints how the catalogue and a live registry differ; 0 if they do not, 2 if the catalogue lacks the release.

    XLA's kernels are not compared: they are registered when its compiler is first used.
    """
    build, live = read_live(python)
    try:
        held = release(build.version, gpu=build.gpu)
    except UnknownRelease as error:
        print(f"{error}; --add {python} adds {spoken(build)}")
        return 2
    names = held.op_names()
    known = {name: op for name in names if (op := held.op(name)) is not None}
    common = sorted(live.ops.keys() & known.keys())
    numbers = [field for field in Build._fields[2:] if getattr(held, field) != getattr(build, field)]
    differences = [
        *(f"only live: {name}" for name in sorted(live.ops.keys() - known.keys())),
        *(f"only in the catalogue: {name}" for name in sorted(known.keys() - live.ops.keys())),
        *(f"{name}: {fields_told(known[name], live.ops[name])}" for name in common if known[name] != live.ops[name]),
        *(f"{field}: catalogue {getattr(held, field)}, live {getattr(build, field)}" for field in numbers),
        *kernel_differences("", {op: held.kernels(op) for op in names}, live.kernels),
        *kernel_differences("Python layer, ", {op: held.python_layer_kernels(op) for op in names}, live.python_kernels),
    ]
    count = f"{len(differences)} differences" if differences else "no difference"
    print(f"{spoken(build)} live against {held.version} of the catalogue: {told(live)}, {count}")
    for line in differences:
        print(f"  {line}")
    return 1 if differences else 0


def kernel_differences(where: str, held: Kernels, live: Kernels) -> Iterator[str]:
    """The kernels that only one side has, XLA's apart."""
    sides = [
        Counter(kernel for members in side.values() for kernel in members if kernel.device != XLA_DEVICE)
        for side in (held, live)
    ]
    for words, only in (("only in the catalogue", sides[0] - sides[1]), ("only live", sides[1] - sides[0])):
        yield from (f"{where}kernel {words}: {kernel}" for kernel in sorted(only.elements(), key=repr))


def fields_told(held: OpDef, live: OpDef) -> str:
    """The fields in which two definitions differ; empty for equal ones."""
    fields = [field for field in OpDef._fields if getattr(held, field) != getattr(live, field)]
    return "; ".join(f"{field}: catalogue {getattr(held, field)}, live {getattr(live, field)}" for field in fields)


def told(registry: Registry) -> str:
    kernels, python = (sum(map(len, kernels.values())) for kernels in registry[1:])
    return f"{len(registry.ops)} ops, {kernels} kernels and {python} of the Python layer"


def spoken(build: Build) -> str:
    return f"{build.version}{'-gpu' if build.gpu else ''}"


if __name__ == "__main__":
    sys.exit(main())
