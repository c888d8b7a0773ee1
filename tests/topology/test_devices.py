"""Device strings, as the C++ runtime and as tf.DeviceSpec read them (both columns measured with TensorFlow 2.21)."""

from __future__ import annotations

import pytest

from inspector.topology.devices import Device, parse, python_spelling


@pytest.mark.parametrize(
    ("text", "native", "python"),
    [
        ("", Device(), ""),
        ("/", Device(), ""),
        ("/cpu:0", Device("CPU", "0"), "/device:CPU:0"),
        ("/device:CPU:*", Device("CPU"), "/device:CPU:*"),
        ("/device:cpu:0", Device("cpu", "0"), "/device:CPU:0"),
        ("/device:CPU", Device("CPU"), None),
        ("/gpu", None, "/device:GPU:*"),
        ("CPU:0", None, "/device:CPU:0"),
        ("/device:CPU:-1", None, "/device:CPU:-1"),
        ("/job:a-b", None, "/job:a-b"),
        ("/foo:1", None, None),
        ("/task:x", None, None),
        (
            "/job:localhost/replica:0/task:0/device:GPU:01",
            Device("GPU", "1", "localhost", "0", "0"),
            "/job:localhost/replica:0/task:0/device:GPU:01",
        ),
    ],
)
def test_both_readings(text: str, native: Device | None, python: str | None) -> None:
    assert parse(text) == native
    assert python_spelling(text) == python
