"""More than before: every call that was right stays right, and gets an answer of the promised type."""

from inspector.differences.difference import COMPATIBLE, Difference


def _of(number: int, name: str, summary: str, what: str, message: str) -> Difference:
    return Difference(f"DF4{number:02}", name, COMPATIBLE, summary, what, _WHY, _ADVICE, message)


_WHY = "Nobody who used the old model notices. Those who begin to use it cannot go back to the old model."
_ADVICE = "Nothing."
DIFFERENCES = (
    _of(0, "signature-added", "There is a new signature.", "A key that the old model lacks.", "signature {key} was added"),
    _of(1, "input-shape-widened", "An input accepts more shapes than before.",
        "Every shape that the old input accepts is accepted by the new one, and some others.",
        "{key}: input {name} accepts {new}, accepted {old}"),
    _of(2, "output-shape-narrowed", "An output promises more than before.",
        "Every shape that the new output may have was among those of the old one.",
        "{key}: output {name} is {new}, was {old}"),
    _of(3, "output-added", "A signature gives one more output.", "An output that the old signature lacks.",
        "{key} gives an output more: {name} {new}"),
    _of(4, "optional-input-added", "A signature takes one more input, which has a default.",
        "An input with a value in SignatureDef.defaults that the old signature lacks.",
        "{key} takes an input more, with a default: {name} {new}"),
    _of(5, "input-default-added", "An input may be left out now.", "SignatureDef.defaults has a value for it now.",
        "{key}: input {name} has a default now"),
    _of(6, "tags-added", "There is one more MetaGraph.", "A tag-set that the old model lacks.",
        "a MetaGraph with the tags [{new}] was added"),
    _of(7, "function-added", "The loaded object has a new function.", "A path that the old object graph lacks.",
        "function {path} was added"),
    _of(8, "function-call-added", "A restored function accepts more calls.",
        "A concrete function of the new one accepts a call that none of the old one accepts.",
        "function {path} accepts {new} now"),
    _of(9, "function-arguments-extended", "A restored function has more arguments, all with defaults.",
        "The old arguments in the old order, then new ones with defaults.", "function {path}({new}), was ({old})"),
    _of(10, "loads-now", "A loader that failed on the old model loads the new one.",
        "The verdicts of `check` on both models.", "{loader} ({target}) fails on the old model and loads the new one"),
    _of(11, "call-runs-now", "A signature that failed in the old model runs in the new one.",
        "The verdicts of `check` on both models.", "{loader} ({target}): a call of {signature} runs now"),
    _of(12, "target-range-widened", "More TensorFlow releases load and run the model than its lock says.",
        "`check --lock`: the oldest and the newest release on a CPU, for each loader.", "{loader} works on {new}, was {old}"),
)  # fmt: skip
