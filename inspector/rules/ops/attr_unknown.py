from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inspector.catalogue import AttrDef, release, releases
from inspector.model.graph import Attr, Form
from inspector.rules.rule import ADVICE_NOTE, Example, KindRule
from inspector.topology.ops import OpSet
from inspector.wire.schema import message

# node_def_util.cc ValidateNodeDef refuses an unknown attr up to 2.4 and logs it from 2.5 on: the libraries of 2.3.4 and
# 2.4.4 hold the one message, that of 2.5.3 the other, and loads with 2.4.4 agree.
IGNORED_SINCE = (2, 5)


class AttrUnknown(KindRule):
    """Node has an attr that its op does not know in the target's release.

    What it checks: the attrs of every node against the definition of its op in the target's TensorFlow, names that
    begin with "_" left out; and whether another release knows the attr, and has the node's value as its default.

    Why it matters: a newer TensorFlow wrote the node. TensorFlow 2.12 to 2.21 log "NodeDef mentions attribute ... which
    is not in the op definition" and ignore it: with the newer release's default nothing changes, with another value
    the op computes something else than where it was saved. TensorFlow 1 refuses the model: "NodeDef mentions attr 'X'
    not in Op<...>".

    How to fix: load the model with the release that knows the attr, or export it with
    ``tf.saved_model.save(..., options=...)`` from the release that is to load it; V1: ``strip_default_attrs=True``.
    """

    code = "OP005"
    name = "attr-unknown"
    otherwise = ADVICE_NOTE
    needs = ("attrs unknown",)
    names_release = True
    message = "op `{op}` has no attr `{attr}` in TensorFlow {tensorflow}, which {does} it{meaning}"
    fix = "{cure}"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),
        Example('x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _class: ["loc:@x"]}'),
    )
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, slope: 3}", expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = MatMul(x, x) {T: float32, grad_a: true}", expect=("y",),
                target="2.12"),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32, slope: 3}",
            expect=("y",),
        ),
    )  # fmt: skip

    def widening(self, data: Mapping[str, Any], release: str) -> str:
        if data["does"] == "refuses":
            return f"export the model with TensorFlow {release} or older, whose `{data['op']}` has no `{data['attr']}`"
        return super().widening(data, release)

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        op_def = ops.registered(form.op)
        if op_def is None:
            return
        known = {attr.name for attr in op_def.attrs}
        for name, attr in form.attrs.items():
            if name not in known and not name.startswith("_"):
                yield _data(form.op, attr, ops.release.version)


def _data(op: str, attr: Attr, tensorflow: str) -> dict[str, Any]:
    major, minor = tensorflow.split(".")[:2]
    if (int(major), int(minor)) < IGNORED_SINCE:
        since = ".".join(map(str, IGNORED_SINCE))
        cure = f"load the model with TensorFlow {since} or newer, which ignores `{attr.name}`, or export it with an older one"
        return {**_words(op, attr), "does": "refuses", "meaning": "", "cure": cure}
    return {**_words(op, attr), "does": "ignores"}


def _words(op: str, attr: Attr) -> dict[str, Any]:
    knowing = [version for version in releases() if _definition(op, attr.name, version) is not None]
    data = {"op": op, "attr": attr.name, "tensorflow": "", "since": knowing[0] if knowing else ""}
    if not knowing:
        cure = f"remove `{attr.name}` from the node, or load the model with the TensorFlow that saved it"
        return {**data, "is_default": None, "meaning": "", "cure": cure}
    definition = _definition(op, attr.name, knowing[-1])
    assert definition is not None
    parse = message("AttrValue").FromString
    if definition.default is not None and parse(definition.default) == attr.proto:
        meaning = f"; the value is the default of TensorFlow {knowing[0]}: nothing changes"
        return {**data, "is_default": True, "meaning": meaning, "cure": "nothing to do"}
    meaning = f"; TensorFlow {knowing[0]} knows it, and the value is not its default: the result may differ"
    cure = f"load the model with TensorFlow {knowing[0]} or another release that knows `{attr.name}`"
    return {**data, "is_default": False, "meaning": meaning, "cure": cure}


def _definition(op: str, attr: str, version: str) -> AttrDef | None:
    op_def = release(version).op(op)
    return None if op_def is None else next((a for a in op_def.attrs if a.name == attr), None)
