"""Which TensorFlow an interpreter has, told from the metadata folders that pip leaves: nothing is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

# Distributions that bring the package ``tensorflow``, in the spelling of metadata folders.
DISTRIBUTIONS = (
    "tensorflow",
    "tensorflow_cpu",
    "tensorflow_gpu",
    "tensorflow_intel",
    "tensorflow_macos",
    "tensorflow_rocm",
    "tensorflow_cpu_aws",
    "tensorflow_aarch64",
    "intel_tensorflow",
    "tf_nightly",
    "tf_nightly_cpu",
    "tf_nightly_gpu",
    "tf_nightly_intel",
    "tf_nightly_macos",
)

# Companion packages that TensorFlow's own loaders import when they are installed (python/saved_model/load.py). Those
# that a user has to import first (tensorflow_text ...) are not listed: a confirmation imports what its target names.
COMPANIONS = ("tf_keras",)


def tensorflow_of(python: str | None = None) -> str | None:
    """Version of the TensorFlow of an interpreter (None: the running one), or None where it has none.

    Read from the names of ``*.dist-info`` and ``*.egg-info`` on its ``sys.path``, first path entry first. Costs a
    few directory listings; for another interpreter also its start (about 20 ms). A TensorFlow without metadata (a
    source tree on PYTHONPATH) is not seen.
    """
    path = search_path(python)
    if not any(os.path.isfile(os.path.join(entry, "tensorflow", "__init__.py")) for entry in path):
        return None
    for entry in path:
        found = dict(metadata(entry))
        for name in DISTRIBUTIONS:
            if name in found:
                return found[name]
    return None


def packages_of(python: str | None = None) -> tuple[str, ...]:
    """The companion packages of ``COMPANIONS`` that an interpreter has, by their import names. Cost as above."""
    path = search_path(python)
    return tuple(
        name for name in COMPANIONS if any(os.path.isfile(os.path.join(entry, name, "__init__.py")) for entry in path)
    )


def search_path(python: str | None) -> tuple[str, ...]:
    """The folders of ``sys.path`` of an interpreter; empty where it cannot be asked."""
    if python is None:
        return tuple(sys.path)
    executable = locate(python)
    if executable is None:
        return ()
    import json
    import subprocess

    ask = "import json, sys; print(json.dumps(sys.path[1:]))"
    try:
        answer = subprocess.run(
            [executable, "-c", ask],
            capture_output=True,
            check=True,
            timeout=60,
            env=environment(executable),
            stdin=subprocess.DEVNULL,
        )
        return tuple(str(entry) for entry in json.loads(answer.stdout))
    except (OSError, ValueError, TypeError, subprocess.SubprocessError):
        return ()


def locate(python: str | None) -> str | None:
    """The absolute path of an interpreter (None: the running one) given as a path or as a command."""
    import shutil

    if python is None:
        return sys.executable or None
    found = shutil.which(os.path.expanduser(python))
    return os.path.abspath(found) if found else None


def environment(executable: str) -> dict[str, str]:
    """Environment variables for an interpreter: without those that would lend it this one's packages."""
    values = dict(os.environ)
    if executable != sys.executable:
        for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
            values.pop(name, None)
    return values


def metadata(entry: str) -> Iterator[tuple[str, str]]:
    """Name and version of each TensorFlow distribution in one folder of the path."""
    try:
        names: Iterable[str] = os.listdir(entry or ".")
    except OSError:
        return
    for name in sorted(names):
        stem, extension = os.path.splitext(name)
        if extension in (".dist-info", ".egg-info"):
            distribution, _, rest = stem.partition("-")
            distribution = distribution.lower().replace(".", "_")
            if rest and distribution in DISTRIBUTIONS:
                yield distribution, rest.partition("-py")[0]
