"""Programs of Keras 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.comparison.programs.registry import program, reseed, weights


@program
def keras(tf: Any, out: Path, seed: int) -> None:
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input((8, 8, 3), name="image"), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(),
         layers.Flatten(),
         layers.Dense(5, activation="gelu"), layers.Dense(2)]
    )  # fmt: skip
    model.set_weights([weights(seed + i, *weight.shape) for i, weight in enumerate(model.get_weights())])
    model.export(str(out), verbose=False)


@program
def keras_lstm(tf: Any, out: Path, seed: int) -> None:
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((4, 3), name="steps"), layers.LSTM(2), layers.Dense(1)])
    model.set_weights([weights(seed + i, *weight.shape) for i, weight in enumerate(model.get_weights())])
    model.export(str(out), verbose=False)


@program
def keras_heads(tf: Any, out: Path, seed: int) -> None:
    """More layers without names than a digit counts, and a result of each."""
    layers = tf.keras.layers
    x = tf.keras.Input((6,), name="x")
    deep = x
    for _ in range(4):
        deep = layers.Dense(6, activation="tanh")(deep)
    model = tf.keras.Model(x, [layers.Dense(2)(deep) for _ in range(12)])
    reseed(model, seed)
    model.export(str(out), verbose=False)


@program
def keras_subclassed(tf: Any, out: Path, seed: int) -> None:
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers

    class Block(layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dense, self.norm, self.drop = layers.Dense(4), layers.LayerNormalization(), layers.Dropout(0.1)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.drop(self.norm(self.dense(x) + x), training=training)

    class Model(tf.keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.blocks, self.out = [Block() for _ in range(11)], layers.Dense(2)

        def call(self, x: Any, training: bool = False) -> Any:
            for block in self.blocks:
                x = block(x, training=training)
            return self.out(x)

    model = Model()
    model(tf.zeros([1, 4]))
    reseed(model, seed)
    model.export(str(out), verbose=False)


@program
def keras_transformer(tf: Any, out: Path, seed: int) -> None:
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    tokens = tf.keras.Input((7,), dtype="int32", name="tokens")
    x = layers.Embedding(20, 8)(tokens)
    for _ in range(2):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
        dense = layers.Dropout(0.1)(layers.Dense(8)(layers.Dense(16, activation="gelu")(x)))
        x = layers.LayerNormalization()(x + dense)
    model = tf.keras.Model(tokens, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))
    reseed(model, seed)
    model.export(str(out), verbose=False)


@program
def keras_preprocessing(tf: Any, out: Path, seed: int) -> None:
    layers = tf.keras.layers
    word, text = (tf.keras.Input((1,), dtype="string", name=name) for name in ("word", "text"))
    number = tf.keras.Input((2,), name="number")
    words = layers.StringLookup(vocabulary=["a", "b", "c"])
    texts = layers.TextVectorization(max_tokens=20, output_sequence_length=5)
    texts.adapt(["the cat sat", "on the mat"])
    parts = [
        layers.Flatten()(layers.Embedding(5, 2)(words(word))),
        layers.Flatten()(layers.Embedding(20, 2)(texts(text))),
        layers.Normalization(mean=[1.0, 2.0], variance=[3.0, 4.0])(number),
    ]
    inputs = {"word": word, "text": text, "number": number}
    model = tf.keras.Model(inputs, layers.Dense(1)(layers.Concatenate()(parts)))
    reseed(model, seed)
    model.export(str(out), verbose=False)


@program
def keras_endpoints(tf: Any, out: Path, seed: int) -> None:
    layers = tf.keras.layers
    x = tf.keras.Input((4,), name="x")
    model = tf.keras.Model(x, layers.Dense(2)(layers.Dense(3, activation="relu")(x)))
    reseed(model, seed)
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    spec = [tf.TensorSpec([None, 4])]
    archive.add_endpoint("serve", lambda x: model(x), input_signature=spec)
    archive.add_endpoint("twice", lambda x: model(x) * 2.0, input_signature=spec)
    archive.write_out(str(out), verbose=False)
