"""Makes a Confirmation of what the child said, and starts another one for the signatures that it did not reach."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from inspector.confirmation import child, message
from inspector.confirmation.interpreter import locate
from inspector.confirmation.invented import why_refused
from inspector.errors import UsageError
from inspector.findings import FAILS, INCONCLUSIVE, KERAS, LOADS, RUNS, TENSORFLOW, CallConfirmation, Confirmation

LOADERS = (*TENSORFLOW, *KERAS)
NOT_CONFIRMED = "not-confirmed"
NOT_CALLED = "not-called"
RESTARTS = 3


def confirm(
    path: str,
    *,
    loader: str,
    python: str | None,
    tags: tuple[str, ...] | None,
    skip_calls: Mapping[str, str],
    inputs: str | None,
    signature_inputs: Mapping[str, Mapping[str, object]] | None,
    libraries: Sequence[str],
    imports: Sequence[str],
    timeout: float,
    memory: int,
    env: tuple[tuple[str, str], ...],
) -> Confirmation:
    """See ``inspector.confirmation.confirm``."""
    if loader not in LOADERS:
        raise UsageError(f"cannot confirm loader {loader!r}; choose one of {', '.join(LOADERS)}")
    if inputs is not None and not os.path.isfile(inputs):
        raise UsageError(f"no such file with inputs: {inputs}")
    executable = locate(python)
    if executable is None:
        return Confirmation(loader, None, NOT_CONFIRMED, error_message=f"interpreter not found: {python}")
    where = path if "://" in path else os.path.abspath(path)
    request: dict[str, Any] = {
        "path": where,
        "loader": loader,
        "tags": None if tags is None else list(tags),
        "skip": sorted(skip_calls),
        "inputs": [os.path.abspath(inputs)] if inputs else [],
        "libraries": [os.path.abspath(library) for library in libraries],
        "imports": list(imports),
        "only": None,
        "env": dict(env),
    }
    with tempfile.TemporaryDirectory(prefix="inspector-") as folder:
        if signature_inputs is not None:
            request["inputs"].append(write_inputs(signature_inputs, folder))
        account = Account(loader, path, skip_calls)
        for _ in range(1 + RESTARTS):
            try:
                run = child.run(executable, request, timeout=timeout, memory=memory)
            except OSError as error:
                reason = f"interpreter cannot be started: {error.strerror or error}"
                return Confirmation(loader, None, NOT_CONFIRMED, error_message=reason)
            if not account.add(run):
                break
            request["only"] = account.waiting()
    return account.result()


def write_inputs(inputs: Mapping[str, Mapping[str, object]], folder: str) -> str:
    """Writes inputs given as Python values (lists, strings, bytes, arrays) as the JSON that the probe reads."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return {"b64": base64.b64encode(value).decode("ascii")}
        if hasattr(value, "tolist"):
            return value.tolist()
        raise UsageError(f"an input of type {type(value).__name__} cannot be handed to the confirmation")

    path = os.path.join(folder, "inputs.json")
    with open(path, "w", encoding="utf-8") as stream:
        json.dump({key: dict(values) for key, values in inputs.items()}, stream, default=plain)
    return path


class Account:
    """What is known so far of one model under one loader, over all the children that were started for it."""

    def __init__(self, loader: str, path: str, skip_calls: Mapping[str, str]) -> None:
        self.loader = loader
        self.path = path
        self.skip_calls = skip_calls
        self.failure: Confirmation | None = None
        self.tensorflow: str | None = None
        self.keras: str | None = None
        self.signatures: list[str] = []
        self.calls: dict[str, CallConfirmation] = {}
        self.left = ""  # why signatures are left without a call
        self.seconds = 0.0

    def waiting(self) -> list[str]:
        """Signatures that are to be called and were not."""
        return [key for key in self.signatures if key not in self.calls and key not in self.skip_calls]

    def add(self, run: child.Run) -> bool:
        """Takes in one run; True where another is needed."""
        said = {event["event"]: event for event in run.events}
        if "bad-inputs" in said:
            raise UsageError(f"the inputs cannot be used: {said['bad-inputs']['message']}")
        if "imported" not in said:
            self.fail(NOT_CONFIRMED, None, None, self.no_tensorflow(run, said))
            return False
        self.tensorflow = said["imported"]["version"]
        self.keras = said["imported"].get("keras")
        if "library-failed" in said:
            failed = said["library-failed"]
            words = f"{failed['library']} fails: {failed['type']}: {failed['message']}"
            self.fail(NOT_CONFIRMED, None, None, self.clean(words, run))
            return False
        last = run.events[-1]["at"] if run.how is None else run.ended
        self.seconds += max(0.0, last - said["imported"]["at"])
        if "loaded" not in said:
            found = said.get("load-failed")
            how, kind, words = ("error", found["type"], found["message"]) if found else self.death(run, "load")
            self.fail(FAILS, how, kind, self.clean(words, run))
            return False
        self.signatures = said["loaded"]["signatures"]
        for event in run.events:
            if event["event"] == "called":
                self.calls[event["signature"]] = self.call(event, run)
        if run.how is None:
            return False
        started = [event["signature"] for event in run.events if event["event"] == "calling"]
        if started and started[-1] not in self.calls:
            how, kind, words = self.death(run, "call")
            self.calls[started[-1]] = CallConfirmation(FAILS, how, kind, self.clean(words, run))
        self.left = f"{1 + RESTARTS} calls of other signatures ended the process"
        return bool(self.waiting())

    def fail(self, outcome: str, how: str | None, kind: str | None, words: str) -> None:
        """The end without calls; in a later child it says only why the remaining signatures have none."""
        if self.signatures:
            self.left = f"the load was repeated for the remaining signatures and did not succeed: {words}"
        else:
            self.failure = Confirmation(self.loader, self.tensorflow, outcome, how, kind, words)

    def no_tensorflow(self, run: child.Run, said: Mapping[str, Any]) -> str:
        found = said.get("no-tensorflow")
        if found is None:
            words = message.last_words(run.output)
            return self.clean(f"TensorFlow cannot be imported: {run.why}" + (f"\n{words}" if words else ""), run)
        if found["absent"]:
            return str(found["message"])
        return self.clean(f"TensorFlow cannot be imported: {found['type']}: {found['message']}", run)

    def death(self, run: child.Run, step: str) -> tuple[str, str | None, str]:
        """How, error type and message of a child that did not come back."""
        how = run.how or "crash"
        if how in ("hang", "kill"):
            return how, None, f"{step}: {run.why}"
        words = message.last_words(run.output)
        return how, None, words or run.why

    def call(self, event: Mapping[str, Any], run: child.Run) -> CallConfirmation:
        if event["ok"]:
            return CallConfirmation(RUNS)
        if "not_called" in event:
            return CallConfirmation(NOT_CALLED, error_message=event["not_called"])
        words = self.clean(event["message"], run)
        if event["invented"] and why_refused(event["type"], event["message"]) is not None:
            return CallConfirmation(INCONCLUSIVE, None, event["type"], words)
        return CallConfirmation(FAILS, "error", event["type"], words)

    def clean(self, words: str, run: child.Run) -> str:
        return message.clean(words, self.path, run.scratch)

    def result(self) -> Confirmation:
        """The Confirmation, its signatures in order of their names."""
        seconds = round(self.seconds, 3)
        if self.failure is not None:
            return self.failure._replace(seconds=seconds, keras=self.keras)
        calls = {}
        for key in sorted(self.signatures):
            reason = self.skip_calls.get(key, self.left)
            calls[key] = self.calls.get(key) or CallConfirmation(NOT_CALLED, error_message=reason)
        return Confirmation(self.loader, self.tensorflow, LOADS, signatures=calls, seconds=seconds, keras=self.keras)
