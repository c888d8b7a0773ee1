"""Ties a recognised message to a model: the findings of the static check that say the same, and the verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inspector.checking import tags_for
from inspector.engine import Judgement, judge
from inspector.findings import FAILS, CallVerdict, Finding, Target, Verdict
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.restoring.kinds import SURE
from inspector.restoring.messages.message import Message
from inspector.rules.wording import plural, some_of

TF2, TF1, SERVING = "tf2", "tf1", "serving"
_WORD = re.compile(r"[^\s`'\",;()\[\]{}]+")
# What a text looks like that comes from one loader, the telling ones first.
_OF_LOADER = (
    (SERVING, ("tensorflow_serving", "Loading servable", "cc/saved_model", "servable")),
    (TF2, ("saved_model/load.py", "load_v1_in_v2", "restored_function_body")),
    (TF1, ("loader_impl.py", "import_meta_graph", "training/saver.py", "tf.compat.v1.saved_model")),
)


class Judged(NamedTuple):
    """A model as one target's static check sees it."""

    model: Model
    judgement: Judgement
    target: Target

    def verdict(self, loader: str) -> Verdict | None:
        return next((one for one in self.judgement.verdicts if one.loader == loader), None)

    def because(self, loader: str, signature: str = "") -> tuple[Finding, ...]:
        """Why a loader fails, or a call of a signature does; empty where neither is foretold."""
        verdict = self.verdict(loader)
        if verdict is None:
            return ()
        calls: list[CallVerdict] = [verdict.signatures[signature]] if signature in verdict.signatures else []
        calls = calls or list(verdict.signatures.values())
        first = verdict.because if verdict.outcome == FAILS else ()
        some = dict.fromkeys((*first, *(index for call in calls if call.outcome == FAILS for index in call.because)))
        return tuple(self.judgement.findings[index] for index in some)


def judged(path: str, target: Target, tags: Sequence[str] | None = None) -> Judged:
    """Opens and judges what is at a path, by all loaders. Cost: that of a check, without the checksums of big weights.

    Raises UsageError for a path that does not exist.
    """
    model = open_model(path)
    asked, _ = tags_for(model, None if tags is None else tuple(sorted(set(tags))))
    return Judged(model, judge(model, target, tags=asked), target)


def loader_of(text: str) -> str:
    """The loader that an error comes from, as far as its text tells: else tf2."""
    found = {loader: any(word in text for word in words) for loader, words in _OF_LOADER}
    return next((loader for loader, yes in found.items() if yes), TF2)


def tied(message: Message, fields: Mapping[str, str], there: Judged, loader: str) -> tuple[tuple[Finding, ...], bool]:
    """The findings that say what a message says, and whether they are about the very thing that it names.

    Findings that a loader minds go first.
    """
    same = [finding for finding in there.judgement.findings if finding.rule in message.rules]
    minded = there.because(loader)
    same.sort(key=lambda finding: (finding not in minded, message.rules.index(finding.rule)))
    named = {value for name, value in fields.items() if value and name not in ("wanted", "found", "count")}
    about = [finding for finding in same if _mentions(finding, named)]
    if about:
        return tuple(about), True
    sure = message.certainty == SURE and len({finding.rule for finding in same}) == 1
    return tuple(same), sure or not _names_a_part(fields)


def _names_a_part(fields: Mapping[str, str]) -> bool:
    return any(
        fields.get(name) for name in ("op", "node", "key", "function", "tensor", "attr", "file", "shard", "input")
    )


def _mentions(finding: Finding, named: set[str]) -> bool:
    words = set(_words_of(finding))
    return any(value in words or _base(value) in words for value in named)


def _words_of(finding: Finding) -> Iterator[str]:
    where = finding.where
    yield from (where.node, where.function, where.file, where.file.rpartition("/")[2], *finding.places)
    yield from (_base(place) for place in finding.places)
    yield from _texts(finding.data.values())


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
            yield from _WORD.findall(value)
        elif isinstance(value, (list, tuple)):
            yield from _texts(value)


def _base(text: str) -> str:
    """The node of a tensor or of a control input."""
    return text.lstrip("^").partition(":")[0].rstrip("/")


def offers(there: Judged) -> Iterator[str]:
    """What a model can be asked for: tags, signatures, functions of the loaded object."""
    from inspector.contract import canonicals

    for canonical in canonicals(there.model, None):
        tags = f"with the tags {', '.join(canonical.meta.tags)} " if len(there.model.meta_graphs) > 1 else ""
        keys = [key for key in canonical.signatures if not key.startswith("__saved_model")]
        yield f"{tags}the model has {_listed('signature', keys)} and {_listed('function', list(canonical.functions()))}"


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return f"no {what}s"
    return f"the {what}{'s' * (len(names) != 1)} {some_of(names, 8)}"


def nodes_with(there: Judged, op: str) -> str:
    """Where a model uses an op, in words; empty where it does not."""
    places = []
    for meta in there.model.meta_graphs:
        for graph in meta.graphs():
            for position, kind in enumerate(graph.kinds):
                if kind.op == op:
                    inside = f" in function {graph.function}" if graph.function else ""
                    places.append(f"{graph.names[position]}{inside}")
    if not places:
        return ""
    return f"the model has {plural(len(places), 'node')} of the op `{op}`, the first is {places[0]}"
