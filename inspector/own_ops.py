"""The user's own ops: OpDefs from text OpLists (``ops.pbtxt``), and from op libraries (``my_ops.so``).

A list is read here. A library is native code: it is loaded by a child process that has TensorFlow, never by this one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from inspector.catalogue import OpDef
from inspector.confirmation import DEFAULT_MEMORY, DEFAULT_TIMEOUT, op_lists_of
from inspector.errors import DEFAULT_LIMITS, Limits, OpSourceError
from inspector.named_tuple import NamedTuple


class OwnOps(NamedTuple):
    """Ops by name, the file that each comes from, and the libraries among the files.

    They count as registered in every target; of their kernels nothing is known.
    """

    ops: Mapping[str, OpDef] = {}
    sources: Mapping[str, str] = {}
    libraries: tuple[str, ...] = ()

    def only_listed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some ops that no library registers, sorted: a real load cannot have them."""
        return tuple(sorted(n for n in names if n in self.sources and self.sources[n] not in self.libraries))


NO_OPS = OwnOps()


def read_own_ops(
    op_lists: Iterable[str | os.PathLike[str]] = (),
    op_libraries: Iterable[str | os.PathLike[str]] = (),
    *,
    python: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    memory: int = DEFAULT_MEMORY,
    limits: Limits = DEFAULT_LIMITS,
) -> OwnOps:
    """The ops that text OpLists describe and that op libraries register.

    **A library's code is run**, in a child process with limits of time and memory, by ``python`` (default: the running
    interpreter), which needs TensorFlow; about a second. Raises OpSourceError for a file that cannot be read or loaded,
    for a library without ops, and where two files define one op differently.
    """
    from inspector.catalogue.oplist import read_op_list

    ops: dict[str, OpDef] = {}
    sources: dict[str, str] = {}
    for path in [os.fspath(one) for one in op_lists]:
        _add(read_op_list(_from_text(path, limits)), path, ops, sources)
    libraries = tuple(dict.fromkeys([os.fspath(one) for one in op_libraries]))
    if libraries:
        for path in libraries:
            if not os.path.isfile(path):
                raise OpSourceError(path, "no such file")
        for path, found in op_lists_of(libraries, python=python, timeout=timeout, memory=memory).items():
            _add(read_op_list(found), path, ops, sources)
    return OwnOps(ops, sources, libraries)


def _add(found: Iterable[OpDef], path: str, ops: dict[str, OpDef], sources: dict[str, str]) -> None:
    """A library's definition goes before the same one of a list: only it can be loaded."""
    count = 0
    for op in found:
        count += 1
        if not op.name:
            raise OpSourceError(path, f"op {count} has no name")
        if ops.setdefault(op.name, op) != op:
            raise OpSourceError(path, f"it defines op `{op.name}` otherwise than {sources[op.name]} does")
        sources[op.name] = path
    if not count:
        raise OpSourceError(path, "there is no op in it")


def _from_text(path: str, limits: Limits) -> bytes:
    """A text OpList, serialized."""
    from google.protobuf import text_format

    from inspector.wire.schema import full_message, full_pool

    try:
        with open(path, "rb") as file:
            raw = file.read(limits.pbtxt_file + 1)
    except OSError as error:
        raise OpSourceError(path, error.strerror or str(error)) from None
    if len(raw) > limits.pbtxt_file:
        raise OpSourceError(path, f"it is larger than {limits.pbtxt_file:,} bytes")
    proto = full_message("OpList")()
    try:
        text_format.Parse(raw.decode(), proto, descriptor_pool=full_pool())
    except UnicodeDecodeError as error:
        raise OpSourceError(path, f"byte {error.start} is no UTF-8: an OpList in text form is wanted") from None
    except text_format.ParseError as error:
        words = str(error).partition(" : ")[2] or str(error)
        raise OpSourceError(path, f"no OpList in text form: {words}", error.GetLine(), error.GetColumn()) from None
    except RecursionError:
        raise OpSourceError(path, "no OpList in text form: it nests too deeply") from None
    return bytes(proto.SerializeToString(deterministic=True))
