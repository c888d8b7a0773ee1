"""The canonical digest of a model: equal for equal models on any machine and in any run."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from inspector.canonical.form import Canonical
from inspector.canonical.interface import interface
from inspector.canonical.ledger import Digests, Token
from inspector.canonical.names import natural
from inspector.canonical.variables import Stored, stored
from inspector.errors import DEFAULT_LIMITS, FormatError, Limits, Unreadable
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.version import VERSION

SCHEMA_VERSION = 1
FORM = "1"  # of the canonical form: digests of different forms are never equal
CRC, SHA256 = "crc", "sha256"
_CHUNK = 1 << 20


class ModelHash(NamedTuple):
    """Digests of a model's parts, and of all together.

    ``graph`` is what signatures, initializers and restored functions compute; ``signatures`` the interface; ``variables``
    their names, dtypes and shapes; ``weights`` the values: "crc:..." made of the checksums in the index, no proof against
    tampering, or "sha256:..." of the bytes; ``assets`` names and contents.
    """

    path: str
    graph: str
    signatures: str
    variables: str
    weights: str
    assets: str

    @property
    def digest(self) -> str:
        """All parts as one. It differs between a "crc" and a "sha256" of the same weights."""
        text = "\n".join((FORM, *self[1:]))
        return f"{FORM}:{hashlib.sha256(text.encode()).hexdigest()}"

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/hash_schema.json``."""
        parts = {name: getattr(self, name) for name in self._fields[1:]}
        model = {"path": self.path, "digest": self.digest, "parts": parts}
        return {"schema_version": SCHEMA_VERSION, "inspector": VERSION, "model": model}


def hash_model(
    path: str | os.PathLike[str],
    *,
    verify: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int], None] | None = None,
) -> ModelHash:
    """The canonical digest of a SavedModel. ``verify`` reads all weights and hashes them with SHA-256.

    Cost: about that of a check without ``verify``; assets are read in any case. Raises UsageError for a path that does
    not exist, Unreadable for a model that does not read.
    """
    model = open_model(path, verify=False, limits=limits)
    refuse_unreadable(model)
    ledger = Digests()
    variables = stored(model)
    graphs: list[Any] = []
    interfaces: list[Any] = []
    for meta in sorted(model.meta_graphs, key=lambda meta: meta.tags):
        canonical = Canonical(model, meta, variables, ledger)
        functions = sorted(canonical.functions().items())
        interfaces.append((meta.tags, interface(canonical)))
        outputs = [
            (key, [done.outputs[name] for name in sorted(done.outputs, key=natural)], done.rest)
            for key in sorted(canonical.signatures)
            for done in (canonical.computed(key),)
        ]
        restored = [
            (path, sorted((str(trace.takes), repr(trace.token)) for trace in one.traces)) for path, one in functions
        ]
        graphs.append((meta.tags, outputs, canonical.initialised(), restored, canonical.gradients()))
    structure = [(name, one.dtype, one.shape) for name, one in sorted(variables.items())]
    try:
        weights, assets = _weights(model, variables, verify, progress), _assets(model)
    except FormatError as error:
        raise Unreadable(f"{model.path} cannot be read: {error}") from None
    return ModelHash(
        os.fspath(path), _text(ledger.note(repr(graphs))), _text(ledger.note(repr(interfaces))),
        _text(ledger.note(repr(structure))), weights, assets,
    )  # fmt: skip


def refuse_unreadable(model: Model) -> None:
    """Raise Unreadable for a model of which a part that counts is not there to be read."""
    why = unread(model) + [f"{gap.where}: {gap.why}" for gap in model.gaps]
    if why:
        raise Unreadable(f"{model.path} cannot be read: {'; '.join(why)}")


def unread(model: Model) -> list[str]:
    """What of a model's files does not read, of those that count: the graph file, and the checkpoint where there is one."""
    found = []
    for fault in model.faults:
        alone = fault.kind == "index-missing" and not fault.data.get("folder")  # a model without variables
        if not alone and fault.kind not in ("both-graph-files", "debug-info-damaged"):
            title, cure = fault.data.get("title"), fault.data.get("cure")
            told = f"it is {title}" if title else f"{fault.kind.replace('-', ' ')}: {fault.file}"
            found.append(f"{told} ({cure})" if cure else told)
    return found


def _text(token: Token) -> str:
    return token.hex() if isinstance(token, bytes) else str(token)


def _weights(model: Model, variables: dict[str, Stored], verify: bool, progress: Callable[[int], None] | None) -> str:
    if not verify:
        told = [(name, one.crc) for name, one in sorted(variables.items())]
        return f"{CRC}:{hashlib.sha256(repr(told).encode()).hexdigest()}"
    bundle = model.bundle
    total = hashlib.sha256()
    done = 0
    for name, one in sorted(variables.items() if bundle is not None else ()):
        total.update(f"{name}\0{one.dtype}\0{one.shape}\0".encode())
        for entry in bundle.pieces(one.key) if bundle is not None else ():
            for chunk in bundle.chunks(entry) if bundle is not None else ():
                total.update(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done)
    return f"{SHA256}:{total.hexdigest()}"


def _assets(model: Model) -> str:
    total = hashlib.sha256()
    for name in sorted(model.assets):
        total.update(f"{name}\0{asset_digest(model, name)}\0".encode())
    return total.hexdigest()


def asset_digest(model: Model, name: str) -> str:
    """SHA-256 of a file below assets/. Raises FormatError where it does not read."""
    total = hashlib.sha256()
    for chunk in _asset_chunks(model, name):
        total.update(chunk)
    return total.hexdigest()


def read_asset(model: Model, name: str) -> bytes:
    """A whole file below assets/. Raises as above."""
    return b"".join(_asset_chunks(model, name))


def _asset_chunks(model: Model, name: str) -> Iterator[bytes]:
    try:
        with open(os.path.join(model.folder, "assets", name), "rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise FormatError("asset-unreadable", f"assets/{name}", error.strerror or str(error)) from None
