"""``NamedTuple``, at a tenth of what a class of typing.NamedTuple costs.

A check defines some eighty of them. ``typing.NamedTuple`` compiles each annotation of a class, and
``collections.namedtuple`` evaluates the source of a constructor: 0.2 ms a class, of which nothing is used here. To a
type checker it is ``typing.NamedTuple`` itself, and so it is to those who use the classes: fields, defaults,
``_replace``, ``_asdict``, ``_fields``, patterns.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple  # noqa: TID251
else:
    try:
        from _collections import _tuplegetter as _field  # the C descriptor of collections.namedtuple
    except ImportError:

        def _field(index: int, doc: str) -> property:
            return property(itemgetter(index), doc=doc)

    class _Definition(type):
        """Makes the annotations of a class body its fields."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            body.update((field, _field(index, "")) for index, field in enumerate(fields))
            body.update(__slots__=(), __match_args__=fields, _fields=fields, _field_defaults=defaults)
            return type.__new__(cls, name, bases, body)

    class NamedTuple(tuple, metaclass=_Definition):
        """A tuple with named fields: a class body's annotations, with defaults where they are given."""

        def __new__(cls, *values: Any, **named: Any) -> NamedTuple:
            if named or len(values) != len(cls._fields):
                values = cls._completed(values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _completed(cls, values: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
            fields = cls._fields
            given = dict(zip(fields, values, strict=False))
            wrong = [field for field in named if field not in fields or field in given]
            given = {**cls._field_defaults, **given, **named}
            missing = [field for field in fields if field not in given]
            if wrong or missing or len(values) > len(fields):
                of = f"{cls.__name__}({', '.join(fields)})"
                raise TypeError(f"{of}: {len(values)} values by position, missing {missing}, not expected {wrong}")
            return [given[field] for field in fields]

        @classmethod
        def _make(cls, values: Any) -> NamedTuple:
            return cls(*values)

        def _replace(self, **changed: Any) -> NamedTuple:
            values = [changed.pop(field, value) for field, value in zip(self._fields, self, strict=True)]
            if changed:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(changed)}")
            return tuple.__new__(type(self), values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            fields = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"
