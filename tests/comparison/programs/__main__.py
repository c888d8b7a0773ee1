"""One process exports every program with one seed. ``shift`` makes layers and traces functions that nobody saves in
between, and goes backwards, so that TensorFlow's and Keras's counters stand elsewhere. Needs TensorFlow; nothing is put
in order afterwards."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from tests.comparison.programs import PROGRAMS


def shift_counters(tf: Any) -> list[Any]:
    """Trace and make what nobody saves."""

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def other(x: Any) -> Any:
        return tf.cond(tf.reduce_sum(x) > 0.0, lambda: x, lambda: -x)

    made = [other(tf.ones([size])) for size in range(1, 14)]
    for keras in (tf.keras, importlib.import_module("tf_keras")):
        layers = keras.layers
        kinds = (layers.Dense, layers.LayerNormalization, layers.Add, layers.ReLU, layers.Dropout, layers.Embedding)
        arguments = {layers.Dense: (1,), layers.Dropout: (0.1,), layers.Embedding: (2, 2)}
        made += [kind(*arguments.get(kind, ())) for kind in kinds for _ in range(3)]
        x = keras.Input((1,))
        made.append(keras.Model(x, layers.Dense(1)(x)))
    return made


def main() -> int:
    """1 where a program fails."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    folder, seed, shift = Path(sys.argv[1]), int(sys.argv[2]), "shift" in sys.argv
    chosen = [name for name in sys.argv[3:] if name != "shift"] or sorted(PROGRAMS, reverse=shift)
    tf = importlib.import_module("tensorflow")
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in chosen:
        if shift:
            shift_counters(tf)
        try:
            PROGRAMS[name](tf, folder / name, seed)
        except Exception:
            traceback.print_exc()
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
