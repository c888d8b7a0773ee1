"""Starts the probe in a scratch folder, watches its time and memory, and ends its whole process group."""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
import sys
import tempfile
import time
from typing import Any

from inspector.confirmation.interpreter import environment
from inspector.named_tuple import NamedTuple

PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")
POLL = 0.03
OUTPUT_KEPT = 20_000
ABORTS = (signal.SIGABRT,)
CRASHES = tuple(getattr(signal, name) for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE") if hasattr(signal, name))


class Run(NamedTuple):
    """What one child did. ``how`` is None where it ended of itself, having said all it had to say."""

    events: tuple[dict[str, Any], ...]
    how: str | None
    why: str
    output: str
    scratch: str
    ended: float


def run(executable: str, request: dict[str, Any], *, timeout: float, memory: int) -> Run:
    """Runs the probe once. The scratch folder is its HOME, TMPDIR and working folder, and is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="inspector-", ignore_cleanup_errors=True) as scratch:
        events = os.path.join(scratch, "events.jsonl")
        home = os.path.join(scratch, "home")
        os.mkdir(home)
        asked = os.path.join(scratch, "request.json")
        with open(asked, "w", encoding="utf-8") as stream:
            json.dump({**request, "events": events}, stream)
        with open(os.path.join(scratch, "output.txt"), "w+b") as output:
            process = subprocess.Popen(
                [executable, PROBE, asked],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=home,
                env=child_environment(executable, home),
                start_new_session=True,
            )
            try:
                verdict = watch(process, events, timeout=timeout, memory=memory)
            finally:
                end(process)
            said = read_events(events)
            how, why = verdict or manner(process.returncode, bool(said) and said[-1]["event"] in LAST_WORDS)
            return Run(said, how, why, tail(output), scratch, time.time())


LAST_WORDS = ("done", "load-failed", "library-failed", "no-tensorflow", "bad-inputs")


def child_environment(executable: str, home: str) -> dict[str, str]:
    """The child's environment: quiet, and with every default place for files inside the scratch folder."""
    values = environment(executable)
    if sys.platform.startswith("linux"):
        values.setdefault("PYTHONUSERBASE", site.getuserbase())  # packages of `pip install --user` stay visible
    values.update(HOME=home, TMPDIR=home, TEMP=home, TMP=home, TF_CPP_MIN_LOG_LEVEL="2", PYTHONIOENCODING="utf-8")
    return values


def watch(process: subprocess.Popen[bytes], events: str, *, timeout: float, memory: int) -> tuple[str, str] | None:
    """Waits for the end. Returns how and why it has to be ended by us, or None where it ended by itself.

    Each line that the child writes begins a new step with its own time. A step begins when the child says so, so a
    child that goes on printing without an answer is a hang like any other.
    """
    size, since = 0, time.monotonic()
    while True:
        try:
            process.wait(POLL)
            return None
        except subprocess.TimeoutExpired:
            pass
        if resident(process.pid) > memory:
            return "kill", f"used more than {memory / (1 << 30):.3g} GiB of memory"
        now = time.monotonic()
        grown = os.path.getsize(events) if os.path.exists(events) else 0
        if grown != size:
            size, since = grown, now
        elif now - since > timeout:
            return "hang", f"no answer within {timeout:g} s"


def resident(pid: int) -> int:
    """Resident memory of a process in bytes; 0 where the system has no /proc. Costs some 10 microseconds."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the child's process group, and reaps the child."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass
    process.wait()


def manner(code: int, finished: bool) -> tuple[str | None, str]:
    """How a child came to its end, from its exit code."""
    if finished:
        return None, ""
    number = -code if code < 0 else code - 128 if code > 128 else 0  # a wrapper script hands a signal on as 128 + n
    if not number:
        return "crash", f"the process ended with exit code {code}"
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number in ABORTS:
        return "abort", name
    if number in CRASHES:
        return "crash", name
    return "kill", f"{name} from outside, which often means that the system ran out of memory"


def read_events(path: str) -> tuple[dict[str, Any], ...]:
    """The child's lines; one that was cut short by its death is left out."""
    try:
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().splitlines(keepends=True)
    except OSError:
        return ()
    return tuple(json.loads(line) for line in lines if line.endswith("\n"))


def tail(stream: Any) -> str:
    """The end of what the child printed."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - OUTPUT_KEPT))
    return str(stream.read().decode("utf-8", "replace"))
