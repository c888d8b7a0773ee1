"""Breaks for callers. The direction counts: a client sends inputs and receives outputs.

A server may accept more than before (a wider input) and promise more than before (a narrower output); those are of the
class ``compatible``. It may not accept less (a narrower input), nor promise less (a wider output).
"""

from inspector.differences.difference import CALLERS, Difference


def _of(number: int, name: str, summary: str, what: str, why: str, message: str, advice: str = "") -> Difference:
    return Difference(f"DF1{number:02}", name, CALLERS, summary, what, why, advice or _ADVICE, message)


_ADVICE = "Keep the old form beside the new one for a time (a second signature), or change the callers first."
DIFFERENCES = (
    _of(0, "tags-changed", "The tags by which the MetaGraph is loaded changed.",
        "The old model has a MetaGraph with these tags, the new one has none.",
        "Loaders look the tags up to the letter: tf.saved_model.load(tags=...), TensorFlow Serving's --saved_model_tags.",
        "tags [{old}] became [{new}]"),
    _of(1, "signature-removed", "A signature is gone.",
        "The old model has the key, and no signature of the new one is equal to it.",
        "A request that names it is refused.", "signature {key} was removed"),
    _of(2, "signature-renamed", "A signature has another key.",
        "The key is gone, and a new one has the same inputs and outputs.",
        "A request that names the old key is refused.", "signature {old} was renamed to {new}"),
    _of(3, "input-added", "A signature wants one more input.",
        "The new signature has an input without a default that the old one lacks.",
        "A request without it is refused.", "{key} wants an input more: {name} {new}"),
    _of(4, "input-removed", "A signature no longer takes an input.",
        "An input of the old signature is not among those of the new one.",
        "A request that gives it is refused: TensorFlow Serving and restored signatures check the names.",
        "{key} no longer takes {name} {old}"),
    _of(5, "input-renamed", "An input has another name.",
        "One input is gone and another one with the same dtype and shape came.",
        "A request with the old name is refused.", "{key}: input {old} was renamed to {new}"),
    _of(6, "input-dtype-changed", "An input has another dtype, or another kind of tensor.",
        "dtype, or dense, sparse and composite, of an input that both have.",
        "Nothing converts: a tensor of the old dtype is refused.", "{key}: input {name} is {new}, was {old}"),
    _of(7, "input-shape-narrowed", "An input accepts fewer shapes than before.",
        "Some shape that the old input accepts is refused by the new one: a dimension became fixed or another number.",
        "Requests with such shapes are refused. (The reverse, widening, is DF401.)",
        "{key}: input {name} accepts {new}, accepted {old}"),
    _of(8, "input-rank-changed", "An input has another number of dimensions.",
        "Both ranks are known and differ.", "No tensor that was right before is right now.",
        "{key}: input {name} has rank {new}, had {old}"),
    _of(9, "output-removed", "An output is gone.",
        "An output of the old signature is not among those of the new one.",
        "A client that reads it finds nothing.", "{key} no longer gives {name} {old}"),
    _of(10, "output-renamed", "An output has another name.",
        "One output is gone and another one with the same dtype and shape came.",
        "A client that reads the old name finds nothing.", "{key}: output {old} was renamed to {new}"),
    _of(11, "output-dtype-changed", "An output has another dtype, or another kind of tensor.",
        "dtype, or dense, sparse and composite, of an output that both have.",
        "A client unpacks the bytes as the dtype that it knows.", "{key}: output {name} is {new}, was {old}"),
    _of(12, "output-shape-changed", "An output may have shapes that were excluded before.",
        "Some shape that the new output may have was not promised by the old one: wider, another number, another rank.",
        "A client that relies on the shape breaks. (The reverse, a narrower output, is DF402.)",
        "{key}: output {name} is {new}, was {old}"),
    _of(13, "method-name-changed", "A signature has another method name.",
        "The method_name of the SignatureDef differs.",
        "TensorFlow Serving's Classify and Regress look for theirs (tensorflow/serving/classify).",
        "{key}: method name {new}, was {old}"),
    _of(14, "default-signature-removed", "The signature serving_default is gone.",
        "The old model has a signature serving_default, the new one has none.",
        "Requests that name no signature go to it: they are refused.",
        "serving_default was removed: requests that name no signature are refused"),
    _of(15, "input-default-removed", "An input that could be left out is wanted now.",
        "The old SignatureDef has a default for the input, the new one has none.",
        "A request without it is refused.", "{key}: input {name} has no default any more"),
    _of(20, "function-removed", "The loaded object lacks a function.",
        "The old object graph has a tf.function under this path, the new one has none.",
        "`loaded.{path}(...)` raises AttributeError after tf.saved_model.load.", "function {path} was removed"),
    _of(21, "function-arguments-changed", "A restored function has other arguments.",
        "Names, order or defaults of the arguments in its FunctionSpec, where that can refuse a call.",
        "Calls by name or by position are bound otherwise.", "function {path}({new}), was ({old})"),
    _of(22, "function-call-removed", "A restored function no longer accepts a call.",
        "A concrete function of the old one accepts a call that no concrete function of the new one accepts.",
        "A restored tf.function cannot be traced anew: `Could not find matching concrete function`.",
        "function {path} no longer accepts {old}"),
    _of(23, "function-result-changed", "A restored function returns another structure.",
        "The structure, dtypes or shapes of what one of its concrete functions returns.",
        "A caller that takes the result apart breaks.", "function {path}{call} returns {new}, returned {old}"),
)  # fmt: skip
