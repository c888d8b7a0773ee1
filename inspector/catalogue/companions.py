"""Who owns an op that TensorFlow's core library does not register: companion packages, and TensorFlow's own groups of ops.

Read lazily from the data file: 2 ms for the first question of an owner, then a dict lookup; some 60 microseconds for a
block of OpDefs. The packages' OpDefs come from the shared libraries of their released wheels (Linux, x86_64); ops with
``extracted`` false were only seen in public source. ``scripts/make_catalogue.py`` writes the data.
"""

from __future__ import annotations

from inspector.catalogue.container import Container, shipped
from inspector.catalogue.opdef import OpDef
from inspector.catalogue.optable import OpTable
from inspector.named_tuple import NamedTuple

NEAR_SHOWN = 3
COLUMN, ITEM = "\t", ";"


class Owner(NamedTuple):
    """One that registers an op. ``package`` is its name on PyPI, empty where it is not there (``note`` says what it is).

    ``versions`` are those of its wheels in which the op was found, oldest first, and ``devices`` those of its kernels;
    both are empty where the op was not ``extracted`` from a wheel. ``provenance`` says where it was seen.
    """

    package: str
    import_statement: str
    versions: tuple[str, ...]
    devices: tuple[str, ...]
    extracted: bool
    provenance: str
    note: str


class PackageVersion(NamedTuple):
    """One version of a package that was looked at.

    ``tensorflow`` is the release with which its ops were extracted, empty where they were not; ``status`` says why not:
    "loaded", "no custom ops", "not obtained", "not loadable". ``requires`` are its requirements that name TensorFlow.
    """

    version: str
    date: str
    tensorflow: str
    status: str
    requires_python: str
    requires: tuple[str, ...]


class Package(NamedTuple):
    """A companion package: its name on PyPI, what to import before loading, the versions looked at, oldest first.

    ``import_verified``: the statement was run; else it follows from the layout of the package.
    """

    name: str
    import_statement: str
    import_verified: bool
    versions: tuple[PackageVersion, ...]


class Group(NamedTuple):
    """A group of TensorFlow's own ops: the kind, its first and last release, and the import that registers the op.

    ``kind`` is one of "contrib or lazy" (registered when a module is imported), "gpu build only", "internal", "mkl",
    "tpu" and "test"; only the first has an import, and "test" no releases.
    """

    kind: str
    first: str
    last: str
    import_statement: str


class Companions:
    """The companions' sections of a data file."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._owners: dict[str, str] | None = None
        self._owner_lines: list[str] = []
        self._groups: dict[str, tuple[Group, ...]] | None = None
        self._packages: dict[str, Package] | None = None
        self._ops: OpTable | None = None
        self._builds: dict[tuple[str, str], int] = {}

    def owners(self, op: str) -> tuple[Owner, ...]:
        if self._owners is None:
            self._owner_lines = self._container.lines("companions.owners")
            self._owners = dict(line.split(COLUMN) for line in self._container.lines("companions.owned"))
        numbers = self._owners.get(op, "")
        return tuple([read_owner(self._owner_lines[int(number)]) for number in numbers.split()])

    def owned(self) -> tuple[str, ...]:
        self.owners("")
        return tuple(self._owners or ())

    def groups(self) -> dict[str, tuple[Group, ...]]:
        if self._groups is None:
            self._groups = {}
            for line in self._container.lines("companions.groups"):
                op, *columns = (line + COLUMN * 4).split(COLUMN)[:5]
                self._groups[op] = (*self._groups.get(op, ()), Group(*columns))
        return self._groups

    def packages(self) -> dict[str, Package]:
        if self._packages is None:
            text = self._container.read("companions.packages").decode("utf-8")
            found = map(read_package, text.split("\n\n"))
            self._packages = {package.name: package for package in found}
        return self._packages

    def builds(self) -> dict[tuple[str, str], int]:
        self.ops()
        return self._builds

    def ops(self) -> OpTable:
        if self._ops is None:
            lines = self._container.lines("companions.builds")
            self._builds = {(line.split(" ")[0], line.split(" ")[1]): bit for bit, line in enumerate(lines)}
            self._ops = OpTable(self._container, "companions")
        return self._ops


def owners(op: str) -> tuple[Owner, ...]:
    """Who registers an op beside TensorFlow's core library, the likeliest first; empty for an op of nobody known."""
    return _companions().owners(op)


def owned_ops() -> tuple[str, ...]:
    """All ops that some companion owns, sorted."""
    return _companions().owned()


def groups(op: str) -> tuple[Group, ...]:
    """The groups of TensorFlow's own ops that an op belongs to; empty for an ordinary op and for a foreign one."""
    return _companions().groups().get(op, ())


def packages() -> tuple[Package, ...]:
    """The companion packages that were looked at, sorted by name; some of them have no ops of their own."""
    return tuple(_companions().packages().values())


def package(name: str) -> Package | None:
    """The package of a name: as PyPI spells it, with other separators or case, or the name of the module to import.

    Of packages that share a module the one whose newest version is youngest.
    """
    held = _companions().packages()
    wanted = normal(name)
    if wanted in held:
        return held[wanted]
    found = [one for one in held.values() if wanted in map(normal, modules(one.import_statement))]
    return max(found[::-1], key=lambda one: one.versions[-1].date if one.versions else "", default=None)


def near_packages(name: str) -> tuple[str, ...]:
    """What may have been meant by an unknown package name, nearest first: at most three."""
    from difflib import get_close_matches

    return tuple(get_close_matches(normal(name), list(_companions().packages()), n=NEAR_SHOWN, cutoff=0.6))


def registering_modules() -> tuple[str, ...]:
    """The top-level modules that register ops when they are imported, those of the held packages, sorted."""
    held = _companions().packages().values()
    return tuple(sorted({name.partition(".")[0] for one in held for name in modules(one.import_statement)}))


def version_for(package: Package, tensorflow: str) -> PackageVersion | None:
    """The newest held version of a package whose ops were extracted with a TensorFlow of the same minor release."""
    minor = tensorflow.split(".")[:2]
    fitting = [version for version in package.versions if version.tensorflow.split(".")[:2] == minor]
    return fitting[-1] if fitting else None


class Requirement(NamedTuple):
    """What to ask pip for; ``other_tensorflow`` is the TensorFlow that it is made for, empty where it is the wanted one."""

    text: str
    other_tensorflow: str = ""


def requirement_for(owner: Owner, tensorflow: str) -> Requirement:
    """The version of a package that has an op and fits a TensorFlow: "tensorflow-text==2.15.*".

    Where no version for this TensorFlow was looked at, but the package numbers its versions as TensorFlow does and an
    older one has the op, the same numbers; else the first version with the op for a newer TensorFlow, or the last of all.
    """
    held = package(owner.package)
    minor = ".".join(tensorflow.split(".")[:2])
    fitting = version_for(held, tensorflow) if held is not None else None
    if fitting is not None and fitting.version in owner.versions:
        return Requirement(f"{owner.package}=={'.'.join(fitting.version.split('.')[:2])}.*")
    if fitting is None and held is not None and _keeps_step(held):
        had = [v for v in held.versions if v.version in owner.versions and _numbers(v.version) <= _numbers(tensorflow)]
        if had:
            return Requirement(f"{owner.package}=={minor}.*")
    made_for = {v.version: v.tensorflow for v in held.versions} if held is not None else {}
    later = [v for v in owner.versions if _numbers(made_for.get(v, "")) > _numbers(tensorflow)]
    nearest = later[0] if later else owner.versions[-1]
    return Requirement(f"{owner.package}=={nearest}", made_for.get(nearest, ""))


def _keeps_step(package: Package) -> bool:
    """Whether its versions have the numbers of the TensorFlow that they are for."""
    pairs = [(v.version, v.tensorflow) for v in package.versions if v.tensorflow]
    return len(pairs) > 1 and all(_numbers(own)[:2] == _numbers(of)[:2] for own, of in pairs)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def namespace_owners(op: str) -> tuple[str, ...]:
    """The packages that own ops with the same prefix ("Addons>"), sorted; for an op that nobody is known to own."""
    prefix, found, _ = op.partition(">")
    if not found:
        return ()
    start = prefix + found
    kin = (owners(known) for known in owned_ops() if known.startswith(start))
    return tuple(sorted({owner.package for some in kin for owner in some[:1] if owner.package}))


def companion_op(name: str, op: str, version: str = "") -> OpDef | None:
    """The op as a version of a package registers it; without a version, as the newest held version that has it.

    "2.15" is the newest held 2.15.x. None where the package, the version or the op is not held, or was only seen in
    source. Versions that registered the same definition give the same object.
    """
    owner = package(name)
    if owner is None:
        return None
    companions = _companions()
    table, builds = companions.ops(), companions.builds()
    for held in reversed(owner.versions):
        bit = builds.get((owner.name, held.version))
        if bit is None or (version and held.version != version and not held.version.startswith(version + ".")):
            continue
        found = table.op(op, bit)
        if found is not None or version:
            return found
    return None


def companion_ops(name: str, version: str) -> tuple[str, ...]:
    """The ops that one held version of a package registers, sorted; empty where they were not extracted."""
    owner = package(name)
    companions = _companions()
    bit = companions.builds().get((owner.name, version)) if owner is not None else None
    table = companions.ops()
    return () if bit is None else table.op_names(bit)


def normal(name: str) -> str:
    """A package name as PyPI compares it (PEP 503), without a regular expression."""
    for separator in "_.":
        name = name.replace(separator, "-")
    return "-".join(filter(None, name.lower().split("-")))


def modules(statement: str) -> tuple[str, ...]:
    """The modules that an import statement names, each whole and by its first part."""
    words = statement.replace("(", " ").replace(";", " ").split()
    named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("import", "from")]
    return tuple(dict.fromkeys(part for module in named for part in (module, module.split(".")[0])))


def read_owner(line: str) -> Owner:
    """One line of the section companions.owners."""
    package, statement, versions, devices, provenance, note = (line + COLUMN * 5).split(COLUMN)[:6]
    found = tuple(versions.split(ITEM)) if versions else ()
    return Owner(
        package, statement, found, tuple(devices.split(ITEM)) if devices else (), bool(found), provenance, note
    )


def read_package(paragraph: str) -> Package:
    """One paragraph of the section companions.packages: a line for the package, one for each version."""
    head, *versions = paragraph.split("\n")
    name, statement, verified = (head + COLUMN).split(COLUMN)[:3]
    return Package(name, statement, verified == "verified", tuple(map(_read_version, versions)))


def _read_version(line: str) -> PackageVersion:
    version, date, tensorflow, status, requires_python, requires = (line + COLUMN * 5).split(COLUMN)[:6]
    required = tuple(requires.split(ITEM + ITEM)) if requires else ()
    return PackageVersion(version, date, tensorflow, status, requires_python, required)


_opened: Companions | None = None


def _companions() -> Companions:
    global _opened
    if _opened is None:
        _opened = Companions(shipped())
    return _opened
