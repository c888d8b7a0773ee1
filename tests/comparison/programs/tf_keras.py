"""Programs of Keras 2 (tf_keras): its own export, with the functions of every layer, metrics and optimizers."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from tests.comparison.programs.registry import program, reseed, weights


@program
def tf_keras_trained(_: Any, out: Path, seed: int) -> None:
    keras = importlib.import_module("tf_keras")
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((4,), name="x"), layers.Dense(8, activation="relu"), layers.BatchNormalization(),
         layers.Dropout(0.2), layers.Dense(1, name="y")], name="trained"
    )  # fmt: skip
    model.compile("adam", "mse", metrics=["mae"])
    rows = weights(seed, 32, 4)
    model.fit(rows, rows[:, :1], epochs=1, verbose=0, shuffle=False)
    model.save(str(out), save_format="tf")


@program
def tf_keras_functional(_: Any, out: Path, seed: int) -> None:
    keras = importlib.import_module("tf_keras")
    layers = keras.layers
    image, row = keras.Input((8, 8, 3), name="image"), keras.Input((4,), name="row")
    x = image
    for _ in range(3):
        x = layers.Add()([layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(3, 3, padding="same")(x))), x])
    joined = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.Dense(3)(row)])
    outputs = [layers.Dense(2, name=name)(joined) for name in ("first", "second")]
    model = keras.Model([image, row], outputs, name="functional")
    reseed(model, seed)
    model.save(str(out), save_format="tf")


@program
def tf_keras_recurrent(_: Any, out: Path, seed: int) -> None:
    keras = importlib.import_module("tf_keras")
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((5, 3), name="steps"), layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.GRU(3),
         layers.Dense(1, name="y")], name="recurrent"
    )  # fmt: skip
    reseed(model, seed)
    model.save(str(out), save_format="tf")
