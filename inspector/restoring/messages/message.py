"""What a message means: one place for its wordings, kind, cause and cure."""

from __future__ import annotations

from inspector.named_tuple import NamedTuple
from inspector.restoring.kinds import SURE
from inspector.restoring.messages.wording import Wording

# What a message is in a chain of errors, the best first: it says what is wrong; it says what followed from it; it only
# wraps another error; it is a failure only if nothing else is there; it is no failure at all.
ROOT, SYMPTOM, WRAPPER, HINT, HARMLESS = range(5)


class Message(NamedTuple):
    """One message class.

    ``code`` is its stable name; ``kind`` a name of an exception class; ``certainty`` what the text alone is worth.
    ``cause`` and ``fix`` are templates over the fields that all ``wordings`` have. ``rules`` find the same in a model.
    """

    code: str
    kind: str
    cause: str
    fix: str
    wordings: tuple[Wording, ...]
    rules: tuple[str, ...] = ()
    certainty: str = SURE
    rank: int = ROOT
