from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, GraphRule, found_node
from inspector.topology.devices import Device, is_colocated, parse, python_spelling
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class DevicePin(GraphRule):
    """Node is pinned to a device other than the first CPU.

    What it checks: the device strings of all nodes, in the main graph and in all functions.

    Why it matters: a device that the host lacks is no fault for tf.saved_model.load, which places softly. TensorFlow
    Serving with default options refuses such a main graph: "Cannot assign a device for operation X: node X was
    explicitly assigned to /device:GPU:0 but available devices are [...]". A job or task of a cluster (/job:ps,
    /task:3) fails at the call, with soft placement too.

    How to fix: export with ``clear_devices=True`` (tf.compat.v1) or build the model outside of ``tf.device`` and
    distribution scopes; or serve it with ``allow_soft_placement=True`` in the session's config.
    """

    code = "GR010"
    name = "device-pin"
    otherwise = ADVICE_NOTE
    needs = ("device",)
    message = "pinned to `{device}`"
    fix = (
        "export with clear_devices=True, or set allow_soft_placement=True where the model is loaded (--env soft-placement=on "
        "judges that)"
    )
    good = (
        Example("x = Placeholder() {dtype: float32} @/device:CPU:0\ny = Relu(x) {T: float32}"),
        Example("x = Placeholder() {dtype: float32} @/job:localhost/replica:0/task:0/device:CPU:0"),
    )
    bad = (
        Example(
            "x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32} @/device:GPU:0\n"
            "z = Relu(x) {T: float32} @/device:GPU:0",
            expect=("y", "z"),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32} @/job:worker/task:3",
            expect=("y",),
        ),
        Example("x = Placeholder() {dtype: float32} @/device:CPU:1", expect=("x",)),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        pins: dict[str, Device | None] = {"": None}
        for at, kind in enumerate(wiring.graph.kinds):
            text = kind.device
            if text not in pins:
                device = parse(text) or parse(python_spelling(text) or "/")
                pins[text] = None if device is None or _plain(device) else device
            pin = pins[text]
            if pin is not None:
                yield found_node(
                    wiring,
                    view,
                    at,
                    field="device",
                    device=text,
                    type=pin.type,
                    index=pin.ordinal,
                    job=pin.job,
                    task=pin.task,
                    replica=pin.replica,
                    colocated=is_colocated(kind, wiring.graph.names[at]),
                )


def _plain(device: Device) -> bool:
    """Whether every host has it: the first CPU, or no type at all, of a process on its own."""
    alone = device.job in ("", "localhost") and device.task in ("", "0") and device.replica in ("", "0")
    return alone and device.type in ("", "CPU") and device.ordinal in ("", "0")
