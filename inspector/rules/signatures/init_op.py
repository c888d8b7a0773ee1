from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import INIT_SIGNATURE, MAIN_OPS

COUNT, OUTPUT, TENSOR = "count", "output", "tensor"
_V1 = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
{init}
graph
  init = NoOp()
  x = Placeholder() {{dtype: float32}}
"""


class InitOp(Rule):
    """The model does not name exactly one init op where loaders look for it.

    What it checks: the place in which the loaders look first: the signature __saved_model_init_op must have an output of
    this name, or else the collection saved_model_main_op, or else legacy_init_op, must list exactly one node.

    Why it matters: the load stops with "Expected exactly one SavedModel init op. Found 2" or "Expected exactly one main op
    in: <path>", or with "Could not find output __saved_model_init_op". tf.saved_model.load does not look at it in a V2
    model.

    How to fix: group the init ops, and pass one: ``main_op=tf.group(a, b)``; a tool that empties the collection has to
    remove it.
    """

    code = "SG010"
    name = "init-op"
    otherwise = ADVICE_NOTE
    needs = ("init op",)
    message = "{place} {problem}"
    fix = "export again with one init op: main_op=tf.group(...) of all; or remove {place} where there is none"
    good = (
        Example(_V1.format(init="init_op init")),
        Example(_V1.format(init="collection saved_model_main_op nodes [init]")),
    )
    bad = (
        Example(_V1.format(init="collection saved_model_main_op nodes [init, init]"), expect=("saved_model_main_op",)),
        Example(_V1.format(init="collection legacy_init_op nodes []"), expect=("legacy_init_op",)),
        Example(_V1.format(init='collection legacy_init_op nodes ["x:0"]'), expect=("legacy_init_op",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            yield from _fault(view)


def _fault(view: MetaView) -> Iterator[Found]:
    init = view.meta.signatures.get(INIT_SIGNATURE)
    if init is not None:
        if INIT_SIGNATURE not in init.outputs:
            yield _found(
                view, INIT_SIGNATURE, OUTPUT, f"the signature `{INIT_SIGNATURE}`", "has no output of that name"
            )
        return
    key = next((key for key in MAIN_OPS if key in view.meta.collections), None)
    if key is None:
        return
    names = list(view.meta.collections[key].node_list.value)
    place = f"the collection `{key}`"
    if len(names) != 1:
        yield _found(view, key, COUNT, place, f"lists {len(names)} init ops, loaders want one")
    elif ":" in names[0]:
        yield _found(view, key, TENSOR, place, f"names the tensor `{names[0]}`, Python wants a node")


def _found(view: MetaView, key: str, kind: str, place: str, problem: str) -> Found:
    data: dict[str, Any] = {"kind": kind, "place": place, "problem": problem}
    return Found(Location("", view.meta.index, field=key), key, data)
