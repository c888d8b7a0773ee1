"""From what a user writes ("2.15", ">=2.11,<2.16", gpu, tensorflow-text) to targets.

Nothing is imported: the installed TensorFlow's version comes from package metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from inspector.catalogue import release, releases
from inspector.confirmation import packages_of, tensorflow_of
from inspector.errors import UnknownRelease, UsageError
from inspector.findings import CAPI, ENVIRONMENT, HOSTS, Target
from inspector.named_tuple import NamedTuple

DEVICES = ("cpu", "gpu", "tpu")
# The oldest TensorFlow that has all loaders: tf2 is tf.saved_model.load_v2 there. Older ones are in the catalogue as data.
OLDEST = (1, 15)
AS_ASKED = "as asked"
_BOUND = r"(>=|<=|==|!=|~=|>|<)\s*(\d+(?:\.\d+)*)(?:\.\*)?\Z"
_IMPORT_NAMES = {"tensorflow_text_nightly": "tensorflow_text", "tf_models_official": "official", "tfx_bsl": "tfx_bsl"}


class Chosen(NamedTuple):
    """Targets, and why these: "as asked", or how they were told from the environment."""

    targets: tuple[Target, ...]
    why: str


def choose_targets(
    tensorflow: str | Sequence[str] | None = None,
    device: str | Sequence[str] = "cpu",
    packages: Iterable[str] = (),
    env: Iterable[str] = (),
    host: str = CAPI,
) -> Chosen:
    """Every combination of releases and devices; without a release the installed TensorFlow's, else the newest known.

    ``env`` are conditions of the host as they are written: "onednn=off", "cpus=2", "soft-placement=on".
    Raises UnknownRelease, and UsageError for an unknown device, condition or host, a release before 1.15, an empty range,
    and for "installed" where TensorFlow is not.
    """
    if host not in HOSTS:
        raise UsageError(f"unknown host {host!r}; there are {', '.join(HOSTS)}")
    devices = (device,) if isinstance(device, str) else tuple(device) or ("cpu",)
    for name in devices:
        if name not in DEVICES:
            raise UsageError(f"unknown device {name!r}; there are {', '.join(DEVICES)}")
    named = import_names(packages)
    conditions = conditions_in(env)
    asked = (tensorflow,) if isinstance(tensorflow, str) else tuple(tensorflow or ())
    targets: dict[Target, None] = {}
    why = AS_ASKED
    for text in asked or (None,):
        versions, beside = (versions_in(text), named) if text not in (None, "installed") else ((), named)
        if text is None or text == "installed":
            version, beside, why = _installed(named, must=text is not None)
            versions = (version,)
        targets.update(dict.fromkeys(Target(v, name, beside, conditions, host) for v in versions for name in devices))
    return Chosen(tuple(targets), why if len(targets) == 1 else AS_ASKED)


def _installed(named: tuple[str, ...], *, must: bool) -> tuple[str, tuple[str, ...], str]:
    installed = tensorflow_of(None)
    newest = releases()[-1]
    if installed is None:
        if must:
            raise UsageError("TensorFlow is not installed in this environment")
        return newest, named, "the newest known; TensorFlow is not installed here"
    here = tuple(sorted({*named, *packages_of(None)}))
    try:
        return release(installed).version, here, f"TensorFlow {installed} is installed here"
    except UnknownRelease:
        return newest, here, f"the newest known; {installed}, installed here, is not in the catalogue"


def judged_releases() -> tuple[str, ...]:
    """The releases of the catalogue that can be judged, oldest first: from 1.15 on."""
    return tuple(version for version in releases() if _numbers(version)[:2] >= OLDEST)


def versions_in(text: str) -> tuple[str, ...]:
    """The releases that "2.15", "2.15.1", "2.15.*", "latest" or a range (">=2.11,<2.16") means, oldest first.

    A bound counts as far as it is written: "<=2.15" includes 2.15.1. Raises UnknownRelease and UsageError.
    """
    if text.strip()[:1] in "<>=!~":
        return _range(text)
    known = judged_releases()
    try:
        version = release(text.strip().removesuffix(".*")).version
    except UnknownRelease as error:
        near = tuple(v for v in error.near if v in known) or known[:1]
        raise UnknownRelease(error.asked, near) from None
    if version not in known:
        raise UsageError(f"TensorFlow {version} is too old to be judged: {known[0]} is the oldest")
    return (version,)


def _range(text: str) -> tuple[str, ...]:
    bounds = []
    for part in text.split(","):
        match = re.match(_BOUND, part.strip())
        if match is None:
            raise UsageError(f"{part.strip()!r} in {text!r} is no bound; a range is written like '>=2.11,<2.16'")
        bounds.append((match[1], _numbers(match[2])))
    known = judged_releases()
    found = tuple(version for version in known if all(_within(_numbers(version), *bound) for bound in bounds))
    if not found:
        raise UsageError(f"no release in {text!r}; the catalogue has {known[0]} to {known[-1]}, the last patch of each")
    return found


def _within(version: tuple[int, ...], operator: str, bound: tuple[int, ...]) -> bool:
    cut = version[: len(bound)]
    if operator == "~=":
        return cut >= bound and version[: len(bound) - 1] == bound[:-1]
    return {
        ">=": cut >= bound, "<=": cut <= bound, ">": cut > bound, "<": cut < bound, "==": cut == bound, "!=": cut != bound,
    }[operator]  # fmt: skip


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def conditions_in(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Conditions of a host as pairs, sorted; what is said of one later goes before what was said earlier.

    Raises UsageError for a condition or a value that there is not.
    """
    conditions = {}
    for text in texts:
        name, _, value = text.partition("=")
        name, value = name.strip().lower().replace("_", "-"), value.strip().lower()
        if name not in ENVIRONMENT:
            raise UsageError(f"unknown condition {text!r}; there are {', '.join(ENVIRONMENT)}")
        values = ENVIRONMENT[name]
        if value not in values and (values or not value.isdecimal() or not 1 <= int(value) <= 4096):
            raise UsageError(f"{name} takes {' or '.join(values) or 'a number from 1 to 4096'}, not {value!r}")
        conditions[name] = value if values else str(int(value))
    return tuple(sorted(conditions.items()))


def import_names(packages: Iterable[str]) -> tuple[str, ...]:
    """Packages by their import names, sorted: "tensorflow-text==2.15.*" is tensorflow_text."""
    names = set()
    for package in packages:
        match = re.match(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", package.strip())
        if match is None:
            raise UsageError(f"{package!r} is no name of a package")
        name = match[0].rstrip(".-").lower().replace("-", "_").partition(".")[0]
        names.add(_IMPORT_NAMES.get(name, name))
    return tuple(sorted(names))
