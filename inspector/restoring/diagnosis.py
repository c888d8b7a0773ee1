"""The diagnosis of an error or a log: what happened, how sure that is, and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from inspector.catalogue import release
from inspector.confirmation import tensorflow_of
from inspector.discovery import expand
from inspector.engine import words
from inspector.errors import InspectorError, UnknownRelease, UsageError
from inspector.findings import FAILS, LOADS, Finding, Target, Verdict
from inspector.named_tuple import NamedTuple
from inspector.restoring.kinds import (
    DEPENDENCY,
    LIKELY,
    NOT_KNOWN,
    NOT_SAVED_MODEL,
    POSSIBLE,
    SIGNATURE,
    SURE,
    UNKNOWN,
    kind_of,
)
from inspector.restoring.knowledge import known_of, needed_for
from inspector.restoring.messages.message import HARMLESS, WRAPPER
from inspector.restoring.reading import Scan, Sighting, scan
from inspector.restoring.tying import Judged, judged, loader_of, nodes_with, offers, tied
from inspector.targets import choose_targets
from inspector.topology.host_access import host_access
from inspector.topology.reach import Reach
from inspector.version import VERSION

if TYPE_CHECKING:
    from inspector.contract import Answer

SCHEMA_VERSION = 1
HOST_ACCESS = "SC001"
CALLS = ("no-matching-function", "arguments-not-bound", "argument-dtype", "argument-not-tensor")
SHOWN = 6  # findings and other messages in a diagnosis
_ABOUT = ("tensorflow", "saved_model", "savedmodel", "keras", "SavedModel")


class Seen(NamedTuple):
    """Another message that was recognised in the text."""

    code: str
    kind: str
    cause: str
    text: str


class _Told(dict[str, str]):
    """The names in a text; those that were cut off are not known."""

    def __missing__(self, name: str) -> str:
        return "?"


class Diagnosis(NamedTuple):
    """What is known of a failure.

    ``kind`` is the name of one of the exceptions of ``inspector``; ``certainty`` is sure, likely, possible or unknown.
    ``code`` names the message that was recognised, ``text`` is the line that holds it, ``fields`` are the names in it,
    ``source`` the file and function of TensorFlow that says it. ``findings`` are those of the model that say the same, the
    first cause first; ``verdict`` is what the static check foretells of the load. ``packages`` and ``imports`` cure a
    missing dependency. ``call`` is the nearest call that the model accepts, for an error of a call. ``notes`` say what
    misleads in the text, and what the model says to it; ``others`` are messages that followed. ``report`` is a bug report,
    where nothing was recognised.
    """

    kind: str
    certainty: str
    cause: str
    fix: str
    code: str = ""
    text: str = ""
    fields: Mapping[str, str] = {}
    source: str = ""
    findings: tuple[Finding, ...] = ()
    verdict: Verdict | None = None
    packages: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    call: Answer | None = None
    notes: tuple[str, ...] = ()
    others: tuple[Seen, ...] = ()
    report: str = ""

    @property
    def known(self) -> bool:
        """Whether anything was recognised."""
        return self.certainty != NOT_KNOWN

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/diagnosis_schema.json``."""
        findings = []
        for finding in self.findings:
            message, fix = words(finding)
            findings.append({"rule": finding.rule, "message": message, "fix": fix, "where": finding.where.as_dict(),
                             "count": finding.count})  # fmt: skip
        verdict = self.verdict
        foretold = None if verdict is None else {
            "loader": verdict.loader, "target": verdict.target.as_dict(), "outcome": verdict.outcome,
        }  # fmt: skip
        return {
            "schema_version": SCHEMA_VERSION, "inspector": VERSION, "kind": self.kind, "certainty": self.certainty,
            "cause": self.cause, "fix": self.fix, "code": self.code, "text": self.text, "fields": dict(self.fields),
            "source": self.source, "findings": findings, "verdict": foretold, "packages": list(self.packages),
            "imports": list(self.imports), "call": None if self.call is None else self.call.as_dict(),
            "notes": list(self.notes), "others": [one._asdict() for one in self.others], "report": self.report,
        }  # fmt: skip


def diagnose(
    error: BaseException | str | Iterable[str],
    path: str | os.PathLike[str] | None = None,
    *,
    tensorflow: str | None = None,
    device: str = "cpu",
    packages: Iterable[str] = (),
    tags: Sequence[str] | None = None,
) -> Diagnosis:
    """What an error, a traceback or a log says, tied to the model at ``path`` if one is given.

    ``error`` is an exception (with its traceback and causes), a text, or a text in pieces (an open file): a log of any
    size, in bounded memory. The model is judged for ``tensorflow`` (default: the release that the text names, else the
    installed one, else the newest known) on ``device`` with ``packages``. Runs nothing and does not import TensorFlow.
    Cost: some 50 ms, some 10 s for 100 MB of log; with a path that of a check. Raises UsageError for a path that does not
    exist, an unknown release or device.
    """
    found = scan(_pieces(error))
    target = _target(found, tensorflow, device, packages)
    there = None if path is None else judged(next(iter(expand(os.fspath(path)))), target, tags)
    return conclude(found, there, target.tensorflow)


def _target(found: Scan, tensorflow: str | None, device: str, packages: Iterable[str]) -> Target:
    """What a model is judged for: the TensorFlow that is asked for, or that the text is of, if it can be judged."""
    if tensorflow is None and found.release:
        try:
            return choose_targets(release(found.release).version, device, packages).targets[0]
        except (UnknownRelease, UsageError):
            pass  # a release that is too old, or no release at all
    return choose_targets(tensorflow, device, packages).targets[0]


def _pieces(error: BaseException | str | Iterable[str]) -> Iterable[str]:
    if isinstance(error, BaseException):
        return _of_exception(error)
    return [error] if isinstance(error, str) else error


def _of_exception(error: BaseException) -> Iterator[str]:
    """As Python would print it; of our own errors only what they were raised from."""
    from traceback import format_exception

    shown: BaseException | None = error
    while isinstance(shown, InspectorError) and shown.__cause__ is not None:
        shown = shown.__cause__
    if shown is not None:
        yield from format_exception(type(shown), shown, shown.__traceback__)


def of_failure(
    error: BaseException, path: str, tags: Sequence[str] | None, loader: str, packages: Iterable[str], device: str
) -> Diagnosis:
    """The diagnosis of a load that failed here, of a model that may not be there."""
    found = scan(_of_exception(error))
    target = choose_targets(None, device, packages).targets[0]
    try:
        there = judged(path, target, tags)
    except (InspectorError, OSError):  # not local, or not there
        there = None
    return conclude(found, there, target.tensorflow, loader=loader, failed=True)


def foretold(path: str, tags: Sequence[str] | None, loader: str, packages: Iterable[str]) -> Diagnosis | None:
    """Why a load here will fail, or touch the machine, by the static check alone; None where it will do neither."""
    if tensorflow_of(None) is None:
        return without_tensorflow(None)
    target = choose_targets(None, "cpu", packages).targets[0]
    try:
        there = judged(path, target, tags)
    except UsageError as error:
        return Diagnosis(NOT_SAVED_MODEL, SURE, str(error), "pass the folder that holds saved_model.pb")
    verdict = there.verdict(loader)
    findings = _touching(there, loader)
    if not findings and verdict is not None and verdict.outcome == FAILS:
        findings = there.because(loader)
    if not findings:
        return None
    message, fix = words(findings[0])
    packages_, imports = needed_for(findings, target.tensorflow)
    return Diagnosis(kind_of(findings[0]), SURE, f"{message} ({findings[0].where})", fix, findings=findings[:SHOWN],
                     verdict=verdict, packages=packages_, imports=imports)  # fmt: skip


def _touching(there: Judged, loader: str) -> tuple[Finding, ...]:
    """The findings of what touches the machine in a loader's load, or in a call of what it loaded."""
    found = [one for one in there.judgement.findings if one.rule == HOST_ACCESS]
    if not found:
        return ()
    access = host_access(there.model, {meta.index: Reach(meta) for meta in there.model.meta_graphs})
    reached = {(one.function, one.node) for one in access if loader in one.at_load or loader in one.at_call}
    return tuple(one for one in found if any((one.where.function, place) in reached for place in one.places))


def without_tensorflow(error: Exception | None) -> Diagnosis:
    """The diagnosis where TensorFlow itself is not installed, or its import failed."""
    installed = tensorflow_of(None)
    if installed is None or error is None:
        cause, fix = "TensorFlow is not installed in this environment", "pip install tensorflow"
    else:
        said = str(error).partition("\n")[0]
        cause = f"TensorFlow {installed} is installed and cannot be imported: {type(error).__name__}: {said}"
        fix = (
            f'make python -c "import tensorflow" work first: pip install --force-reinstall tensorflow=={installed} in a new '
            "environment brings the packages that fit it (numpy, protobuf), for a Python that has a wheel of it"
        )
    return Diagnosis(DEPENDENCY, SURE, cause, fix, packages=("tensorflow",), imports=("import tensorflow",))


def not_explained(own: Exception) -> Diagnosis:
    """The diagnosis where making one failed: our own bug, told, and not in the way of TensorFlow's error."""
    why = f"{type(own).__name__}: {own}"
    return Diagnosis(UNKNOWN, NOT_KNOWN, f"the failure could not be explained (our own bug: {why})",
                     "report this as a bug of the inspector", report=why)  # fmt: skip


def conclude(
    found: Scan, there: Judged | None, tensorflow: str, *, loader: str = "", failed: bool = False
) -> Diagnosis:
    """The diagnosis of what was seen in a text, and of the model if there is one.

    ``failed`` says that this very model failed to load here, whatever the text looks like.
    """
    best = found.best()
    loader = loader or loader_of(found.context)
    notes = tuple(one.message.cause.format_map(one.fields) for one in found.sightings if one.message.rank == HARMLESS)
    if best is None:
        return _unknown(found, there, loader, notes, failed)
    message = best.message
    known = known_of(message.code, best.fields, tensorflow)
    fields = _Told({**best.fields, **known.fields})
    told = Diagnosis(
        kind=known.kind or message.kind,
        certainty=known.certainty or message.certainty,
        cause=message.cause.format_map(fields),
        fix=message.fix.format_map(fields),
        code=message.code,
        text=best.excerpt,
        fields=best.fields,
        source=best.wording.source,
        packages=known.packages,
        imports=known.imports,
        notes=notes,
        others=_others(found, best, tensorflow),
    )
    if message.code in CALLS:
        told = _with_call(told, best, there)
    return told if there is None else _with_model(told, best, there, loader)


def _with_call(told: Diagnosis, best: Sighting, there: Judged | None) -> Diagnosis:
    """The nearest call that is accepted, where the text tells which call was made."""
    from inspector.contract import NO_MATCH
    from inspector.restoring.calling import nearest_call

    answer = nearest_call(best, there)
    if answer is None or answer.accepted or not answer.python:
        return told
    why = "; ".join(reason for reason in answer.why if not reason.startswith(NO_MATCH))
    cause, fix = f"{answer.of} refuses the call: {why}", f"call it like this: {answer.python}"
    return told._replace(cause=cause, fix=fix, call=answer, certainty=SURE if there is not None else told.certainty)


def _others(found: Scan, best: Sighting, tensorflow: str) -> tuple[Seen, ...]:
    others: dict[str, Seen] = {}
    for one in found.sightings:
        message = one.message
        if message.code == best.message.code or message.rank in (HARMLESS, WRAPPER) or one.wording.any_text:
            continue
        known = known_of(message.code, one.fields, tensorflow)
        cause = message.cause.format_map(_Told({**one.fields, **known.fields}))
        others.setdefault(message.code, Seen(message.code, known.kind or message.kind, cause, one.excerpt))
    return tuple(others.values())[:SHOWN]


def _with_model(told: Diagnosis, best: Sighting, there: Judged, loader: str) -> Diagnosis:
    """The findings that say what the text says make it sure; where there are none, that is said."""
    verdict = there.verdict(loader)
    if told.call is not None:
        return told._replace(verdict=verdict)
    findings, sure = tied(best.message, best.fields, there, loader)
    told = told._replace(verdict=verdict, findings=findings[:SHOWN])
    if findings and not told.packages:
        packages, imports = needed_for(findings, there.target.tensorflow)
        told = told._replace(packages=packages, imports=imports)
    if findings:
        kind = told.kind if told.certainty == SURE else kind_of(findings[0])
        message, fix = words(findings[0])
        cause = f"{message} ({findings[0].where})"
        certainty = SURE if sure else (LIKELY if told.certainty == POSSIBLE else told.certainty)
        return told._replace(kind=kind, certainty=certainty, cause=cause, fix=fix)
    minded = there.because(loader)
    if minded and told.certainty != SURE:
        message, fix = words(minded[0])
        packages, imports = needed_for(minded, there.target.tensorflow)
        return told._replace(
            kind=kind_of(minded[0]), certainty=LIKELY, cause=f"{message} ({minded[0].where})", fix=fix,
            findings=minded[:SHOWN], packages=packages, imports=imports,
        )  # fmt: skip
    told = told._replace(notes=(*told.notes, *_not_here(best, there, verdict)))
    return told._replace(notes=(*told.notes, *offers(there))) if told.kind == SIGNATURE else told


def _not_here(best: Sighting, there: Judged, verdict: Verdict | None) -> Iterator[str]:
    """That the model does not show what the text says, and what that means."""
    op = best.fields.get("op", "")
    used = nodes_with(there, op) if op else ""
    if used:
        yield used
    if verdict is not None and best.message.rules:
        outcome = "it loads and runs" if verdict.outcome == LOADS else f"the verdict is: {verdict.outcome}"
        yield (
            f"the static check does not find this in {there.model.path} for {there.target} ({verdict.loader}: {outcome}): the "
            "text is of another environment, another copy of the model, or another moment (--tensorflow judges for another "
            "release)"
        )


def _unknown(found: Scan, there: Judged | None, loader: str, notes: tuple[str, ...], failed: bool) -> Diagnosis:
    """Nothing was recognised: what the model says, if the text speaks of such things, and a report for us."""
    line = found.errors[-1] if found.errors else ""
    minded = there.because(loader) if there is not None else ()
    verdict = there.verdict(loader) if there is not None else None
    report = _report(found, there)
    if there is not None and minded and (failed or any(word in found.context for word in _ABOUT)):
        message, fix = words(minded[0])
        packages, imports = needed_for(minded, there.target.tensorflow)
        return Diagnosis(kind_of(minded[0]), LIKELY, f"{message} ({minded[0].where})", fix, text=line,
                         findings=minded[:SHOWN], verdict=verdict, packages=packages, imports=imports, notes=notes,
                         report=report)  # fmt: skip
    if not line:
        return Diagnosis(UNKNOWN, NOT_KNOWN, "no line of this text looks like an error", "pass the whole log, from its start on",
                         verdict=verdict, notes=notes)  # fmt: skip
    cause = "nothing in this text is recognised"
    fix = (
        "pass the whole traceback or log, with the path of the model; if it fails to restore, send us the report below"
    )
    if minded:
        message, _ = words(minded[0])
        notes = (*notes, f"the model has a failure of its own: {minded[0].rule} {message} ({minded[0].where})")
    return Diagnosis(UNKNOWN, NOT_KNOWN, cause, fix, text=line, verdict=verdict, notes=notes, report=report)


def _report(found: Scan, there: Judged | None) -> str:
    """A bug report that can be sent as it is: no paths but those in the text."""
    lines = [
        "inspector diagnose: a failure that is not recognised", "",
        f"inspector {VERSION}, TensorFlow {tensorflow_of(None) or 'not installed'}", "", "```",
        *(found.errors or ["(no line looks like an error)"]), "```",
    ]  # fmt: skip
    if there is not None:
        verdicts = ", ".join(f"{one.loader} {one.outcome}" for one in there.judgement.verdicts)
        saved_by = ", ".join(meta.tensorflow_version for meta in there.model.meta_graphs)
        rules = ", ".join(sorted({finding.rule for finding in there.judgement.findings}))
        lines += [
            "",
            f"model: saved by TensorFlow {saved_by or '?'}; verdicts: {verdicts}; findings: {rules or 'none'}",
        ]
    lines += ["", "What restored it, and what it turned out to be:"]
    return "\n".join(lines)
