from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model.graph import Form
from inspector.model.saved_model import PB, PBTXT
from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, KindRule
from inspector.rules.wording import listed
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.ops import OpSet
from inspector.wire.schema import message

_MODEL = """
meta_graphs {{
  meta_info_def {{
    tags: "serve" stripped_default_attrs: {stripped}
    stripped_op_list {{ op {{ name: "MatMul" attr {{ name: "transpose_a" type: "bool" }} attr {{ name: "T" type: "type" }} }} }}
  }}
  graph_def {{
    versions {{ producer: 1645 }}
    node {{ name: "x" op: "Placeholder" attr {{ key: "dtype" value {{ type: DT_FLOAT }} }} }}
    node {{ name: "y" op: "MatMul" input: "x" input: "x" attr {{ key: "T" value {{ type: DT_FLOAT }} }} {more} }}
  }}
}}
"""
_TRANSPOSES = 'attr { key: "transpose_a" value { b: true } }'


def _example(stripped: str, more: str, *expect: str) -> Example:
    text = _MODEL.format(stripped=stripped, more=more)
    return Example(files={PB: None, PBTXT: text.encode()}, expect=expect)


class AttrDropped(KindRule):
    """Node lacks an attr that its exporter wrote.

    What it checks: where meta_info_def says that attrs with default values were not left out (stripped_default_attrs is
    false, as for most V1 models), that every node has all attrs that its op has in stripped_op_list, the ops of the
    TensorFlow that saved it.

    Why it matters: nothing fails. A loader fills in the op's default: a MatMul whose transpose_a is lost does not
    transpose, a Softmax along another axis takes the last one. Only the exporter knew whether it was the default.

    How to fix: a converter, an optimizer or a hand lost the attr after the export: export again, or have that tool keep
    all attrs, and compare the outputs with the original's.
    """

    code = "OP011"
    name = "attr-dropped"
    otherwise = WRONG_RESULT_WARNING
    needs = ("whole attrs",)
    message = "a node of op `{op}` has lost {lost} since it was exported: loaders take the default instead"
    fix = "export the model again, and compare its outputs with the original's: the lost values were in the export only"
    good = (_example("false", _TRANSPOSES), _example("true", ""))
    bad = (_example("false", "", "y"),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            written = _written(view)
            wrong = {form: [found] for form in it.model.kinds.forms if (found := _lost(form, view.ops, written))}
            if wrong:
                yield from self._places(view, wrong)


def _written(view: MetaView) -> dict[str, tuple[str, ...]]:
    """The attrs of each op that the exporter wrote, defaults too; none where it left these out."""
    info = view.meta.proto.meta_info_def
    if info.stripped_default_attrs or not info.stripped_op_list:
        return {}
    ops = message("OpList").FromString(info.stripped_op_list).op
    return {op.name: tuple([attr.name for attr in op.attr]) for op in ops}


def _lost(form: Form, ops: OpSet, written: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    lost = tuple([name for name in written.get(form.op, ()) if name not in form.attrs])
    if not lost:
        return {}
    op_def = ops.op(form.op)
    with_default = {attr.name for attr in op_def.attrs if attr.default is not None} if op_def is not None else set()
    lost = tuple([name for name in lost if name in with_default])
    return {"op": form.op, "attrs": lost, "lost": listed(f"`{name}`" for name in lost)} if lost else {}
