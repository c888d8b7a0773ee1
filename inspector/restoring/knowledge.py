"""What the catalogue adds to a recognised message: who owns an op, which release has an attr, what to install."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from inspector.findings import Finding
from inspector.named_tuple import NamedTuple
from inspector.restoring.kinds import DEPENDENCY, VERSION

_OWN = ("tensorflow", "tf_keras", "keras")


class Known(NamedTuple):
    """What is known beside the text. ``kind`` is empty where it is the message's own.

    ``packages`` are what pip has to install, ``imports`` the statements that have to run before the load.
    """

    fields: Mapping[str, str] = {}
    kind: str = ""
    packages: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def known_of(code: str, fields: Mapping[str, str], tensorflow: str) -> Known | None:
    """What is known of a message's fields for a target's release; None where they say that it is another message."""
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
        whose = (
            f", though TensorFlow has it from {found[0]} to {found[-1]}: another release runs there than made the model"
        )
        how = f"load it with a TensorFlow from {found[0]} to {found[-1]}, or export it again with the release that loads it"
        return Known({"whose": whose, "cure": how}, VERSION)
    owner = next((one for one in companions.owners(op) if one.package), None)
    if owner is None:
        return Known({"whose": "", "cure": cure(op, tensorflow)}, DEPENDENCY)
    packages = (companions.requirement_for(owner, tensorflow).text,)
    imports = (owner.import_statement,) if owner.import_statement else ()
    return Known({"whose": f": it is of {owner.package}", "cure": cure(op, tensorflow)}, DEPENDENCY, packages, imports)


def _module(fields: Mapping[str, str], tensorflow: str) -> Known | None:
    from inspector.catalogue import companions

    root = fields["module"].partition(".")[0]
    if root in _OWN:
        pip = root.replace("_", "-")
        return Known({"package": pip, "cure": ""}, DEPENDENCY, (pip,), (f"import {root}",))
    package = companions.package(root)
    if package is None:
        return None
    fitting = companions.version_for(package, tensorflow)
    wanted = f"{package.name}=={'.'.join(fitting.version.split('.')[:2])}.*" if fitting else package.name
    statement = package.import_statement
    then = f", then: {statement}  # before the load" if statement else ""
    return Known({"package": package.name, "cure": then}, DEPENDENCY, (wanted,), (statement,) if statement else ())


def _library(fields: Mapping[str, str], tensorflow: str) -> Known | None:
    """Other programs have libraries too: this one must be of TensorFlow, or of ops."""
    name = fields["library"].lower()
    return (
        Known()
        if "tensorflow" in name or name.rpartition("/")[2].endswith(("_ops.so", "_op.so", "_kernels.so"))
        else None
    )


def _proto(fields: Mapping[str, str], tensorflow: str) -> Known | None:
    """Other programs have messages too."""
    return Known() if fields["proto"].startswith("tensorflow.") else None


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


def _type(fields: Mapping[str, str], tensorflow: str) -> Known:
    from inspector.catalogue import companions

    module = fields["type"].rpartition(".")[0]
    package = companions.package(module.partition(".")[0]) if module else None
    if package is None:
        return Known(
            {"cure": f": import {module}" if module else ""}, DEPENDENCY, (), (f"import {module}",) if module else ()
        )
    return Known({"cure": f": pip install {package.name}, then: {package.import_statement}"}, DEPENDENCY, (package.name,),
                 (package.import_statement,))  # fmt: skip


def _slots(fields: Mapping[str, str], tensorflow: str) -> Known:
    return Known({}, "", ("tf_keras",), ("import tf_keras",))


_TELL: Mapping[str, Callable[[Mapping[str, str], str], Known | None]] = {
    "op-not-registered": _op,
    "op-without-module": _module,
    "op-library-not-loaded": _library,
    "attr-not-in-op": _attr,
    "graph-def-not-parsed": _proto,
    "type-not-registered": _type,
    "slot-variables": _slots,
}
