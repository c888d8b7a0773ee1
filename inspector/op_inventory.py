"""The ops of a model: how many nodes have each, who owns it, which releases register it, which devices have kernels."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from inspector.catalogue import OpDef, Release, release, releases_with
from inspector.catalogue.kerneldef import DEFAULT_DEVICE
from inspector.discovery import expand
from inspector.errors import DEFAULT_LIMITS, Limits
from inspector.findings import Target
from inspector.model import dtypes
from inspector.model.graph import Form
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.own_ops import NO_OPS, OwnOps
from inspector.targets import choose_targets, judged_releases
from inspector.topology import kernels
from inspector.topology.inspection import Inspection, Share
from inspector.topology.kernels import Unserved
from inspector.version import VERSION

SCHEMA_VERSION = 1
TENSORFLOW, OF_MODEL = "TensorFlow", "a function of the model"
# Whether the target's device has kernels for all nodes of an op.
YES, NO, UNKNOWN, WITH_PYTHON = "yes", "no", "unknown", "with Python"
CPU, GPU, ANY = "CPU", "GPU", "any"
PYTHON = "CPU with Python"  # PyFunc's kernels come with TensorFlow's Python
_PYTHON_ONLY = "a kernel only with Python"
_DEVICES = {kernels.CPU: CPU, kernels.GPU: GPU, DEFAULT_DEVICE: ANY}


class Owner(NamedTuple):
    """Who registers an op: TensorFlow, a package on PyPI, a file of the user's, the model; empty where nobody is known.

    ``hint`` is what to import, or where the op was seen.
    """

    name: str
    hint: str = ""


class OpUse(NamedTuple):
    """One op of a model. ``main`` and ``functions`` count its nodes in main graphs and in functions.

    ``first`` and ``last`` are the judged releases that have it, None where none has. ``deprecation`` is the GraphDef
    version from which on it is refused, and what to use instead. ``devices`` are those with a kernel for the op,
    whatever its attrs (None: not known); ``served`` tells whether the target's device has one for all nodes, and
    ``refused`` why not. ``tf_serving`` tells whether the TensorFlow Serving of the release has the op.
    """

    op: str
    main: int
    functions: int
    owner: Owner
    first: str | None
    last: str | None
    deprecation: tuple[int, str] | None
    devices: tuple[str, ...] | None
    served: str
    refused: tuple[str, ...]
    tf_serving: str

    def as_dict(self) -> dict[str, Any]:
        deprecation = self.deprecation and {"version": self.deprecation[0], "explanation": self.deprecation[1]}
        plain = {**self._asdict(), "owner": self.owner._asdict(), "deprecation": deprecation}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}


class ModelOps:
    """The ops of one model for one target, by name."""

    __slots__ = ("model", "target", "uses")

    def __init__(self, model: Model, target: Target, uses: Iterable[OpUse]) -> None:
        self.model = model
        self.target = target
        self.uses = tuple(uses)

    @property
    def path(self) -> str:
        return self.model.path

    def as_dict(self) -> dict[str, Any]:
        """This model's part of the JSON document."""
        target = {"tensorflow": self.target.tensorflow, "device": self.target.device}
        return {"path": self.path, "target": target, "ops": [use.as_dict() for use in self.uses]}


class OpsReport:
    """What ``list_ops`` returns: one ModelOps a model (a TensorFlow Serving base folder has several)."""

    __slots__ = ("models",)

    def __init__(self, models: Iterable[ModelOps]) -> None:
        self.models = tuple(models)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/ops_schema.json``."""
        models = [model.as_dict() for model in self.models]
        return {"schema_version": SCHEMA_VERSION, "inspector": VERSION, "models": models}


def list_ops(
    path: str | os.PathLike[str],
    *,
    tensorflow: str | None = None,
    device: str = "cpu",
    version: int | None = None,
    own_ops: OwnOps = NO_OPS,
    limits: Limits = DEFAULT_LIMITS,
) -> OpsReport:
    """The ops of a model, or of every version of a TensorFlow Serving base folder.

    Without ``tensorflow`` the installed release is the target, else the newest known. Cost: about 0.1 s. Raises
    UsageError for a path that does not exist, an unknown device or release.
    """
    target = choose_targets(tensorflow, device).targets[0]
    models = [open_model(one, verify=False, limits=limits) for one in expand(os.fspath(path), version)]
    return OpsReport([ModelOps(model, target, _uses(model, target, own_ops)) for model in models])


def _uses(model: Model, target: Target, own_ops: OwnOps) -> Iterator[OpUse]:
    main: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for meta in model.meta_graphs:
        for graph in meta.graphs():
            (functions if graph.function else main).update(kind.op for kind in graph.kinds)
    if not model.meta_graphs:
        return
    it = Inspection(model, target, share=Share(model, own_ops.ops))
    library = {name for meta in model.meta_graphs for name in meta.library.by_name}
    forms: dict[str, list[Form]] = {}
    for form in model.kinds.forms:
        forms.setdefault(form.op, []).append(form)
    for op in sorted({*main, *functions}):
        first, last = _releases(op)
        owner = _owner(op, own_ops, of_tensorflow=first is not None, of_model=op in library)
        served, refused = _served(forms.get(op, []), it)
        yield OpUse(
            op, main[op], functions[op], owner, first, last, _deprecation(op, last, it.release), _devices(op, target),
            served, refused, _in_server(op, it.release),
        )  # fmt: skip


def _releases(op: str) -> tuple[str | None, str | None]:
    """The first and the last judged release of which some build registers an op."""
    known = {*releases_with(op), *releases_with(op, gpu=True)}
    found = [version for version in judged_releases() if version in known]
    return (found[0], found[-1]) if found else (None, None)


def _owner(op: str, own_ops: OwnOps, *, of_tensorflow: bool, of_model: bool) -> Owner:
    """In the order in which a load finds them: core library, what is imported, functions of the model."""
    from inspector.catalogue import companions

    if of_tensorflow:
        return Owner(TENSORFLOW)
    if op in own_ops.sources:
        return Owner(own_ops.sources[op])
    for owner in companions.owners(op):
        return Owner(owner.package or owner.note or owner.provenance, owner.import_statement)
    if of_model:
        return Owner(OF_MODEL)
    for group in companions.groups(op):
        return Owner(TENSORFLOW, group.import_statement or group.kind)
    kin = companions.namespace_owners(op)
    return Owner("", f"other ops of its namespace are of {', '.join(kin)}" if kin else "")


def _deprecation(op: str, last: str | None, target: Release) -> tuple[int, str] | None:
    """As the target tells it; for an op that it does not have, as the last release tells that has it."""
    found: OpDef | None = target.op(op)
    if found is None and last is not None:
        found = release(last).op(op)
    return found.deprecation if found is not None else None


def _devices(op: str, target: Target) -> tuple[str, ...] | None:
    """The devices with a kernel in the target's release; for a package's op those of its wheel; None if not known."""
    from inspector.catalogue import companions

    cpu, gpu = (kernels.build_of(target.tensorflow, device) for device in ("cpu", "gpu"))
    builds = [build for build in (cpu, gpu) if build is not None and build.op(op) is not None]
    if not builds:
        owners = companions.owners(op)
        return owners[0].devices or None if owners else None
    found = {
        _DEVICES[kernel.device]
        for build in builds
        for kernel in build.kernels(op)
        if not kernel.label and kernel.device in _DEVICES and (kernel.device != kernels.GPU or build is gpu)
    }
    if not found and any(build.python_layer_kernels(op) for build in builds):
        return (PYTHON,)
    return tuple(device for device in _DEVICES.values() if device in found)


def _served(forms: Iterable[Form], it: Inspection) -> tuple[str, tuple[str, ...]]:
    """Whether the target's device has a kernel for the nodes of an op, with their attrs."""
    build = kernels.build_of(it.release.version, it.target.device)
    ops = it.meta_views[0].ops
    refused: dict[str, None] = {}
    for form in forms:
        op_def = it.release.op(form.op)
        if build is None or op_def is None:
            return UNKNOWN, ()
        fault = kernels.unserved(form, ops, build, it.target.device)
        if fault is not None:
            refused[_why(fault, op_def)] = None
    if list(refused) == [_PYTHON_ONLY]:
        return WITH_PYTHON, ()
    return (NO, tuple(sorted(refused))) if refused else (YES, ())


def _why(fault: Unserved, op_def: OpDef) -> str:
    """Why no kernel takes a node: "no kernel for T uint16"."""
    types = {attr.name for attr in op_def.attrs if "type" in attr.type}
    if fault.why == kernels.OTHER_ATTRS:
        taken = [f"{name} {_text(value, name in types)}" for name, value, _ in fault.attrs]
        return f"no kernel for {' and '.join(taken) or 'these attrs'}"
    if fault.why == kernels.OTHER_DEVICE:
        return f"kernels only for {', '.join(fault.devices)}"
    return _PYTHON_ONLY if fault.why == kernels.PYTHON_ONLY else "no kernel at all"


def _in_server(op: str, target: Release) -> str:
    """Whether the TensorFlow Serving of a release has an op."""
    from inspector.catalogue.serving_host import built_in, links_unseen

    if target.op(op) is not None:
        return YES
    found = built_in(op, target.version)
    return UNKNOWN if found is None else YES if found or links_unseen(op, target.version) else NO


def _text(value: object, is_type: bool) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_text(one, is_type) for one in value)}]"
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return dtypes.name(value) if is_type and isinstance(value, int) else str(value)
