"""The new model no longer loads, or runs, where the old one did: judged as ``check`` does, for each loader and target."""

from inspector.differences.difference import LOAD, Difference

DIFFERENCES = (
    Difference(
        "DF001", "load-broken", LOAD, "A loader that loads the old model fails on the new one.",
        "The verdicts of `check` on both models, for each chosen loader and target: it loaded, and now it fails.",
        "Whoever deploys the new model there gets an error instead of a model.",
        "`python -m inspector check` on the new model gives the place and the cure.",
        "{loader} ({target}) loads the old model and fails on the new one: {because}",
    ),
    Difference(
        "DF002", "call-broken", LOAD, "A signature that runs in the old model fails in the new one.",
        "Both load; a call of the signature was judged to run, and now to fail.",
        "The server comes up, and every request fails.",
        "`python -m inspector check` on the new model gives the place and the cure.",
        "{loader} ({target}): a call of {signature} runs in the old model and fails in the new one: {because}",
    ),
    Difference(
        "DF003", "target-range-narrowed", LOAD, "Fewer TensorFlow releases load and run the model than its lock says.",
        "`check --lock`: the oldest and the newest release on a CPU, for each loader, as `compat` finds them.",
        "Where the model is deployed with a release that fell out, it fails.",
        "`python -m inspector compat` says what would widen the range.", "{loader} works on {new}, was {old}",
    ),
)  # fmt: skip
