"""The interface of a model in a small text that is kept in git, and a model held against it.

A lock file is JSON, an input, output or accepted call a line, so that a review reads it and a diff of it is short.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.canonical.form import Canonical
from inspector.canonical.intent import read_parameters, read_signature, read_value
from inspector.canonical.interface import Call, End, call_of
from inspector.canonical.ledger import Numbers
from inspector.canonical.specs import Tensor
from inspector.canonical.variables import stored
from inspector.comparison.change import Change
from inspector.comparison.functions import Callable, callable_of, compare_functions
from inspector.comparison.interface import compare_signatures, compare_tags, pair_signatures, pair_tags
from inspector.compatibility import compat
from inspector.differences.difference import CALLERS, CLASSES, worst
from inspector.discovery import expand
from inspector.errors import UsageError
from inspector.hashing import hash_model, refuse_unreadable
from inspector.model.saved_model import open_model
from inspector.named_tuple import NamedTuple

SCHEMA_VERSION = 1


class Interface(NamedTuple):
    """What a lock holds of one MetaGraph."""

    signatures: dict[str, Call]
    functions: dict[str, Callable]


class Lock(NamedTuple):
    """The interface by tags, the digest of the variables' structure, and loader → (oldest, newest) release on cpu."""

    interfaces: dict[str, Interface]
    variables: str
    targets: dict[str, tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/lock_schema.json``."""
        return {
            "lock": SCHEMA_VERSION,
            "meta_graphs": {tags: _interface_dict(one) for tags, one in self.interfaces.items()},
            "variables": self.variables,
            "targets": {loader: {"oldest": old, "newest": new} for loader, (old, new) in self.targets.items()},
        }

    def dumps(self) -> str:
        """The text of the lock file."""
        return _lines(self.as_dict()) + "\n"


def lock_model(path: str | os.PathLike[str]) -> Lock:
    """The lock of a model. Cost: that of ``compat`` on cpu. Raises Unreadable for a model that does not read."""
    top = next(iter(expand(os.fspath(path))))
    model = open_model(top, verify=False)
    refuse_unreadable(model)
    variables = stored(model)
    interfaces = {}
    for meta in sorted(model.meta_graphs, key=lambda meta: meta.tags):
        canonical = Canonical(model, meta, variables, Numbers())
        signatures = {key: call_of(meta, one) for key, one in canonical.signatures.items()}
        functions = {path: callable_of(one) for path, one in sorted(canonical.functions().items())}
        interfaces[", ".join(meta.tags)] = Interface(signatures, functions)
    (matrix,) = compat(top, device="cpu").models
    targets = {}
    for loader in matrix.loaders:
        working = matrix.working(loader, "cpu")
        if working:
            targets[loader] = working[0], working[-1]
    return Lock(interfaces, hash_model(top).variables, targets)


class Held(NamedTuple):
    """A model held against a lock."""

    path: str
    changes: tuple[Change, ...]

    @property
    def worst(self) -> str:
        return worst({change.level for change in self.changes})

    @property
    def breaks(self) -> bool:
        """Whether something of the class "callers" or worse changed."""
        return any(CLASSES.index(change.level) <= CLASSES.index(CALLERS) for change in self.changes)


def check_lock(path: str | os.PathLike[str], file: str | os.PathLike[str]) -> Held:
    """What changed since a lock was written, by the classes of ``diff``. Raises UsageError for a file that is no lock."""
    old, new = read_lock(file), lock_model(path)
    changes = sorted(_compare(old, new), key=lambda change: change.order)
    return Held(os.fspath(path), tuple(changes))


def _compare(old: Lock, new: Lock) -> Iterator[Change]:
    tags = pair_tags(old.interfaces, new.interfaces)
    yield from compare_tags(tags)
    for before, after in tags.same.items():
        one, other = old.interfaces[before], new.interfaces[after]
        yield from compare_signatures(
            one.signatures, other.signatures, pair_signatures(one.signatures, other.signatures)
        )
        yield from compare_functions(one.functions, other.functions)
    if old.variables != new.variables:
        yield Change("DF306", "variables", {})
    for loader, span in old.targets.items():
        if loader not in new.targets:
            yield Change("DF003", loader, {"loader": loader, "old": _span(span), "new": "no release"})
        elif new.targets[loader] != span:
            narrower = _order(new.targets[loader][0]) > _order(span[0]) or _order(new.targets[loader][1]) < _order(
                span[1]
            )
            code = "DF003" if narrower else "DF412"
            yield Change(code, loader, {"loader": loader, "old": _span(span), "new": _span(new.targets[loader])})
    for loader in new.targets.keys() - old.targets.keys():
        yield Change("DF412", loader, {"loader": loader, "old": "no release", "new": _span(new.targets[loader])})


def _span(span: tuple[str, str]) -> str:
    return " – ".join(span)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


# --- the text


def read_lock(file: str | os.PathLike[str]) -> Lock:
    """Read a lock file. Raises UsageError for what is none."""
    try:
        with open(file, encoding="utf-8") as stream:
            document = json.load(stream)
        if document["lock"] != SCHEMA_VERSION:
            raise UsageError(f"{os.fspath(file)} is a lock of version {document['lock']}, known is {SCHEMA_VERSION}")
        interfaces = {tags: _interface(one) for tags, one in document["meta_graphs"].items()}
        targets = {loader: (one["oldest"], one["newest"]) for loader, one in document["targets"].items()}
        return Lock(interfaces, str(document["variables"]), targets)
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{os.fspath(file)} is no lock file: {type(error).__name__}: {error}") from None


def _interface_dict(one: Interface) -> dict[str, Any]:
    signatures = {
        key: {
            "method": call.method,
            "inputs": {name: end.described for name, end in call.inputs.items()},
            "optional": [name for name, end in call.inputs.items() if end.optional],
            "outputs": {name: end.described for name, end in call.outputs.items()},
        }
        for key, call in one.signatures.items()
    }
    functions = {
        path: {
            "arguments": str(function.parameters),
            "calls": {str(takes): returns for takes, returns in function.calls.items()},
        }
        for path, function in one.functions.items()
    }  # fmt: skip
    return {"signatures": signatures, "functions": functions}


def _interface(document: Mapping[str, Any]) -> Interface:
    signatures = {}
    for key, call in document["signatures"].items():
        optional = set(call["optional"])
        inputs = {name: _end(text)._replace(optional=name in optional) for name, text in call["inputs"].items()}
        signatures[key] = Call(inputs, {name: _end(text) for name, text in call["outputs"].items()}, call["method"])
    functions = {}
    for path, one in document["functions"].items():
        calls = {read_signature(text): str(returns) for text, returns in one["calls"].items()}
        functions[path] = Callable(read_parameters(one["arguments"]), calls)
    return Interface(signatures, functions)


def _end(text: str) -> End:
    """``sparse float32[?,4]``"""
    encoding, _, rest = text.rpartition(" ")
    name = rest.partition("[")[0]
    if name.startswith("invalid"):
        return End(name, None, encoding)
    tensor = read_value(rest)
    if not isinstance(tensor, Tensor):
        raise ValueError(f"{text!r} is no tensor")
    return End(name, tensor.shape, encoding)


_FLAT = 100  # characters of a value that stays on one line


def _lines(value: Any, indent: int = 0) -> str:
    """JSON with short values on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or (len(flat) + indent <= _FLAT and not _nested(value)) or not value:
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        items = [
            f"{pad}{json.dumps(name, ensure_ascii=False)}: {_lines(item, indent + 1)}" for name, item in value.items()
        ]
        return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(f"{pad}{_lines(item, indent + 1)}" for item in value) + "\n" + " " * indent + "]"


def _nested(value: Any) -> bool:
    """Whether a value is worth several lines although it is short: the parts of a signature are."""
    return isinstance(value, dict) and any(name in value for name in ("inputs", "signatures", "lock", "calls"))
