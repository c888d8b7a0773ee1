"""Merges the registries of many builds into the sections of the data file. No part of the runtime path.

Equal definitions become one variant, equal kernels of an op one kernel; each carries the set of builds that register
it. The same registries and the same list of common ops give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from inspector.catalogue import encoding
from inspector.catalogue.container import Container
from inspector.catalogue.kernelcoding import encode_group, shape_line
from inspector.catalogue.kerneldef import XLA_DEVICE, KernelDef
from inspector.catalogue.kerneltable import PYTHON_LAYER, TEXT_SOURCE, XLA_SOURCE
from inspector.catalogue.opdef import OpDef
from inspector.catalogue.registry import CPU, GPU, Catalogue
from inspector.named_tuple import NamedTuple

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


class Registry(NamedTuple):
    """What one build registers; kernels by op, those of the Python layer apart. The order of kernels says nothing."""

    ops: dict[str, OpDef]
    kernels: dict[str, tuple[KernelDef, ...]]
    python_kernels: dict[str, tuple[KernelDef, ...]]


Registries = dict[Build, Registry]


def unpack(container: Container, without: Collection[tuple[str, bool]] = ()) -> Registries:
    """The builds of a data file with all their ops and kernels, but for those (version, gpu): a second for all."""
    catalogue = Catalogue(container)
    registries: Registries = {}
    for bit in range(len(catalogue.builds)):
        release = catalogue.release(bit)
        if (release.version, release.gpu) in without:
            continue
        build = Build(*(getattr(release, field) for field in Build._fields))
        names = release.op_names()
        registries[build] = Registry(
            {name: op for name in names if (op := release.op(name)) is not None},
            {name: kernels for name in names if (kernels := release.kernels(name))},
            {name: kernels for name in names if (kernels := release.python_layer_kernels(name))},
        )
    return registries


def registry_sections(registries: Mapping[Build, Registry], common: Iterable[str]) -> dict[str, bytes]:
    """The sections for these builds; the ops of ``common`` come first, in that order, and share the first blocks."""
    builds = sorted(registries, key=age)
    registered = {name for build in builds for name in registries[build].ops}
    first = [name for name in dict.fromkeys(common) if name in registered]
    names = first + sorted(registered.difference(first))
    sections = {"builds": lines(map(_build_line, builds))}
    sections |= op_sections("ops", names, [registries[build].ops for build in builds])
    sections |= _kernel_sections(names, [registries[build] for build in builds])
    return sections


def op_sections(prefix: str, names: Sequence[str], registered: Sequence[Mapping[str, OpDef]]) -> dict[str, bytes]:
    """The sections that optable.OpTable reads: the variants of each op, and which of the builds register them."""
    texts: list[str] = []
    masks_of_ops: list[list[int]] = []
    for name in names:
        variants = _variants(name, [ops.get(name) for ops in registered])
        texts.append(encoding.VARIANT.join(variants))
        masks_of_ops.append(list(variants.values()))
    masks = sorted({mask for masks in masks_of_ops for mask in masks})
    number = {mask: str(index) for index, mask in enumerate(masks)}
    return {
        f"{prefix}.names": lines(names),
        f"{prefix}.variants": lines(",".join(number[mask] for mask in masks) for masks in masks_of_ops),
        f"{prefix}.masks": lines(f"{mask:x}" for mask in masks),
        **_block_sections(prefix, texts),
    }


def age(build: Build) -> tuple[list[int], bool, str, bool]:
    """The order of builds: by version number, a release candidate before its release, the CPU build before the GPU's."""
    number, _, candidate = build.version.partition("-")
    return [int(part) for part in number.split(".")], not candidate, candidate, build.gpu


def lines(texts: Iterable[str]) -> bytes:
    """One section of text."""
    return "\n".join(texts).encode("utf-8")


def _variants(name: str, definitions: list[OpDef | None]) -> dict[str, int]:
    """The encoded definitions of one op, in the order in which they appeared, with the builds that have them."""
    variants: dict[str, int] = {}
    texts: dict[int, str] = {}
    for bit, op in enumerate(definitions):
        if op is not None:
            text = texts.get(id(op))
            if text is None:
                text = texts[id(op)] = encoding.encode(op)
                if encoding.decode(name, text) != op:
                    raise ValueError(f"the definition of {name} does not survive its encoding")
            variants[text] = variants.get(text, 0) | 1 << bit
    return variants


def _kernel_sections(names: Sequence[str], builds: Sequence[Registry]) -> dict[str, bytes]:
    """The sections that kerneltable.KernelTable reads."""
    layers = (("", [build.kernels for build in builds]), (PYTHON_LAYER, [build.python_kernels for build in builds]))
    groups_of_ops: list[list[tuple[str, int, list[KernelDef]]]] = []
    masks: set[int] = set()
    shapes: Counter[str] = Counter()
    for name in names:
        groups_of_op: list[tuple[str, int, list[KernelDef]]] = []
        for layer, kernels_of_builds in layers:
            groups = _groups([kernels.get(name, ()) for kernels in kernels_of_builds])
            groups_of_op.extend((layer, mask, kernels) for mask, kernels in sorted(groups.items()))
            masks.update(groups)
            shapes.update(shape_line(kernel) for kernels in groups.values() for kernel in kernels)
        groups_of_ops.append(groups_of_op)
    shape_lines = sorted(shapes, key=lambda line: (-shapes[line], line))
    shape_numbers = {line: number for number, line in enumerate(shape_lines)}
    number = {mask: index for index, mask in enumerate(sorted(masks))}
    texts = [
        encoding.VARIANT.join(
            f"{layer}{number[mask]}{encoding.FIELD}{encode_group(kernels, shape_numbers)}"
            for layer, mask, kernels in groups_of_op
        )
        for groups_of_op in groups_of_ops
    ]
    return {
        "kernels.sources": lines(map(_source, builds)),
        "kernels.masks": lines(f"{mask:x}" for mask in number),
        "kernels.shapes": lines(shape_lines),
        **_block_sections("kernels", texts),
    }


def _groups(kernels_of_builds: list[tuple[KernelDef, ...]]) -> dict[int, list[KernelDef]]:
    """The kernels of one op by the set of builds that register them. What a build registers twice is in two groups."""
    builds_of: dict[tuple[KernelDef, int], int] = {}
    for bit, kernels in enumerate(kernels_of_builds):
        times: Counter[KernelDef] = Counter()
        for kernel in kernels:
            key = kernel, times[kernel]
            builds_of[key] = builds_of.get(key, 0) | 1 << bit
            times[kernel] += 1
    groups: dict[int, list[KernelDef]] = {}
    for (kernel, _), mask in builds_of.items():
        groups.setdefault(mask, []).append(kernel)
    return groups


def _source(build: Registry) -> str:
    """How the kernels of a build became known; those of a listing never name host memory."""
    kernels = [kernel for found in build.kernels.values() for kernel in found]
    text = bool(kernels) and not any(kernel.host_memory for kernel in kernels)
    xla = any(kernel.device == XLA_DEVICE for kernel in kernels)
    return TEXT_SOURCE * text + XLA_SOURCE * xla


def _block_sections(prefix: str, texts: list[str]) -> dict[str, bytes]:
    """The sections that optable.Blocks reads."""
    blocks = list(_blocks(texts))
    sections = {f"{prefix}.blocks": lines(str(start) for start, _ in blocks)}
    for index, (_, block) in enumerate(blocks):
        sections[f"{prefix}.{index}"] = encoding.OP.join(block).encode("latin-1")
    return sections


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
