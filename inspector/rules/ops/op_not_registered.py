from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from inspector.catalogue import near_ops, release, releases_with
from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule
from inspector.topology.ops import OpSet

_TEACH = "--op-library my_ops.so or --op-list ops.pbtxt teaches the inspector ops of your own"


class OpNotRegistered(KindRule):
    """Node uses an op that the target does not register.

    What it checks: every node's op, in the main graph and in all functions, against the ops of the target's TensorFlow
    release, of the user's own (--op-library, --op-list) and the functions of the model's own library. Where Python
    loads, the ops of packages that are imported before the load count too (--with); with --host tf-serving the loader
    `serving` has those that the TensorFlow Serving binary links: tensorflow-text and, from 2.11 on, what decision
    forests need for inference.

    Why it matters: TensorFlow looks ops up by name when it loads a graph. tf.saved_model.load does so in every function,
    used or not, and stops with "Op type not registered 'MyCustomOp' in binary running on ..."; TensorFlow Serving and
    tf.compat.v1.saved_model.load do so for the main graph and what it reaches.

    How to fix: import the package that registers the op before the load (``import tensorflow_text``,
    ``tf.load_op_library("my_ops.so")``), in the version that is made for the target's TensorFlow; use a TensorFlow
    release that has the op; or export the model without it. A TensorFlow Serving imports nothing: what it does not have
    built in must be compiled into it.
    """

    code = "OP001"
    name = "op-not-registered"
    otherwise = ADVICE_WARNING
    needs = ("unregistered op",)
    names_release = True
    message = "op `{op}` is not registered in {registry} {tensorflow}"
    fix = "{cure}"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),)
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = MyCustomOp(x)", expect=("y",)),
        Example("x = Placeholder() {dtype: string}\ny = CaseFoldUTF8(x)", expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = Addons>NoSuchOp(x)", expect=("y",)),
    )

    def widening(self, data: Mapping[str, Any], release: str) -> str:
        if releases_with(data["op"]):
            return f"export the model again without `{data['op']}`, or with TensorFlow {release}"
        return super().widening(data, release)

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        if ops.op(form.op) is None and not ops.knows(form.op):
            version = ops.release.version
            how = _cure_for_server(form.op, version) if ops.serves else cure(form.op, version)
            registry = "TensorFlow Serving" if ops.serves else "TensorFlow"
            yield {"op": form.op, "registry": registry, "tensorflow": "", "cure": how}


@lru_cache(maxsize=256)
def _near(op: str) -> tuple[str, ...]:
    """Asked of the newest release, so that it is asked once however many targets there are."""
    return near_ops(op, release("latest"))


def cure(op: str, tensorflow: str) -> str:
    """What to do about an op that a release does not register: another release, a package, a library."""
    return _by_release(op) or _by_owner(op, tensorflow) or _by_group(op) or _by_name(op)


def _by_release(op: str) -> str:
    known = releases_with(op)
    if not known:
        return ""
    return f"load it with a TensorFlow from {known[0]} to {known[-1]}, or export the model again without `{op}`"


def _by_owner(op: str, tensorflow: str) -> str:
    """What to install and to import, where it is known who registers the op."""
    from inspector.catalogue import companions

    owners = companions.owners(op)
    if not owners:
        return ""
    owner = owners[0]
    if not owner.package:
        return f"`{op}` is of {owner.note or owner.provenance}: load its library with tf.load_op_library(...)"
    if not owner.extracted:
        then = f"; if it does: {owner.import_statement}  # before the load" if owner.import_statement else ""
        return f"`{op}` was only seen in the source of {owner.package}: see whether its wheel registers it{then}"
    wanted = companions.requirement_for(owner, tensorflow)
    beside = f", which has it and is made for TensorFlow {wanted.other_tensorflow}" if wanted.other_tensorflow else ""
    then = f"then: {owner.import_statement}  # before the load"
    without_python = f"{_in_server(op, tensorflow)}, a program on the C API needs TF_LoadLibrary"
    return f'`{op}` is of {owner.package}: pip install "{wanted.text}"{beside}, {then}; {without_python}'


def _in_server(op: str, tensorflow: str) -> str:
    from inspector.catalogue.serving_host import built_in

    has = {True: "has", False: "does not have", None: "may have"}[built_in(op, tensorflow)]
    return f"TensorFlow Serving {'.'.join(tensorflow.split('.')[:2])} {has} it built in"


def _cure_for_server(op: str, tensorflow: str) -> str:
    """A server imports nothing: an op of a package must be compiled into it, or the server be another one."""
    from inspector.catalogue import companions
    from inspector.catalogue.serving_host import built_in

    newer = next((v for v in _later(tensorflow) if built_in(op, v) is not False), "")
    if newer:
        has = "has" if built_in(op, newer) else "may have"
        return (
            f"TensorFlow Serving {newer} {has} `{op}` built in; or load the model with Python, or keep the op out of it"
        )
    owner = next((owner for owner in companions.owners(op) if owner.package), None)
    if owner is None:
        return _by_release(op) or _by_group(op) or _by_name(op, server=True)
    return (
        f"`{op}` is of {owner.package}, which this server does not link: build a tensorflow_model_server with its ops, "
        "load the model with Python, or keep the op out of the model"
    )


def _later(tensorflow: str) -> tuple[str, ...]:
    from inspector.catalogue import releases

    known = releases()
    return known[known.index(tensorflow) + 1 :] if tensorflow in known else ()


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


def _by_name(op: str, *, server: bool = False) -> str:
    """The best that the name alone tells: its namespace, or an op of TensorFlow with nearly the same name."""
    from inspector.catalogue import companions

    how = f"compile what registers `{op}` into the server" if server else (
        f"before the load, import the Python package that registers `{op}`, or tf.load_op_library(...) its library"
    )  # fmt: skip
    namespace = op.partition(">")[0] if ">" in op else ""
    kin = companions.namespace_owners(op)
    near = () if namespace else _near(op)
    if kin:
        hint = f" (other ops named `{namespace}>...` are of {', '.join(kin)})"
    elif namespace:
        hint = f" (its authors registered it under the name `{namespace}`)"
    else:
        hint = f" (the nearest op of TensorFlow is `{near[0]}`)" if near else ""
    return f"{how}{hint}; {_TEACH}"
