from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

DEFAULT = ("serve",)
_NODE = "x = Placeholder() {dtype: float32}"


class TagsNotFound(Rule):
    """No MetaGraph has exactly the tags that are asked for.

    What it checks: the tags asked for (``serve``, if none are) against the tag-set of each MetaGraph; the sets must be
    equal, a subset is not enough.

    Why it matters: tf.compat.v1.saved_model.load stops with "MetaGraphDef associated with tags 'serve' could not be found
    in SavedModel, with available tags '[...]'", TensorFlow Serving with "Could not find meta graph def matching supplied
    tags: { serve }", tf.saved_model.load with tags=... with "Got an incompatible argument to `tags`"; without tags it
    loads the only MetaGraph whatever its tags are. Tags of one letter come from a string where a list was meant.

    How to fix: ask for a tag-set that there is, or export with the tag "serve".
    """

    code = "SG005"
    name = "tags-not-found"
    otherwise = ADVICE_NOTE
    message = "no MetaGraph has exactly the tags [{asked}]; available: {available}{hint}"
    fix = "ask for tags that there are (--tags {first}, tags=[...] in code), or export with the tag serve"
    good = (Example(f"meta_graph tags=[serve]\n{_NODE}"),)
    bad = (
        Example(f"meta_graph tags=[serve, gpu]\n{_NODE}", expect=("serve",)),
        Example(f"meta_graph tags=[s, e, r, v]\n{_NODE}", expect=("serve",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        asked = tuple(sorted(set(it.tags if it.tags is not None else DEFAULT)))
        available = [view.meta.tags for view in it.meta_views]
        if not available or any(tuple(sorted(set(tags))) == asked for tags in available):
            return
        data = {
            "asked": ", ".join(asked),
            "available": ", ".join(f"[{', '.join(tags)}]" for tags in available),
            "first": ",".join(available[0]) or "''",
            "hint": _hint(asked, available),
        }
        yield Found(Location("", field="meta_info_def.tags"), ", ".join(asked), data)


def _hint(asked: Sequence[str], available: list[tuple[str, ...]]) -> str:
    def letters(tags: Sequence[str]) -> bool:
        return len(tags) > 1 and all(len(tag) == 1 for tag in tags)

    if letters(asked):
        return " (single letters: a string was passed where a list of tags is meant)"
    if any(letters(tags) for tags in available):
        return " (single letters: the model was saved with a string where a list of tags is meant)"
    return ""
