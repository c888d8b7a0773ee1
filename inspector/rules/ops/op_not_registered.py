from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from inspector.catalogue import near_ops, release, releases_with
from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule
from inspector.topology.ops import OpSet


class OpNotRegistered(KindRule):
    """Node uses an op that the target does not register.

    What it checks: every node's op, in the main graph and in all functions, against the ops of the target's TensorFlow
    release and the functions of the model's own library.

    Why it matters: TensorFlow looks ops up by name when it loads a graph. tf.saved_model.load does so in every function,
    used or not, and stops with "Op type not registered 'MyCustomOp' in binary running on ..."; TensorFlow Serving and
    tf.compat.v1.saved_model.load do so for the main graph and what it reaches.

    How to fix: import the package that registers the op before the load (``import tensorflow_text``,
    ``tf.load_op_library("my_ops.so")``), use a TensorFlow release that has the op, or export the model without it.
    """

    code = "OP001"
    name = "op-not-registered"
    otherwise = ADVICE_WARNING
    names_release = True
    message = "op `{op}` is not registered in TensorFlow {tensorflow}"
    fix = "{cure}"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),)
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = MyCustomOp(x)", expect=("y",)),
        Example("x = Placeholder() {dtype: string}\ny = CaseFoldUTF8(x)", expect=("y",)),
    )

    def widening(self, data: Mapping[str, Any], release: str) -> str:
        if releases_with(data["op"]):
            return f"export the model again without `{data['op']}`, or with TensorFlow {release}"
        return super().widening(data, release)

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        if ops.op(form.op) is None:
            yield {"op": form.op, "tensorflow": "", "cure": _cure(form.op, ops.release.version)}


@lru_cache(maxsize=256)
def _near(op: str) -> tuple[str, ...]:
    """Asked of the newest release, so that it is asked once however many targets there are."""
    return near_ops(op, release("latest"))


def _cure(op: str, tensorflow: str) -> str:
    known = releases_with(op)
    if known:
        return f"load it with a TensorFlow from {known[0]} to {known[-1]}, or export the model again without `{op}`"
    owned = _by_owner(op, tensorflow) or _by_group(op)
    if owned:
        return owned
    cure = f"before the load, import the Python package that registers `{op}`, or tf.load_op_library(...) its library"
    near = _near(op)
    return f"{cure} (the nearest op of TensorFlow is `{near[0]}`)" if near else cure


def _by_owner(op: str, tensorflow: str) -> str:
    """What to install and to import, where it is known who registers the op."""
    from inspector.catalogue import companions

    owners = companions.owners(op)
    if not owners:
        return ""
    owner = owners[0]
    if not owner.package:
        return f"`{op}` is of {owner.note or owner.provenance}: load its library with tf.load_op_library(...)"
    package = companions.package(owner.package)
    fitting = companions.version_for(package, tensorflow) if package is not None else None
    if not owner.extracted:
        then = f"; if it does: {owner.import_statement}  # before the load" if owner.import_statement else ""
        return f"`{op}` was only seen in the source of {owner.package}: see whether its wheel registers it{then}"
    # An op may have left the package since: then its version is the last one that had it.
    if fitting is not None and fitting.version in owner.versions:
        minor = ".".join(fitting.version.split(".")[:2])
        wanted = f'"{owner.package}=={minor}.*"'
    else:
        wanted = f'"{owner.package}=={owner.versions[-1]}", the newest version known to have it'
    return f"pip install {wanted}, then: {owner.import_statement}  # before the load"


def _by_group(op: str) -> str:
    """What registers an op of TensorFlow itself that its core library does not register."""
    from inspector.catalogue import companions

    for group in companions.groups(op):
        span = f" ({group.first} to {group.last})" if group.first else ""
        if group.kind == "contrib or lazy":
            how = f": {group.import_statement}  # before the load" if group.import_statement else ""
            return f"`{op}` is registered by a module of TensorFlow that is loaded when it is imported{span}{how}"
        if group.kind == "gpu build only":
            return f"only GPU builds of TensorFlow register `{op}`{span}: load the model with one"
    return ""
