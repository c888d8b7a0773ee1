from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.parameters import sanitized

_MODEL = """
signature serving_default ({one}: float32[?] = a:0, {other}: float32[?] = b:0) -> (y: float32[?] = y:0)
graph
  a = Placeholder() {{dtype: float32, shape: [?]}}
  b = Placeholder() {{dtype: float32, shape: [?]}}
  y = AddV2(a, b) {{T: float32}}
"""
KEYWORD, COLLISION, EMPTY, SELF = "keyword", "collision", "empty", "self"


class ArgumentName(Rule):
    """An input of a signature has a name that cannot be an argument of a Python function.

    What it checks: the names of the inputs of each signature: keywords of Python (``class``, ``lambda``), names that become
    equal when everything but letters and digits becomes an underscore (``a-b`` and ``a_b``), the empty name and ``self``.

    Why it matters: tf.saved_model.load makes a Python function of each signature of a model without an object graph. That of
    TensorFlow 2.21 (2.18 does not) stops with "'class' is not a valid parameter name" or "duplicate parameter name:
    'a_b'"; in older ones the call of two equal names fails. An input ``self`` can never be given by name. All other loaders feed
    tensors by the names of signature_def, and take any.

    How to fix: export with other names of inputs, or rename the keys of signature_def.inputs in saved_model.pb and in the
    requests.
    """

    code = "SG009"
    name = "argument-name"
    otherwise = ADVICE_NOTE
    message = "input `{input}` of signature `{signature}` {why}"
    fix = "export again with another name for the input `{input}`, one that a Python function may have"
    good = (Example(_MODEL.format(one="a", other='"x/b:0"')),)
    bad = (
        Example(_MODEL.format(one="class", other="b"), expect=("class",)),
        Example(_MODEL.format(one='"a-b"', other="a_b"), expect=("a_b",)),
        Example(_MODEL.format(one='""', other="b"), expect=("",)),
        Example(_MODEL.format(one="self", other="b"), expect=("self",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for key, signature in view.meta.signatures.items():
                seen: dict[str, str] = {}
                for name in sorted(signature.inputs):
                    case, why = _judged(name, seen)
                    if case:
                        where = Location("", view.meta.index, field=f"signature_def[{key}].inputs[{name}]")
                        yield Found(where, name, {"signature": key, "input": name, "case": case, "why": why})


def _judged(name: str, seen: dict[str, str]) -> tuple[str, str]:
    """The case and the words; ``seen`` are the inputs so far, by the names that they become."""
    if not name:
        return EMPTY, "has an empty name"
    if name == "self":
        return SELF, "has the name that Python gives to the function itself"
    becomes = sanitized(name)
    if becomes in seen:
        return COLLISION, f"becomes `{becomes}`, as `{seen[becomes]}` does"
    seen[becomes] = name
    if iskeyword(becomes) or not becomes.isidentifier():
        return KEYWORD, "has a name that Python does not take as that of an argument"
    return "", ""
