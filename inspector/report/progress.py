"""Progress of work over a second, on standard error and only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext


@contextmanager
def reading_weights(folder: str, doing: str = "verifying") -> Iterator[Callable[..., None] | None]:
    """A callback that takes the bytes of checkpoint data read so far, and how many there are where it is not all that the
    model has; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=_shard_bytes(folder), unit="B", unit_scale=True, desc=doing, delay=1, leave=False) as bar:

        def tell(done: int, whole: int | None = None) -> None:
            bar.total = bar.total if whole is None else whole
            bar.update(done - bar.n)

        yield tell


def _shard_bytes(folder: str) -> int:
    variables = os.path.join(folder, "variables")
    try:
        return sum(os.path.getsize(os.path.join(variables, name)) for name in os.listdir(variables) if ".data-" in name)
    except OSError:
        return 0


@contextmanager
def doing(what: str) -> Iterator[None]:
    """A line that stands while something takes its time, and goes with it."""
    if not sys.stderr.isatty():
        yield
        return
    print(f"{what} ...", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def judging(models: int) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """A bar over models; what it gives wraps the telling of each, so that the bar does not stand in what is written."""
    if not sys.stderr.isatty():
        yield nullcontext
        return
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread: worker processes are forked meanwhile
    with tqdm(total=models, unit="model", desc="judging", delay=1, leave=False) as bar:

        @contextmanager
        def done() -> Iterator[None]:
            with tqdm.external_write_mode():
                yield
            bar.update()

        yield done
