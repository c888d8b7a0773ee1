"""What the inspector says, as plain values: findings, gaps, verdicts and confirmations.

Nothing here prints, loads, decides or imports anything heavy: this is the vocabulary that rules, loaders, the
engine and the reporters share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from inspector.named_tuple import NamedTuple

# The loaders: those of TensorFlow, and those of Keras, which call them.
TENSORFLOW = ("tf2", "tf1", "serving")
KERAS = ("keras", "tfsm", "tf_keras")

# Effects, worst first. The order is the order of a report.
LOAD_FAILS = "load-fails"
CALL_FAILS = "call-fails"
UNSAFE = "unsafe"
WRONG_RESULT = "wrong-result"
POLICY = "policy"  # what the project itself does not want
ADVICE = "advice"
EFFECTS = (LOAD_FAILS, CALL_FAILS, UNSAFE, WRONG_RESULT, POLICY, ADVICE)

# Severities, worst first: the three levels of SARIF.
ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = (ERROR, WARNING, NOTE)

# Outcomes of a load or a call.
LOADS = "loads"
RUNS = "runs"
FAILS = "fails"
UNKNOWN = "unknown"
INCONCLUSIVE = "inconclusive"  # only a real call: it refused the invented inputs, which says nothing of the model


PLACES_KEPT = 20

# Conditions of a host that decide whether a model loads, with their values: ON_OFF, or COUNT for a number from 1 on.
ON, OFF = "on", "off"
ON_OFF, COUNT = (ON, OFF), ()
ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "cpus": COUNT, "gpus": COUNT, "tpus": COUNT, "onednn": ON_OFF, "soft-placement": ON_OFF,
}  # fmt: skip
ONEDNN_SINCE = (2, 9)
# Who runs the C++ LoadSavedModel of the loader `serving`: a program on the C API, which has the ops of TensorFlow's core
# library, or the TensorFlow Serving binary, which has those that its BUILD file links.
CAPI, TF_SERVING = "capi", "tf-serving"
HOSTS = (CAPI, TF_SERVING)


class Otherwise(NamedTuple):
    """What a finding means where no loader minds it."""

    effect: str
    severity: str


class Location(NamedTuple):
    """A place in a model. The order of the fields is the order of a report.

    ``file`` is relative to the model folder; ``meta_graph`` is an index into the SavedModel's meta graphs.
    """

    file: str = ""
    meta_graph: int = -1
    function: str = ""
    node: str = ""
    field: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, without the absent fields."""
        return {key: value for key, value in zip(self._fields, self, strict=True) if value not in ("", -1)}

    def __str__(self) -> str:
        parts = []
        if self.file:
            parts.append(self.file)
        if self.meta_graph > 0:
            parts.append(f"meta graph {self.meta_graph}")
        if self.function:
            parts.append(f"function {self.function}")
        if self.node:
            parts.append(f"node {self.node}")
        if self.field:
            parts.append(self.field)
        return ", ".join(parts) or "the model"


class Finding:
    """What a rule found: no severity, effect or loader in it.

    Equal findings of one graph or function are one finding with a ``count`` and the first ``places`` (node names or
    keys). ``data`` fills the templates of the rule's message and fix. Not a tuple, because of ``count``.
    """

    __slots__ = ("count", "data", "places", "rule", "where")

    def __init__(
        self, rule: str, where: Location, data: Mapping[str, Any], count: int = 1, places: tuple[str, ...] = ()
    ) -> None:
        self.rule = rule
        self.where = where
        self.data = data
        self.count = count
        self.places = places

    def __repr__(self) -> str:
        return f"Finding({self.rule}, {self.where}, {dict(self.data)}, count={self.count}, places={self.places})"


class Gap(NamedTuple):
    """Something that could not be looked at. An absent or short file is a finding, not a gap."""

    where: str
    why: str


class Target(NamedTuple):
    """Where the model is to be loaded.

    ``tensorflow`` is a release of the catalogue ("2.15.1"); ``device`` is cpu, gpu or tpu; ``packages`` are the
    companion packages that are imported before the load (``tf_keras``, ``tensorflow_text`` ...). ``env`` are the
    conditions that differ from those of a fresh install on a host with one device of a type: sorted pairs of a name
    of ``ENVIRONMENT`` and one of its values. ``host`` is one of HOSTS and only means something to the loader ``serving``.
    """

    tensorflow: str
    device: str = "cpu"
    packages: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    host: str = CAPI

    @property
    def minor(self) -> tuple[int, int]:
        """Major and minor of the release: (2, 15)."""
        major, minor = self.tensorflow.split(".")[:2]
        return int(major), int(minor)

    @property
    def onednn(self) -> bool:
        """Whether oneDNN computes on the CPU: by default in the Linux x86_64 wheels from 2.9 on (core/util/util.cc
        IsMKLEnabled)."""
        return dict(self.env).get("onednn", ON if self.minor >= ONEDNN_SINCE else OFF) == ON

    @property
    def soft_placement(self) -> bool | None:
        """Whether ops go to another device where theirs is absent; None is the loader's own default."""
        asked = dict(self.env).get("soft-placement")
        return None if asked is None else asked == ON

    def devices(self, kind: str) -> int:
        """How many devices of a type ("CPU", "GPU", "TPU") the host has."""
        if kind not in ("CPU", self.device.upper()):
            return 0
        return int(dict(self.env).get(f"{kind.lower()}s", "1"))

    def __str__(self) -> str:
        return targets_text((self,))

    def as_dict(self) -> dict[str, Any]:
        where = {"tensorflow": self.tensorflow, "device": self.device, "packages": list(self.packages)}
        return {**where, "env": dict(self.env), "host": self.host}


def _beside(target: Target) -> str:
    conditions = (*target.packages, *(f"{name}={value}" for name, value in target.env))
    text = f" with {', '.join(conditions)}" if conditions else ""
    return text + (", serving in TensorFlow Serving" if target.host == TF_SERVING else "")


def targets_text(targets: Iterable[Target]) -> str:
    """Several targets in few words: "TensorFlow 2.12.1, 2.15.1 on cpu, gpu"; one as itself."""
    devices: dict[tuple[str, str], dict[str, None]] = {}
    for target in targets:
        devices.setdefault((target.tensorflow, _beside(target)), {})[target.device] = None
    versions: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (version, beside), some in devices.items():
        versions.setdefault((tuple(some), beside), []).append(version)
    parts = []
    for (some_devices, beside), found in versions.items():
        parts.append(f"TensorFlow {', '.join(found)} on {', '.join(some_devices)}{beside}")
    return "; ".join(parts)


class Meaning(NamedTuple):
    """What one finding means to one loader on one target. Made by the engine's walk, by nothing else."""

    finding: int
    loader: str
    target: Target
    effect: str
    stage: str
    signatures: tuple[str, ...] = ()


class CallVerdict(NamedTuple):
    """What a call of one signature will do: ``outcome`` is runs, fails or unknown."""

    outcome: str
    how: str | None = None
    because: tuple[int, ...] = ()


class Verdict(NamedTuple):
    """What one loader will do with the model on one target.

    ``because`` are indices of findings, the first cause first. ``assumes`` names what was left unread by choice.
    ``signatures`` is empty when the load fails. ``gaps`` are the gaps that touch what the walk needed.
    """

    loader: str
    target: Target
    tags: tuple[str, ...] | None
    outcome: str
    stage: str | None = None
    how: str | None = None
    because: tuple[int, ...] = ()
    assumes: tuple[str, ...] = ()
    signatures: Mapping[str, CallVerdict] = {}
    gaps: tuple[Gap, ...] = ()


class CallConfirmation(NamedTuple):
    """What a real call of one signature did.

    ``outcome`` is runs, fails, inconclusive (the invented inputs were refused) or not-called (``error_message`` says
    why).
    """

    outcome: str
    how: str | None = None
    error_type: str | None = None
    error_message: str | None = None


class Confirmation(NamedTuple):
    """What a real load in a child process did.

    ``outcome`` is loads, fails or not-confirmed (``error_message`` says why: TensorFlow is not installed, the load
    would run unsafe ops ...). ``how`` is error, abort, crash, hang or kill. ``agrees`` compares it with the verdict
    for the confirming interpreter's own TensorFlow; None where there is nothing to compare. ``keras`` is the package and
    version of a loader of Keras: "tf_keras 2.21.0".
    """

    loader: str
    tensorflow: str | None
    outcome: str
    how: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    signatures: Mapping[str, CallConfirmation] = {}
    agrees: bool | None = None
    seconds: float = 0.0
    keras: str | None = None
