"""The errors that the inspector raises, and the limits that it keeps to."""

from __future__ import annotations

from inspector.named_tuple import NamedTuple


class InspectorError(Exception):
    """The root of everything that the inspector raises on purpose."""


class UsageError(InspectorError):
    """The command or the call was wrong: a bad option, a path that does not exist, an unknown release."""


class UnknownRelease(UsageError):
    """A TensorFlow release that the catalogue does not hold; ``near`` are those that it holds."""

    def __init__(self, asked: str, near: tuple[str, ...]) -> None:
        super().__init__(f"unknown TensorFlow release {asked!r}; the nearest known ones are {', '.join(near)}")
        self.asked = asked
        self.near = near


class Unreadable(InspectorError):
    """A part of a model that was needed could not be read."""


class OpSourceError(UsageError):
    """A list or a library of the user's own ops that cannot be used, with the place in it where there is one."""

    def __init__(self, file: str, message: str, line: int | None = None, column: int | None = None) -> None:
        at = "" if line is None else f":{line}" if column is None else f":{line}:{column}"
        super().__init__(f"{file}{at}: {message}")
        self.file = file
        self.message = message
        self.line = line
        self.column = column


class FormatError(InspectorError):
    """Bytes that are not what their format says, with the place and what was expected there.

    ``kind`` is a short stable word for what is wrong; ``file`` is relative to the model; ``offset`` is in bytes.
    """

    def __init__(self, kind: str, file: str, message: str, *, offset: int | None = None) -> None:
        at = f" at byte {offset}" if offset is not None else ""
        super().__init__(f"{file}{at}: {message}")
        self.kind = kind
        self.file = file
        self.message = message
        self.offset = offset


class LimitExceeded(FormatError):
    """A size in a file asks for more than the limits allow."""


class Limits(NamedTuple):
    """What the inspector is willing to spend on one model. Sizes in bytes.

    ``small_weights``: checkpoints up to this size have every tensor's checksum verified without being asked.
    """

    graph_file: int = 2 << 30
    index_file: int = 256 << 20
    block: int = 64 << 20
    string_tensor: int = 256 << 20
    small_weights: int = 16 << 20
    pbtxt_file: int = 256 << 20
    keras_metadata: int = 256 << 20


DEFAULT_LIMITS = Limits()
