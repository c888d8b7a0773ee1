"""Run in a child process: reads every tensor of every checkpoint in a folder with the installed TensorFlow.

python read_bundles.py FOLDER      prints one JSON object: {checkpoint: "ok" or what went wrong first}
"""

from __future__ import annotations

import json
import os
import sys

import tensorflow as tf


def outcome(prefix: str) -> str:
    """In a fork of its own: some damage aborts the process."""
    ends, start = os.pipe()
    child = os.fork()
    if not child:
        try:
            reader = tf.train.load_checkpoint(prefix)
            for key in reader.get_variable_to_shape_map():
                reader.get_tensor(key)
            said = "ok"
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        os.write(start, said.encode()[:4000])
        os._exit(0)
    os.close(start)
    _, status = os.waitpid(child, 0)
    with os.fdopen(ends, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    return said if not status else f"abort: {status}"


def main() -> None:
    folder = sys.argv[1]
    names = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    print(json.dumps({name: outcome(os.path.join(folder, name, "variables", "variables")) for name in names}))


if __name__ == "__main__":
    main()
