from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.devices import is_colocated, parse, python_spelling
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class DeviceMalformed(GraphRule):
    """Node has a device string that TensorFlow cannot parse.

    What it checks: the device strings of all nodes, by the grammar of the C++ runtime and by that of tf.DeviceSpec; the
    two differ ("/gpu" is good for Python only, "/device:CPU" for C++ only).

    Why it matters: TensorFlow Serving stops with "Malformed device specification '/foo:1'"; Python loaders stop with
    "Unknown attribute 'foo' is encountered while parsing the device spec", in every function, used or not.

    How to fix: write it in full, /job:NAME/replica:0/task:0/device:GPU:0 or only /device:GPU:0, or export with
    ``clear_devices=True``.
    """

    code = "GR011"
    name = "device-malformed"
    otherwise = ADVICE_WARNING
    needs = ("device",)
    message = "the device string `{device}` cannot be parsed by {by}"
    fix = "write it as /device:GPU:0 or /job:localhost/replica:0/task:0/device:GPU:0, or clear it"
    good = (
        Example("x = Placeholder() {dtype: float32} @/job:localhost/replica:0/task:0/device:CPU:0"),
        Example("x = Placeholder() {dtype: float32} @/cpu:0"),
    )
    bad = (
        Example("x = Placeholder() {dtype: float32} @/foo:1", expect=("x",)),
        Example("x = Placeholder() {dtype: float32} @/gpu", expect=("x",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32} @/device:GPU",
            expect=("y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        known: dict[str, dict[str, object]] = {"": {}}
        for at, kind in enumerate(wiring.graph.kinds):
            text = kind.device
            if text not in known:
                known[text] = _refusals(text)
            if known[text]:
                colocated = is_colocated(kind, wiring.graph.names[at])
                yield found_node(wiring, view, at, field="device", device=text, colocated=colocated, **known[text])


def _refusals(text: str) -> dict[str, object]:
    """Who refuses a device string: Python, the C++ runtime as it is written, and as Python hands it on."""
    python, native = python_spelling(text), parse(text) is None
    if python is not None and not native:
        return {}
    by = "TensorFlow's Python API" if not native else "the C++ runtime" if python is not None else "TensorFlow"
    after = python is not None and parse(python) is None
    return {"by": by, "python": python is None, "native": native, "after_python": after}
