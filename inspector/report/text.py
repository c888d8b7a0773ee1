"""The report for people: what the model is, what was asked, the verdicts, then causes and cures, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inspector.assumptions import WEIGHTS_MATCH
from inspector.baseline import BY_BASELINE, BY_POLICY, Matched
from inspector.engine import Summary, words
from inspector.findings import (
    CALL_FAILS,
    EFFECTS,
    ERROR,
    FAILS,
    LOADS,
    POLICY,
    RUNS,
    SEVERITIES,
    UNKNOWN,
    Confirmation,
    Finding,
    Location,
    Meaning,
    Target,
    Verdict,
    targets_text,
)
from inspector.loaders import LOADERS
from inspector.model.dtypes import name as dtype_name
from inspector.model.dtypes import shape_text
from inspector.model.saved_model import Model, TensorInfo
from inspector.report.json import saved_by
from inspector.report.style import Style
from inspector.report.table import table
from inspector.rules.registry import rule_of
from inspector.topology.reach import callable_signatures

if TYPE_CHECKING:
    from inspector.results import ModelReport

PLACES_SHOWN = 3
# What a failure that is no error does to whoever loads the model: a server goes down with it, or loses a thread.
MEANS = {POLICY: "what the policy does not want"}
KILLS = {"abort": "aborts the process", "crash": "crashes the process", "hang": "never returns"}


def lines(report: ModelReport, style: Style) -> Iterator[str]:
    """The static part of the report on one model."""
    yield from _what_it_is(report, style)
    if report.model.meta_graphs:
        yield from _signatures(report.model, style)
    yield from _verdicts(report, style)
    yield from _findings(report, style)
    for gap in report.judgement.gaps:
        yield f"{style.bad('not looked at')}: {gap.where}: {gap.why}"


def _what_it_is(report: ModelReport, style: Style) -> Iterator[str]:
    model = report.model
    yield style.title(model.path)
    if not model.meta_graphs:
        what = model.artifact.title if model.artifact is not None else f"a folder whose {model.format} holds no graph"
        yield f"  is           {what}"
    else:
        yield f"  format       {model.format}, saved by TensorFlow {saved_by(model) or '(not recorded)'}"
        for meta in model.meta_graphs:
            tags = ", ".join(meta.tags) or "none"
            counts = f"{_count(len(meta.graph), 'node')}, {_count(len(meta.library.functions), 'function')}"
            kind = "object graph (V2)" if meta.objects is not None else "no object graph (V1)"
            yield f"  meta graph   tags [{tags}], producer {meta.versions.producer}, {counts}, {kind}"
        yield f"  variables    {_variables(model)}"
        if model.assets:
            yield f"  assets       {_count(len(model.assets), 'file')}: {_some(tuple(model.assets))}"
        beside = [*model.side_files, *(f"assets.extra/{name}" for name in model.extra_assets)]
        if beside:
            yield f"  beside       {_some(tuple(beside))}"
    if report.lock is not None:
        yield f"  held to      {report.lock.file}: {report.lock.worst}"
    if report.layout:
        yield f"  found in     {report.layout}"
    yield f"  judged for   {targets_text(report.judgement.targets)} ({report.why_target})"
    if report.why_tags:
        yield f"  with tags    [{', '.join(report.model.meta_graphs[0].tags)}]: {report.why_tags}"
    yield ""


def _variables(model: Model) -> str:
    bundle = model.bundle
    if bundle is None:
        return "no checkpoint"
    shards = _count(bundle.header.num_shards, "shard")
    parameters = f"{bundle.parameters:,} parameters"
    return f"{_count(len(bundle.entries), 'entry', 'entries')}, {parameters}, {size(bundle.total_bytes)} in {shards}"


def _signatures(model: Model, style: Style) -> Iterator[str]:
    rows = []
    for meta in model.meta_graphs:
        where = "" if len(model.meta_graphs) == 1 else f" [{','.join(meta.tags)}]"
        for signature in callable_signatures(meta):
            rows.append([f"  {signature.key}{where}", _tensors(signature.inputs), _tensors(signature.outputs)])
    if rows:
        yield table(rows, ["  signature", "inputs", "outputs"], style)
        yield ""


def _tensors(infos: dict[str, TensorInfo]) -> str:
    texts = [f"{name} {dtype_name(info.dtype)}{shape_text(info.shape)}" for name, info in sorted(infos.items())]
    more = len(texts) - 4
    return "\n".join(texts if more <= 1 else [*texts[:4], f"... {more} more"]) or "-"


def _verdicts(report: ModelReport, style: Style) -> Iterator[str]:
    """A row for each loader, or for each set of targets to which a loader does the same."""
    several = len(report.judgement.targets) > 1
    alike: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in sorted(report.verdicts, key=lambda verdict: list(LOADERS).index(verdict.loader)):
        alike.setdefault(_verdict_row(report, verdict, style), []).append(verdict)
    rows = []
    for (*cells, how), verdicts in alike.items():
        where = targets_text(verdict.target for verdict in verdicts) if several else ""
        rows.append([*cells, where.replace("TensorFlow ", "") or how])
    yield table(rows, ["  loader", "load", "calls", "because", "TensorFlow" if several else ""], style)
    assumed = list(dict.fromkeys(text for verdict in report.verdicts for text in verdict.assumes))
    if assumed:
        more = f" and {len(assumed) - PLACES_SHOWN} more" if len(assumed) > PLACES_SHOWN else ""
        verified = " (--verify reads them)" if WEIGHTS_MATCH in assumed else ""
        yield f"  assuming that {', '.join(assumed[:PLACES_SHOWN])}{more}{verified}"
    yield ""


def _verdict_row(report: ModelReport, verdict: Verdict, style: Style) -> tuple[str, ...]:
    rules = list(dict.fromkeys(report.findings[i].rule for i in verdict.because))
    calls = list(verdict.signatures.values())
    running = sum(call.outcome == RUNS for call in calls)
    loader = LOADERS[verdict.loader]
    called = f"{running} of {len(calls)} {loader.calls} run" if calls else "-" if verdict.outcome != LOADS else "none"
    for call in calls:
        rules += [r for i in call.because if (r := report.findings[i].rule) not in rules]
    name = f"  {verdict.loader}" if verdict.loader in report.chosen else f"  ({verdict.loader})"
    outcome = verdict.outcome if verdict.outcome != FAILS else f"fails ({KILLS.get(verdict.how or '', verdict.how)})"
    colour = {LOADS: style.good, FAILS: style.bad, UNKNOWN: style.warn}[verdict.outcome]
    if verdict.outcome == LOADS and running < len(calls) and not (running and loader.one_is_enough):
        hows = [call.how for call in calls if call.how in KILLS]
        kills = "".join(f", {hows.count(how)} {text}" for how, text in KILLS.items() if how in hows)
        called = style.bad(called + kills)
    return name, colour(outcome), called, " ".join(rules), loader.call


def _findings(report: ModelReport, style: Style) -> Iterator[str]:
    causes = _by_cause(report)
    if not causes:
        yield style.good("no findings")
        yield from _suppressed(report)
        return
    yield _totals(report, style)
    for summary, indices in causes:
        first = report.findings[indices[0]]
        message, fix = words(_of_releases([report.findings[i] for i in indices]))
        yield f"{style.severity(summary.severity)} {style.title(first.rule)} {message}"
        yield f"      where  {_where(report, indices)}"
        broken = _breaks(report, indices)
        if broken:
            yield f"      breaks {broken}"
        else:
            yield f"      means  {_means(first.rule, summary)}"
        yield f"      fix    {_indented(fix)}"
        yield from _consequences(report, indices)
    yield from _suppressed(report)


def _means(code: str, summary: Summary) -> str:
    if code.startswith("DF"):
        return "the lock does not allow it" if summary.severity == ERROR else "other than in the lock, which allows it"
    return MEANS.get(summary.effect, summary.effect)


def _suppressed(report: ModelReport) -> Iterator[str]:
    """How many findings are not told, and why; the baseline's entries that no longer say what they did."""
    reasons = [found.by for i in range(len(report.findings)) if (found := report.suppression(i)) is not None]
    for by, words_of in ((BY_BASELINE, "known to the baseline"), (BY_POLICY, "off by the policy (select, ignore)")):
        if by in reasons:
            yield f"not told: {_count(reasons.count(by), 'finding')} {words_of}"
    held = report.against_baseline or Matched()
    for title, entries in (("expired", held.expired), ("stale", held.stale)):
        for entry in entries:
            yield f"baseline: {title}{f' since {entry.expires}' * (title == 'expired')}: {entry.rule} {entry.message}"


def _consequences(report: ModelReport, indices: list[int]) -> Iterator[str]:
    """What follows from a cause, a line each: it goes away with the cause."""
    effects = [report.findings[effect] for effect, cause in report.follows.items() if cause in indices]
    told = dict.fromkeys(f"{finding.rule} {words(finding)[0]} ({finding.where})" for finding in effects)
    for line in list(told)[:PLACES_SHOWN]:
        yield f"      so     {line}"
    if len(told) > PLACES_SHOWN:
        yield f"      so     ... {len(told) - PLACES_SHOWN} more"


def _of_releases(findings: list[Finding]) -> Finding:
    """The first of findings that differ in nothing but the release, with all their releases in its words."""
    first = findings[0]
    named = list(dict.fromkeys(str(finding.data.get("tensorflow", "")) for finding in findings))
    if len(named) < 2:
        return first
    named.sort(key=lambda version: [int(part) for part in version.split(".")])
    text = f"{named[0]} to {named[-1]}" if len(named) > PLACES_SHOWN else ", ".join(named)
    return Finding(first.rule, first.where, {**first.data, "tensorflow": text}, first.count, first.places)


def _cause(finding: Finding) -> tuple[str, str]:
    """Equal for findings whose words differ in nothing but the target's release."""
    data = {**finding.data, "tensorflow": ""} if "tensorflow" in finding.data else finding.data
    return finding.rule, words(Finding(finding.rule, finding.where, data))[0]


def _by_cause(report: ModelReport) -> list[tuple[Summary, list[int]]]:
    """Findings with the same words together, with the worst of their meanings; worst first."""
    causes: dict[tuple[str, str], list[int]] = {}
    for index in report.told():
        if index not in report.follows:
            causes.setdefault(_cause(report.findings[index]), []).append(index)
    groups = []
    for indices in causes.values():
        worst = min((report.summary(i) for i in indices), key=_badness)
        groups.append((worst, indices))
    groups.sort(key=lambda group: (*_badness(group[0]), group[1][0]))
    return groups


def _badness(summary: Summary) -> tuple[int, int]:
    return SEVERITIES.index(summary.severity), EFFECTS.index(summary.effect)


def _totals(report: ModelReport, style: Style) -> str:
    """How many findings of each severity; what differs only in the release counts once, what follows is counted apart."""
    worst: dict[tuple[object, ...], str] = {}
    following = report.follows
    for i in report.told():
        if i in following:
            continue
        key = (*_cause(report.findings[i]), report.findings[i].where)
        worst[key] = min(worst.get(key, SEVERITIES[-1]), report.summary(i).severity, key=SEVERITIES.index)
    counted = list(worst.values())
    parts = [_count(counted.count(s), s) for s in SEVERITIES if s in counted]
    follow = "follow" if len(following) > 1 else "follows"
    apart = f" ({len(following)} more {follow} from {'them' if len(counted) > 1 else 'it'})"
    return style.head("findings: ") + ", ".join(parts) + (apart if following else "")


def _where(report: ModelReport, indices: list[int]) -> str:
    places = []
    counts: dict[Location, int] = {}
    for index in indices:
        finding = report.findings[index]
        rule = rule_of(finding.rule)
        for place in finding.places or ("",):
            where = str(finding.where._replace(node=place) if rule is not None and rule.about_nodes else finding.where)
            places.append(where if place in where else f"{where}, {place}")
        counts[finding.where] = max(finding.count, counts.get(finding.where, 0))
    shown = list(dict.fromkeys(places))[:PLACES_SHOWN]
    more = sum(counts.values()) - len(shown)
    joined = "\n             ".join(shown)
    return f"{joined}\n             ... {more:,} more places" if more > 0 else joined


def _breaks(report: ModelReport, indices: list[int]) -> str:
    """ "the load in tf2, tf1; calls of serving_default in serving": what the findings stop, in the chosen loaders."""
    stages: dict[str, dict[str, dict[Target, None]]] = {}
    for meaning in report.judgement.meanings:
        if meaning.finding in indices and meaning.loader in report.chosen:
            called = f"calls of {_some(meaning.signatures)}" if meaning.effect == CALL_FAILS else "the load"
            kill = KILLS.get(_how(report, meaning) or "")
            called += f" (it {kill})" if kill else ""
            stages.setdefault(called, {}).setdefault(meaning.loader, {})[meaning.target] = None
    parts = []
    for what, loaders in stages.items():
        alike: dict[tuple[Target, ...], list[str]] = {}
        for loader, targets in loaders.items():
            alike.setdefault(tuple(targets), []).append(loader)
        for some, names in alike.items():
            everywhere = len(some) == len(report.judgement.targets)
            parts.append(f"{what} in {', '.join(names)}" + ("" if everywhere else f" ({targets_text(some)})"))
    return "; ".join(parts)


def _how(report: ModelReport, meaning: Meaning) -> str | None:
    """How a failure comes, if this finding is its first cause."""
    for verdict in report.verdicts:
        if verdict.loader == meaning.loader and verdict.target == meaning.target:
            if verdict.because[:1] == (meaning.finding,):
                return verdict.how
            calls = [verdict.signatures[key] for key in meaning.signatures if key in verdict.signatures]
            return next((call.how for call in calls if call.because[:1] == (meaning.finding,)), None)
    return None


def _indented(text: str) -> str:
    return text.replace("\n", "\n             ")


def confirmation_lines(report: ModelReport, real: Confirmation, style: Style) -> Iterator[str]:
    """What a real load did, and whether the verdict said so."""
    how = f"{LOADERS[real.loader].call}" + (f", TensorFlow {real.tensorflow}" if real.tensorflow else "")
    how += f", {real.keras}" if real.keras else ""
    if real.outcome == "not-confirmed":
        yield f"{style.warn('not confirmed')} ({how}): {real.error_message}"
        return
    colour = style.good if real.outcome == LOADS else style.bad
    yield f"{style.head('confirmed')} by {how} in {real.seconds:.1f} s: {colour(real.outcome)}{_error(real)}"
    for key, call in sorted(real.signatures.items()):
        shade = {RUNS: style.good, FAILS: style.bad}.get(call.outcome, style.warn)
        outcome = call.outcome.replace("-", " ")
        yield f"      {key}: {shade(outcome)}{_error(call) if call.outcome != RUNS else ''}"
    if real.agrees is False:
        yield style.bad("DISAGREEMENT: the real load did something else than the verdict says. This is our bug:")
        yield f"      please report it with `python -m inspector --format json {report.path}` and, if you can, the model"
    elif real.agrees:
        yield "      as predicted"


def _error(real: object) -> str:
    kind, text, how = (getattr(real, name) for name in ("error_type", "error_message", "how"))
    if not kind and not text:
        return f" ({how})" if how else ""
    first = (text or "").strip().partition("\n")[0][:300]
    return f" ({how}) " * bool(how and how != "error") + f": {kind + ': ' if kind else ''}{first}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:PLACES_SHOWN])
    return shown if len(names) <= PLACES_SHOWN else f"{shown}, ... {len(names) - PLACES_SHOWN} more"


def size(number: int) -> str:
    """205.2 MB: decimal units."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return ""
