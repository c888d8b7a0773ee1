"""The file that ships the catalogue: named sections, each compressed for itself and opened when asked for.

The head is text, one line a section with its name and its length in bytes, and an empty line ends it::

    inspector catalogue 1
    builds 812
    ops.names 10321

The sections' bytes follow in the same order. Who adds knowledge adds sections; a reader passes over those that it does
not know. The ops of the releases come first, then their kernels, then the companion packages.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping

MAGIC = b"inspector catalogue 1\n"
LEVEL = 9
DATA_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ops.bin")


class Container:
    """The sections of one catalogue file. Opening reads the head only: some 30 microseconds for 100 KB."""

    __slots__ = ("_data", "_places")

    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC):
            raise ValueError("not a catalogue file, or one of another version")
        end = data.index(b"\n\n")
        offset = end + 2
        places = {}
        for line in data[len(MAGIC) : end].decode("ascii").split("\n"):
            name, length = line.split(" ")
            places[name] = (offset, offset + int(length))
            offset += int(length)
        if offset != len(data):
            raise ValueError("a catalogue file of the wrong length")
        self._data = data
        self._places = places

    def names(self) -> tuple[str, ...]:
        """The sections, in the order of the file."""
        return tuple(self._places)

    def read(self, name: str) -> bytes:
        """One section, decompressed anew at every call: about 60 microseconds for 16 KB."""
        start, end = self._places[name]
        return zlib.decompress(self._data[start:end])

    def lines(self, name: str) -> list[str]:
        """One section of text, as lines."""
        return self.read(name).decode("utf-8").split("\n")


_shipped: Container | None = None


def shipped() -> Container:
    """The data file of the package, opened once."""
    global _shipped
    if _shipped is None:
        with open(DATA_FILE, "rb") as file:
            _shipped = Container(file.read())
    return _shipped


def pack(sections: Mapping[str, bytes]) -> bytes:
    """The catalogue file with these sections, in this order."""
    packed = {name: zlib.compress(section, LEVEL) for name, section in sections.items()}
    head = "".join(f"{name} {len(section)}\n" for name, section in packed.items())
    return MAGIC + head.encode("ascii") + b"\n" + b"".join(packed.values())
