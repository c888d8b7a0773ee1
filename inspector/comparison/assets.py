"""Files below assets/: vocabularies and the like, by name, then by content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inspector.comparison.change import Change, some
from inspector.hashing import asset_digest, read_asset
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple


class AssetChanges(NamedTuple):
    """Names by what became of them; ``loose`` are files that no MetaGraph names. ``renamed`` is old → new."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    renamed: dict[str, str]
    loose: tuple[str, ...]


_TEXT = 16 << 20  # bytes of a text that is compared line by line
NO_CHANGES = AssetChanges((), (), (), {}, ())


def match_assets(old: Model, new: Model) -> AssetChanges:
    """Reads the files. Raises FormatError for one that does not read."""
    before = {name: asset_digest(old, name) for name in old.assets}
    after = {name: asset_digest(new, name) for name in new.assets}
    named = {file for model in (old, new) for meta in model.meta_graphs for _, file in meta.assets}
    loose = sorted(name for name in {*before, *after} - named if before.get(name) != after.get(name))
    removed = {name: content for name, content in before.items() if name not in after and name in named}
    added = {name: content for name, content in after.items() if name not in before and name in named}
    renamed: dict[str, str] = {}
    for name, content in removed.items():
        twin = next((other for other, its in added.items() if its == content), None)
        if twin is not None:
            del added[twin]
            renamed[name] = twin
    changed = [name for name in before if name in after and name in named and before[name] != after[name]]
    return AssetChanges(
        tuple(changed), tuple(name for name in removed if name not in renamed), tuple(added), renamed, tuple(loose)
    )


def compare_assets(old: Model, new: Model, found: AssetChanges) -> Iterator[Change]:
    for name in found.changed:
        summary = _by_line(old, new, name) or f"{old.assets[name]:,} bytes, now {new.assets[name]:,}"
        yield Change("DF203", f"asset {name}", {"name": name, "summary": summary})
    yield from (Change("DF204", f"asset {name}", {"name": name}) for name in found.removed)
    yield from (Change("DF205", f"asset {name}", {"name": name}) for name in found.added)
    for name, other in found.renamed.items():
        yield Change("DF506", f"asset {name}", {"old": name, "new": other})
    if found.loose:
        yield Change("DF509", "assets", {"names": some(found.loose)}, found.loose)


def _by_line(old: Model, new: Model, name: str) -> str:
    """How two texts differ: a vocabulary gives each line its number. Nothing for what is large or no text."""
    if max(old.assets[name], new.assets[name]) > _TEXT:
        return ""
    try:
        one, other = (read_asset(model, name).decode().splitlines() for model in (old, new))
    except UnicodeDecodeError:
        return ""
    if one == other:  # ends of lines
        return ""
    first = next(
        (at for at, (was, now) in enumerate(zip(one, other, strict=False)) if was != now), min(len(one), len(other))
    )
    gone, more = Counter(one) - Counter(other), Counter(other) - Counter(one)
    return f"{len(one):,} lines, now {len(other):,}: {more.total():,} new, {gone.total():,} gone, from line {first + 1:,} on"
