"""The same interface, another computation: answers differ even with the same weights."""

from inspector.differences.difference import NUMBERS, Difference

_ADVICE = "Compare the answers on real inputs before it is deployed; `diff --details` lists the ops."
DIFFERENCES = (
    Difference(
        "DF200", "computation-changed", NUMBERS, "A signature computes its outputs otherwise.",
        "Ops, attrs, constants, wiring, or which variable feeds what, anywhere below the outputs, called functions "
        "included. Names, counters, orders, derived attrs and attrs that equal their default do not count.",
        "Other numbers come out.", _ADVICE, "{key}: {outputs} computed otherwise{summary}",
    ),
    Difference(
        "DF201", "function-computation-changed", NUMBERS, "A restored function computes otherwise.",
        "As DF200, for a tf.function that the loaded object has, and for what it captures.",
        "Other numbers come out.", _ADVICE, "function {path}{call} computes otherwise{summary}",
    ),
    Difference(
        "DF202", "initialisation-changed", NUMBERS, "What a load runs to initialise tables and the like is another.",
        "The init op of the MetaGraph and the initializers of resources.",
        "Tables hold other entries.", _ADVICE, "the initialisation is another one{summary}",
    ),
    Difference(
        "DF203", "asset-content-changed", NUMBERS, "An asset has another content.",
        "SHA-256 of the files below assets/, by name.",
        "A vocabulary with other lines gives other numbers to the same words.", _ADVICE,
        "asset {name} has another content ({summary})",
    ),
    Difference(
        "DF204", "asset-removed", NUMBERS, "An asset is gone.",
        "A file that a MetaGraph of the old model reads is not in the new one, and no other has its content.",
        "What was read from it comes from elsewhere now, or is not read.", _ADVICE, "asset {name} was removed",
    ),
    Difference(
        "DF205", "asset-added", NUMBERS, "There is a new asset.",
        "A file that a MetaGraph of the new model reads is not in the old one, and no other has its content.",
        "Something is read that was not read before.", _ADVICE, "asset {name} was added",
    ),
    Difference(
        "DF206", "input-default-changed", NUMBERS, "An input that may be left out has another default.",
        "SignatureDef.defaults of both models.",
        "Requests without the input get other answers.", _ADVICE, "{key}: the default of input {name} changed",
    ),
    Difference(
        "DF207", "variable-reshaped", NUMBERS, "A variable has another shape.",
        "The shapes in the two indexes, of tensors with one name.",
        "What reads it computes with other sizes: another architecture. A checkpoint of the old model does not fit.",
        _ADVICE, "{name} is {new}, was {old}",
    ),
    Difference(
        "DF208", "variable-dtype-changed", NUMBERS, "A variable has another dtype.",
        "The dtypes in the two indexes, of tensors with one name.",
        "Another precision, and another size on disk and in memory.", _ADVICE, "{name} is {new}, was {old}",
    ),
    Difference(
        "DF209", "gradient-changed", NUMBERS, "A custom gradient computes otherwise.",
        "The functions that the library registers as gradients, by what they compute.",
        "Answers stay the same; whoever trains the loaded model further takes other steps.",
        "Nothing, where the model is only served.", "custom gradients: {removed} of the old ones are gone, {added} are new",
    ),
)  # fmt: skip
