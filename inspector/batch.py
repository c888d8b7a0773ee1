"""Many models: each is judged by a worker process, within a bound of time and memory, and told as soon as it is done.

One broken or hanging model never stops the others: a worker that dies, hangs or grows is ended, its model is ``unknown``,
and a new worker goes on. What crosses the processes are plain values: plans in, documents and texts out.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Generator, Sequence
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from inspector.checking import Plan
from inspector.confirmation.child import resident
from inspector.named_tuple import NamedTuple
from inspector.telling import Form, Told, could_not_tell, tell

CONFIRMING = "confirming"  # a worker says so: from now on the child process of the confirmation has its own bounds
_POLL = 0.1
_COLLECT_EVERY = 64  # models; a worker makes cycles, and collecting them each time costs more than keeping some


class Bounds(NamedTuple):
    """What one model may take: seconds of the static part, and bytes of resident memory."""

    seconds: float = 300.0
    memory: int = 8 << 30


class _Worker:
    """A process and the plan that it has at hand; ``since`` is None while it confirms."""

    __slots__ = ("at", "pipe", "process", "since")

    def __init__(self, context: Any, form: Form) -> None:
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(theirs, form), daemon=False)
        self.process.start()
        theirs.close()
        self.at: int | None = None
        self.since: float | None = None

    def give(self, number: int, plan: Plan) -> None:
        self.at, self.since = number, time.monotonic()
        self.pipe.send(plan)

    def over(self, bounds: Bounds) -> str:
        """Why the model at hand has had its share; empty while it has not."""
        if self.since is not None and time.monotonic() - self.since > bounds.seconds:
            return f"no answer within {bounds.seconds:g} s"
        if resident(self.process.pid or 0) > bounds.memory:
            return f"used more than {bounds.memory / (1 << 30):.3g} GiB of memory"
        return ""

    def end(self) -> None:
        """Kills the process with all that it started, and reaps it."""
        try:
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid or 0, signal.SIGKILL)
            else:
                self.process.kill()
        except OSError:
            pass
        self.process.join()
        self.pipe.close()


def tell_all(plans: Sequence[Plan], form: Form, jobs: int, bounds: Bounds) -> Generator[tuple[int, Told], None, None]:
    """What is to be told of each plan, with its number, in the order in which they are done.

    ``jobs`` processes share the plans. Closing the iterator ends them.
    """
    context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    waiting = list(enumerate(plans))[::-1]
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.at is not None for worker in workers):
            while waiting and len(workers) < min(jobs, len(plans)):
                workers.append(_Worker(context, form))
            for worker in workers:
                if worker.at is None and waiting:
                    worker.give(*waiting.pop())
            wait([worker.pipe for worker in workers if worker.at is not None], _POLL)
            for worker in list(workers):
                if worker.at is None:
                    continue
                number = worker.at
                told, alive = _heard(worker, plans[number], bounds)
                if not alive:
                    worker.end()
                    workers.remove(worker)
                if told is not None:
                    yield number, told
    finally:
        for worker in workers:
            worker.end()


def _heard(worker: _Worker, plan: Plan, bounds: Bounds) -> tuple[Told | None, bool]:
    """What a worker has to say, and whether it can go on."""
    try:
        while worker.pipe.poll():
            said = worker.pipe.recv()
            if said == CONFIRMING:
                worker.since = None
                continue
            worker.at = worker.since = None
            return said, True
    except (EOFError, OSError):
        worker.process.join()
        return could_not_tell(plan, f"the process that judged it ended with exit code {worker.process.exitcode}"), False
    why = worker.over(bounds)
    return (could_not_tell(plan, why), False) if why else (None, True)


def _work(pipe: Connection, form: Form) -> None:
    """A worker's life: a plan, its answer, the next plan. Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    gc.disable()
    done = 0
    while True:
        try:
            plan = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            told = tell(plan, form, said=lambda text: None, confirming=lambda: pipe.send(CONFIRMING))
        except Exception as error:
            told = could_not_tell(plan, f"our own bug: {type(error).__name__}: {error}")
        pipe.send(told)
        done += 1
        if done % _COLLECT_EVERY == 0:
            gc.collect()
