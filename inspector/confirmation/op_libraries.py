"""Which ops a library registers (TF_LoadLibrary, TF_GetOpList), asked of a child process that has TensorFlow."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable

from inspector.confirmation import child, message
from inspector.confirmation.interpreter import locate
from inspector.errors import OpSourceError


def op_lists_of(libraries: Iterable[str], *, python: str | None, timeout: float, memory: int) -> dict[str, bytes]:
    """See ``inspector.confirmation.op_lists_of``."""
    paths = {os.path.abspath(path): path for path in libraries}
    first = next(iter(paths.values()))
    executable = locate(python)
    if executable is None:
        raise OpSourceError(first, f"interpreter not found: {python}")
    request = {"path": None, "loader": "serving", "libraries": list(paths), "inputs": []}
    try:
        run = child.run(executable, request, timeout=timeout, memory=memory)
    except OSError as error:
        raise OpSourceError(first, f"the interpreter cannot be started: {error.strerror or error}") from None
    said = {event["event"]: event for event in run.events}
    found = {paths[e["library"]]: base64.b64decode(e["ops"]) for e in run.events if e["event"] == "library"}
    if "done" in said:
        return found
    if "no-tensorflow" in said:
        raise OpSourceError(
            first, f"a TensorFlow is needed to load it (--confirm-with): {said['no-tensorflow']['message']}"
        )
    if "library-failed" in said:
        event = said["library-failed"]
        raise OpSourceError(
            paths[event["library"]], f"it does not load: {message.clean(event['message'], '', run.scratch)}"
        )
    unread = next((path for path in paths.values() if path not in found), first)
    words = message.clean(message.last_words(run.output), "", run.scratch)
    raise OpSourceError(unread, f"it does not load: {run.how}: {run.why}" + (f"\n{words}" if words else ""))
