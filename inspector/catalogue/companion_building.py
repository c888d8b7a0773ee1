"""Writes the companions' sections of the data file. No part of the runtime path.

``companions.json`` has three parts: ``packages`` (import statement, versions and their ops), ``ops`` (op → owners, each with its
provenance) and ``tf_groups`` (groups of TensorFlow's own ops). OpDefs of the packages come beside it as OpLists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.catalogue.building import lines, op_sections
from inspector.catalogue.companions import COLUMN, ITEM, Companions, Group, Owner, Package, PackageVersion
from inspector.catalogue.container import Container
from inspector.catalogue.opdef import OpDef
from inspector.named_tuple import NamedTuple

# The keys of tf_groups and what companions.Group calls them.
KINDS = {
    "contrib_and_lazy_ops": "contrib or lazy",
    "gpu_build_only_ops": "gpu build only",
    "internal_underscore_ops_first_last": "internal",
    "mkl_ops_first_last": "mkl",
    "tpu_ops_first_last": "tpu",
    "python_layer_test_ops_(registered by `import tensorflow` only)": "test",
}
# Families of packages, by the one that stands for them.
FAMILIES = {
    "hybridbackend-tf115-*": "hybridbackend-tf115-cpu",
    "nvidia-dali-tf-plugin-cuda1x0": "nvidia-dali-tf-plugin-cuda120",
}
EXTRACTED = "OpDef extracted"
PYPI_NAME = re.compile(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*")


class Knowledge(NamedTuple):
    """All that is known of companion packages. ``ops`` are the OpDefs of one version of a package."""

    packages: tuple[Package, ...]
    owners: dict[str, tuple[Owner, ...]]
    groups: dict[str, tuple[Group, ...]]
    ops: dict[tuple[str, str], dict[str, OpDef]]


NOTHING = Knowledge((), {}, {}, {})


def unpack_companions(container: Container) -> Knowledge:
    """The companions of a data file."""
    if "companions.packages" not in container.names():
        return NOTHING
    companions = Companions(container)
    table = companions.ops()
    ops = {
        build: {name: op for name in table.op_names(bit) if (op := table.op(name, bit)) is not None}
        for build, bit in companions.builds().items()
    }
    owners = {op: companions.owners(op) for op in companions.owned()}
    return Knowledge(tuple(companions.packages().values()), owners, companions.groups(), ops)


def read_companions(document: Mapping[str, Any], ops: dict[tuple[str, str], dict[str, OpDef]]) -> Knowledge:
    """The knowledge of a companions.json, with the OpDefs of (package, version) beside it."""
    packages = tuple(_package(name, told) for name, told in sorted(document["packages"].items()))
    owners = {op: _owners(told) for op, told in sorted(document["ops"].items())}
    groups: dict[str, tuple[Group, ...]] = {}
    for key, kind in KINDS.items():
        members = document["tf_groups"][key]
        for op in sorted(members):
            told = members[op] if isinstance(members, dict) else {}
            groups[op] = (*groups.get(op, ()), _group(kind, told))
    return Knowledge(packages, owners, dict(sorted(groups.items())), ops)


def companion_sections(knowledge: Knowledge) -> dict[str, bytes]:
    """The sections that companions.Companions reads."""
    owner_lines: dict[str, int] = {}
    owned = []
    for op, owners in sorted(knowledge.owners.items()):
        numbers = [str(owner_lines.setdefault(_owner_line(owner), len(owner_lines))) for owner in owners]
        owned.append(op + COLUMN + " ".join(numbers))
    builds = sorted(knowledge.ops, key=lambda build: (build[0], version_order(build[1])))
    names = sorted({name for ops in knowledge.ops.values() for name in ops})
    return {
        "companions.packages": "\n\n".join(map(_package_paragraph, knowledge.packages)).encode("utf-8"),
        "companions.owners": lines(owner_lines),
        "companions.owned": lines(owned),
        "companions.groups": lines(
            _columns(op, *group) for op, groups in sorted(knowledge.groups.items()) for group in groups
        ),
        "companions.builds": lines(" ".join(build) for build in builds),
        **op_sections("companions", names, [knowledge.ops[build] for build in builds]),
    }


def version_order(version: str) -> tuple[list[tuple[int, str]], str]:
    """The order of a package's versions: by their numbers, "2.10" after "2.9"."""
    parts = [(int(part), "") if part.isdigit() else (-1, part) for part in version.split(".")]
    return parts, version


def _package(name: str, told: Mapping[str, Any]) -> Package:
    versions = sorted(told["versions"].items(), key=lambda item: version_order(item[0]))
    return Package(
        name,
        told["import"],
        told["import_verified"],
        tuple(
            PackageVersion(
                version,
                known["date"] or "",
                known["tf_used"] or "",
                _public(known["status"]),
                known["requires_python"] or "",
                tuple(known["requires_tf"]),
            )
            for version, known in versions
        ),
    )


def _owners(told: Iterable[Mapping[str, Any]]) -> tuple[Owner, ...]:
    """The owners of one op, the likeliest first: extracted ones, then those that had it in the most versions."""
    owners = [_owner(one) for one in told]
    return tuple(sorted(owners, key=lambda owner: (not owner.extracted, -len(owner.versions), owner.package)))


def _owner(told: Mapping[str, Any]) -> Owner:
    package = FAMILIES.get(told["package"], told["package"])
    note = _public(told.get("note") or "")
    if not PYPI_NAME.fullmatch(package):
        what = package[1:-1] if package.startswith("(") and package.endswith(")") else package
        note = "; ".join(filter(None, (what.removeprefix("none: "), note)))
        package = ""
    extracted = told["provenance"].endswith(EXTRACTED)
    versions = tuple(sorted(told["versions"], key=version_order)) if extracted else ()
    provenance = "wheel" if extracted else _public(told["provenance"])
    return Owner(package, told["import"], versions, tuple(told["devices"]), extracted, provenance, note)


def _group(kind: str, told: Any) -> Group:
    """A group from one of its three forms: first and last release; all releases and an import; nothing."""
    if isinstance(told, list):
        return Group(kind, told[0], told[-1], "")
    releases = told.get("tf_versions") or [""]
    return Group(kind, releases[0], releases[-1], told.get("import", ""))


def _public(text: str) -> str:
    """A remark, without what says how the search went."""
    for private in (" (find_string)", " here"):
        text = text.replace(private, "")
    return text


def _owner_line(owner: Owner) -> str:
    versions, devices = ITEM.join(owner.versions), ITEM.join(owner.devices)
    return _columns(owner.package, owner.import_statement, versions, devices, owner.provenance, owner.note)


def _package_paragraph(package: Package) -> str:
    head = _columns(package.name, package.import_statement, "verified" if package.import_verified else "")
    return "\n".join(
        [head, *(_columns(*version[:-1], (ITEM * 2).join(version.requires)) for version in package.versions)]
    )


def _columns(*columns: str) -> str:
    return COLUMN.join(columns).rstrip(COLUMN)
