"""What holds for a model, as TOML that says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inspector.configuration import Configuration, Settings
from inspector.findings import Target
from inspector.policy import NO_DEMANDS, Policy


def settings_lines(
    path: str,
    configuration: Configuration,
    settings: Settings,
    policy: Policy,
    targets: Sequence[Target],
    why: str,
    baseline: str | None,
) -> Iterator[str]:
    """The defaults, the file and the command line together; comments say where the model and the settings come from."""
    yield f"# {path}"
    yield f"# configuration: {configuration.file or 'none'}"
    yield f"# targets: {why}"
    yield "targets = ["
    for target in targets:
        table = ", ".join(f"{key} = {_value(value)}" for key, value in _target(target).items())
        yield f"  {{{table}}},"
    yield "]"
    values = {
        "loaders": settings.loaders, "tags": settings.tags, "fail-on": settings.fail_on or "error",
        "lock": settings.lock, "baseline": baseline or configuration.baseline,
    }  # fmt: skip
    demands = {key.replace("_", "-"): value for key, value in policy.demands._asdict().items()}
    unset = {key.replace("_", "-"): value for key, value in NO_DEMANDS._asdict().items()}
    values |= {key: value for key, value in demands.items() if value != unset[key]}
    for key, value in values.items():
        if value is not None:
            yield f"{key} = {_value(value)}"
    for number, layer in enumerate(policy.selectors):
        if number:
            yield "# then, on the command line:"
        for key, some in layer._asdict().items():
            if some:
                yield f"{'# ' * bool(number)}{key.replace('_', '-')} = {_value(some)}"
    severities = {key: value for layer in policy.severities for key, value in layer.items()}
    if severities:
        yield "[severity]"
        yield from (f"{json.dumps(key)} = {_value(value)}" for key, value in severities.items())


def _target(target: Target) -> Mapping[str, Any]:
    env = [f"{name}={value}" for name, value in target.env]
    known = {"tensorflow": target.tensorflow, "device": target.device, "packages": target.packages, "env": env}
    return {key: value for key, value in {**known, "host": target.host}.items() if value}


def _value(value: Any) -> str:
    """Strings, numbers and lists are written in TOML as in JSON."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
