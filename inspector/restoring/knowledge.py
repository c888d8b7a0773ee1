"""What the catalogue adds to a recognised message: who owns an op, which release has an attr, what to install."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from inspector.findings import Finding
from inspector.named_tuple import NamedTuple
from inspector.restoring.belonging import OWN
from inspector.restoring.kinds import DEPENDENCY, LIKELY, POSSIBLE, VERSION

# Names that a Keras brings, or has another way to write: nobody's custom objects.
_OF_KERAS = ("Functional", "TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty", "DTypePolicy",
             "mse", "mae", "mape", "msle", "kld", "mean_squared_error", "mean_absolute_error", "binary_crossentropy",
             "categorical_crossentropy", "sparse_categorical_crossentropy", "accuracy")  # fmt: skip
_OTHER_KERAS = (
    "load it with the Keras that saved it (a model of Keras 2: pip install tf_keras, and TF_USE_LEGACY_KERAS=1 before "
    "TensorFlow is imported), or save it again with this one; compile=False leaves losses and metrics out"
)


class Known(NamedTuple):
    """What is known beside the text. ``kind`` and ``certainty`` are empty where they are the message's own.

    ``packages`` are what pip has to install, ``imports`` the statements that have to run before the load.
    """

    fields: Mapping[str, str] = {}
    kind: str = ""
    packages: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    certainty: str = ""


def known_of(code: str, fields: Mapping[str, str], tensorflow: str) -> Known:
    """What is known of a message's fields for a target's release."""
    tell = _TELL.get(code)
    return Known() if tell is None else tell(fields, tensorflow)


def needed_for(findings: Iterable[Finding], tensorflow: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to install, and what to import, so that what findings miss is there."""
    needed: dict[tuple[str, str], None] = {}
    for finding in findings:
        known = Known()
        if finding.rule == "OP001":
            known = _op({"op": str(finding.data["op"])}, tensorflow)
        elif finding.rule == "OB001":
            known = _slots({}, tensorflow)
        needed.update(dict.fromkeys(zip(known.packages, known.imports, strict=False)))
    return tuple(package for package, _ in needed), tuple(statement for _, statement in needed)


def _op(fields: Mapping[str, str], tensorflow: str) -> Known:
    from inspector.catalogue import companions, releases_with
    from inspector.rules.ops.op_not_registered import cure

    op = fields["op"]
    found = releases_with(op)
    if found:
        return _op_of_tensorflow(op, found, tensorflow)
    owner = next((one for one in companions.owners(op) if one.package), None)
    if owner is None:
        return Known({"whose": "", "cure": cure(op, tensorflow)}, DEPENDENCY)
    packages = (companions.requirement_for(owner, tensorflow).text,)
    imports = (owner.import_statement,) if owner.import_statement else ()
    return Known({"whose": f": it is of {owner.package}", "cure": cure(op, tensorflow)}, DEPENDENCY, packages, imports)


def _op_of_tensorflow(op: str, found: tuple[str, ...], tensorflow: str) -> Known:
    """An op that TensorFlow has, in some releases or all: only a release that lacks it makes the cause sure."""
    from inspector.catalogue import companions

    span = f"from {found[0]} to {found[-1]}"
    how = f"load it with a TensorFlow {span}, or export it again with the release that loads it"
    lacks = tensorflow not in found
    contrib = next(
        (one.import_statement for one in companions.groups(op) if "tensorflow.contrib" in one.import_statement), ""
    )
    if contrib and (not lacks or tensorflow.startswith("1.")):
        whose = (
            f": {contrib.rpartition(' ')[2]} of TensorFlow 1 registers it, TensorFlow itself only from {found[0]} on"
        )
        how = f"in Python with TensorFlow 1: {contrib}  # before the load; elsewhere use a build that links tf.contrib; or {how}"
        return Known({"whose": whose, "cure": how}, DEPENDENCY, certainty=LIKELY)
    whose = f", though TensorFlow has it {span}: another release runs there than made the model"
    if lacks:
        return Known({"whose": whose, "cure": how}, VERSION)
    return Known({"whose": f"{whose}, or a build that leaves ops out", "cure": how}, VERSION, certainty=LIKELY)


def _op_key(fields: Mapping[str, str], tensorflow: str) -> Known:
    return _op(fields, tensorflow)._replace(certainty=LIKELY)


def _module(fields: Mapping[str, str], tensorflow: str) -> Known:
    from inspector.catalogue import companions

    root = fields["module"].partition(".")[0]
    package = companions.package(root)
    if package is None:
        pip = root.replace("_", "-")
        return Known({"package": pip, "cure": ""}, DEPENDENCY, (pip,), (f"import {root}",))
    fitting = companions.version_for(package, tensorflow)
    wanted = f"{package.name}=={'.'.join(fitting.version.split('.')[:2])}.*" if fitting else package.name
    statement = package.import_statement
    then = f", then: {statement}  # before the load" if statement else ""
    return Known({"package": package.name, "cure": then}, DEPENDENCY, (wanted,), (statement,) if statement else ())


def _attr(fields: Mapping[str, str], tensorflow: str) -> Known:
    from inspector.catalogue import release, releases

    op, attr = fields.get("op", ""), fields["attr"]
    having = []
    for version in releases():
        op_def = release(version).op(op)
        if op_def is not None and any(one.name == attr for one in op_def.attrs):
            having.append(version)
    since = (
        f"TensorFlow {having[0]} or newer, where `{op}` has `{attr}`" if having else "the TensorFlow that exported it"
    )
    return Known({
        "cure": f"load the model with {since} (from 2.5 on attrs that an op does not know are ignored), or export it again "
        "with the release that loads it, or with strip_default_attrs=True"
    })  # fmt: skip


def _attr_missing(fields: Mapping[str, str], tensorflow: str) -> Known:
    """An attr that the op had in no earlier release was not dropped: an older TensorFlow wrote the node."""
    from inspector.catalogue import release, releases

    op, attr = fields.get("op", ""), fields["attr"]
    lacking: list[str] = []
    having: list[str] = []
    for version in releases():
        op_def = release(version).op(op) if op else None
        if op_def is not None:
            (having if any(one.name == attr for one in op_def.attrs) else lacking).append(version)
    came = bool(lacking and having) and releases().index(lacking[-1]) < releases().index(having[0])
    if not came:
        how = "export the model again; a tool that rewrote the graph dropped the attr"
        return Known({"since": "", "cure": how})
    since = f": `{op}` has it from TensorFlow {having[0]} on, an older one wrote the graph"
    how = (
        f"freeze or export the model again with TensorFlow {having[0]} or newer, or load it with {lacking[-1]} or older"
    )
    return Known({"since": since, "cure": how}, VERSION, certainty=LIKELY)


def _type(fields: Mapping[str, str], tensorflow: str) -> Known:
    from inspector.catalogue import companions

    module = fields.get("type", "").rpartition(".")[0]
    package = companions.package(module.partition(".")[0]) if module else None
    if package is None:
        return Known(
            {"cure": f": import {module}" if module else ""}, DEPENDENCY, (), (f"import {module}",) if module else ()
        )
    return Known({"cure": f": pip install {package.name}, then: {package.import_statement}"}, DEPENDENCY, (package.name,),
                 (package.import_statement,))  # fmt: skip


def _parent(fields: Mapping[str, str], tensorflow: str) -> Known:
    """A module of Keras itself is of another Keras, any other one is somebody's code."""
    module = fields["module"]
    if module.partition(".")[0] in OWN:
        return Known({"why": ": it is of another Keras", "cure": _OTHER_KERAS}, VERSION, certainty=LIKELY)
    return Known({"why": "", "cure": f"import {module}  # before the load, from where it can be imported"}, DEPENDENCY)


def _custom(fields: Mapping[str, str], tensorflow: str) -> Known:
    from inspector.catalogue.keras_names import every

    name = fields.get("name", "").strip("'\".")
    if name in _OF_KERAS:
        return Known({"whose": ": the name is of another Keras", "cure": _OTHER_KERAS}, VERSION, certainty=LIKELY)
    if name in every():
        why = ": Keras has one of that name, which this release may lack; or it is code of your own"
        own = f"; if it is your own, pass custom_objects={{'{name}': {name}}}"
        return Known({"whose": why, "cure": _OTHER_KERAS + own}, VERSION, certainty=POSSIBLE)
    how = (
        f"import the module that defines it, and pass custom_objects={{'{name}': {name}}}, or decorate it with "
        "@keras.saving.register_keras_serializable(); compile=False leaves losses, metrics and optimizers out"
    )
    return Known({"whose": ", which is code and not in the file", "cure": how})


def _slots(fields: Mapping[str, str], tensorflow: str) -> Known:
    return Known({}, "", ("tf_keras",), ("import tf_keras",))


_TELL: Mapping[str, Callable[[Mapping[str, str], str], Known]] = {
    "op-not-registered": _op,
    "op-not-known": _op_key,
    "op-without-module": _module,
    "attr-not-in-op": _attr,
    "attr-missing": _attr_missing,
    "type-not-registered": _type,
    "slot-variables": _slots,
    "keras-parent-module": _parent,
    "keras-custom-object": _custom,
}
