"""Merges the registries of many builds into the sections of the data file. No part of the runtime path.

Equal definitions become one variant; each variant carries the set of builds that register it. The same registries
and the same list of common ops give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from inspector.catalogue import encoding
from inspector.catalogue.container import Container, pack
from inspector.catalogue.opdef import OpDef
from inspector.catalogue.registry import CPU, GPU, Catalogue

BLOCK_CHARACTERS = 12_000


class Build(NamedTuple):
    """One build of one release: what it is called, and the numbers of its version.h."""

    version: str
    gpu: bool
    graph_def_version: int
    graph_def_min_producer: int
    graph_def_min_consumer: int
    checkpoint_version: int
    checkpoint_min_producer: int
    checkpoint_min_consumer: int


Registries = dict[Build, dict[str, OpDef]]


def unpack(data: bytes) -> Registries:
    """All builds of a data file with all their ops: 50 ms."""
    catalogue = Catalogue(Container(data))
    registries: Registries = {}
    for bit in range(len(catalogue.builds)):
        release = catalogue.release(bit)
        build = Build(*(getattr(release, field) for field in Build._fields))
        found = {name: release.op(name) for name in release.op_names()}
        registries[build] = {name: op for name, op in found.items() if op is not None}
    return registries


def build_file(registries: Mapping[Build, Mapping[str, OpDef]], common: Iterable[str]) -> bytes:
    """The data file for these builds; the ops of ``common`` come first, in that order, and share the first blocks."""
    builds = sorted(registries, key=age)
    registered = {name for build in builds for name in registries[build]}
    first = [name for name in dict.fromkeys(common) if name in registered]
    names = first + sorted(registered.difference(first))
    texts: list[str] = []
    masks_of_ops: list[list[int]] = []
    for name in names:
        variants = _variants(name, [registries[build].get(name) for build in builds])
        texts.append(encoding.VARIANT.join(variants))
        masks_of_ops.append(list(variants.values()))
    masks = sorted({mask for masks in masks_of_ops for mask in masks})
    number = {mask: str(index) for index, mask in enumerate(masks)}
    blocks = list(_blocks(texts))
    sections = {
        "builds": _lines(map(_build_line, builds)),
        "ops.names": _lines(names),
        "ops.variants": _lines(",".join(number[mask] for mask in masks) for masks in masks_of_ops),
        "ops.masks": _lines(f"{mask:x}" for mask in masks),
        "ops.blocks": _lines(str(start) for start, _ in blocks),
    }
    for index, (_, ops) in enumerate(blocks):
        sections[f"ops.{index}"] = encoding.OP.join(ops).encode("latin-1")
    return pack(sections)


def age(build: Build) -> tuple[list[int], bool, str, bool]:
    """The order of builds: by version number, a release candidate before its release, the CPU build before the GPU's."""
    number, _, candidate = build.version.partition("-")
    return [int(part) for part in number.split(".")], not candidate, candidate, build.gpu


def _variants(name: str, definitions: list[OpDef | None]) -> dict[str, int]:
    """The encoded definitions of one op, in the order in which they appeared, with the builds that have them."""
    variants: dict[str, int] = {}
    for bit, op in enumerate(definitions):
        if op is not None:
            text = encoding.encode(op)
            if encoding.decode(name, text) != op:
                raise ValueError(f"the definition of {name} does not survive its encoding")
            variants[text] = variants.get(text, 0) | 1 << bit
    return variants


def _blocks(texts: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The ops cut into blocks of about one size, each with the index of its first op."""
    start, size = 0, 0
    for index, text in enumerate(texts):
        size += len(text)
        if size >= BLOCK_CHARACTERS or index == len(texts) - 1:
            yield start, texts[start : index + 1]
            start, size = index + 1, 0


def _build_line(build: Build) -> str:
    version, gpu, *numbers = build
    return " ".join([version, GPU if gpu else CPU, *map(str, numbers)])


def _lines(lines: Iterable[str]) -> bytes:
    return "\n".join(lines).encode("utf-8")
