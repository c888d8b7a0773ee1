"""The compact form of an OpDef inside a block of the catalogue: text, cut by separators that no name contains.

``str.split`` does the work, and equal arguments and attrs are made once for all ops; so decoding an op costs some
three microseconds. A block holds ops, an op holds the variants that releases registered one after the other, a
variant holds fields, a field holds items (arguments, attrs), an item holds parts. Bytes are Latin-1 characters;
where a default value or a message contains a separator, it is escaped. Empty parts at the end are left out.
"""

from __future__ import annotations

from inspector.catalogue.opdef import ArgDef, AttrDef, OpDef

OP, VARIANT, FIELD, ITEM, PART, STRING, ESCAPE = "\xf5\xf6\xf7\xf8\xf9\xfa\xfb"
SPECIAL = OP + VARIANT + FIELD + ITEM + PART + STRING + ESCAPE

STATEFUL, COMMUTATIVE, AGGREGATE, UNINITIALIZED_INPUT, DISTRIBUTED = 1, 2, 4, 8, 16

_args: dict[str, ArgDef] = {}
_attrs: dict[str, AttrDef] = {}


def decode(name: str, variant: str) -> OpDef:
    """The OpDef that :func:`encode` wrote. Arguments and attrs that are equal are the same objects."""
    flags, inputs, outputs, attrs, controls, deprecation = _parts(variant, FIELD, 6)
    bits = int(flags)
    return OpDef(
        name,
        tuple([_args.get(item) or _arg(item) for item in inputs.split(ITEM)]) if inputs else (),
        tuple([_args.get(item) or _arg(item) for item in outputs.split(ITEM)]) if outputs else (),
        tuple(controls.split(ITEM)) if controls else (),
        tuple([_attrs.get(item) or _attr(item) for item in attrs.split(ITEM)]) if attrs else (),
        bits & STATEFUL != 0,
        bits & COMMUTATIVE != 0,
        bits & AGGREGATE != 0,
        bits & UNINITIALIZED_INPUT != 0,
        bits & DISTRIBUTED != 0,
        _deprecation(deprecation) if deprecation else None,
    )


def encode(op: OpDef) -> str:
    """One variant of an op, without its name."""
    bits = (
        op.is_stateful * STATEFUL
        | op.is_commutative * COMMUTATIVE
        | op.is_aggregate * AGGREGATE
        | op.allows_uninitialized_input * UNINITIALIZED_INPUT
        | op.is_distributed_communication * DISTRIBUTED
    )
    deprecation = ""
    if op.deprecation is not None:
        deprecation = f"{op.deprecation[0]} {escape(op.deprecation[1].encode('utf-8'))}"
    return _join(
        FIELD,
        str(int(bits)),
        ITEM.join(map(_encode_arg, op.inputs)),
        ITEM.join(map(_encode_arg, op.outputs)),
        ITEM.join(map(_encode_attr, op.attrs)),
        ITEM.join(op.control_outputs),
        deprecation,
    )


def _arg(item: str) -> ArgDef:
    name, type_number, type_attr, number_attr, type_list_attr, ref = _parts(item, PART, 6)
    arg = ArgDef(name, int(type_number or 0), type_attr, number_attr, type_list_attr, ref == "r")
    _args[item] = arg
    return arg


def _encode_arg(arg: ArgDef) -> str:
    type_number = str(arg.type) if arg.type else ""
    return _join(
        PART, arg.name, type_number, arg.type_attr, arg.number_attr, arg.type_list_attr, "r" if arg.is_ref else ""
    )


def _attr(item: str) -> AttrDef:
    name, type_name, default, minimum, allowed = _parts(item, PART, 5)
    attr = AttrDef(
        name,
        type_name,
        unescape(default[1:]) if default else None,
        int(minimum) if minimum else None,
        _allowed(allowed) if allowed else None,
    )
    _attrs[item] = attr
    return attr


def _encode_attr(attr: AttrDef) -> str:
    return _join(
        PART,
        attr.name,
        attr.type,
        "" if attr.default is None else "=" + escape(attr.default),
        "" if attr.minimum is None else str(attr.minimum),
        "" if attr.allowed is None else _encode_allowed(attr.allowed),
    )


def _allowed(text: str) -> tuple[int, ...] | tuple[bytes, ...]:
    if text[0] == "t":
        return tuple(unescape(text[1:]))
    return tuple([unescape(string) for string in text.split(STRING)[1:]])


def _encode_allowed(allowed: tuple[int, ...] | tuple[bytes, ...]) -> str:
    types = bytes(value for value in allowed if isinstance(value, int))
    if types or not allowed:
        return "t" + escape(types)
    return "s" + "".join(STRING + escape(value) for value in allowed if isinstance(value, bytes))


def _deprecation(text: str) -> tuple[int, str]:
    version, explanation = text.split(" ", 1)
    return int(version), unescape(explanation).decode("utf-8")


def _parts(text: str, separator: str, count: int) -> list[str]:
    parts = text.split(separator)
    return parts + [""] * (count - len(parts))


def _join(separator: str, *parts: str) -> str:
    return separator.join(parts).rstrip(separator)


def unescape(text: str) -> bytes:
    """The bytes that :func:`escape` wrote."""
    plain, *escaped = text.split(ESCAPE)
    if escaped:
        plain += "".join([SPECIAL[ord(piece[0])] + piece[1:] for piece in escaped])
    return plain.encode("latin-1")


def escape(data: bytes) -> str:
    """Bytes as Latin-1 characters, none of them a separator."""
    text = data.decode("latin-1")
    return "".join([ESCAPE + chr(SPECIAL.index(c)) if c in SPECIAL else c for c in text])
