from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at, with_ops
from inspector.topology.bindings import read_unset
from inspector.topology.inspection import Inspection
from inspector.topology.reach import callable_signatures
from inspector.topology.restores import VARIABLES

_V1 = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
saver filename=file:0 restore=restore save=file:0
{init}
signature serving_default () -> (y: float32[2] = y:0)
graph
  w = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "w"}}
  local = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "local"}}
  zeros = Const() {{dtype: float32, value: float32[2] <0.0>}}
  set = AssignVariableOp(local, zeros) {{dtype: float32}}
  a = ReadVariableOp(w) {{dtype: float32}}
  b = ReadVariableOp(local) {{dtype: float32}}
  y = AddV2(a, b) {{T: float32}}
  file = Placeholder() {{dtype: string, shape: []}}
  names = Const() {{dtype: string, value: string[1] <"w">}}
  slices = Const() {{dtype: string, value: string[1] <"">}}
  values = RestoreV2(file, names, slices) {{dtypes: [float32]}}
  assign = AssignVariableOp(w, values) {{dtype: float32}}
  restore = NoOp(^assign)
variable w float32[2]
"""


class VariableNotInitialised(Rule):
    """A signature reads a variable that neither the checkpoint nor the init op gives a value.

    What it checks: the variables of the main graph that a signature reads, against those that the restore op fills and
    those that the init op or the call itself assigns: local variables, counters, metrics, a variable that was left out
    of the saver.

    Why it matters: the model loads, and the call stops with "Attempting to use uninitialized value l" or "Could not find
    variable l. This could mean that the variable has been deleted. In TF1, it can also mean the variable is
    uninitialized". tf.saved_model.load runs the initialisers of the collection local_variables by itself where a V1
    model has no init op; TensorFlow Serving and tf.compat.v1.saved_model.load do not.

    How to fix: export with ``main_op=tf.compat.v1.local_variables_initializer()``, or make it a global variable, which
    the saver keeps.
    """

    code = "TB012"
    name = "variable-not-initialised"
    otherwise = ADVICE_NOTE
    needs = with_ops(*VARIABLES)
    about_nodes = True
    message = "neither the checkpoint nor the init op sets the variable `{node}`, which {signatures} reads"
    fix = "export with main_op=tf.compat.v1.local_variables_initializer(), or let the saver keep `{node}`"
    good = (Example(_V1.format(init="init_op set")),)
    bad = (Example(_V1.format(init=""), expect=("local",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            if not view.meta.graph.of_op(VARIABLES):
                continue
            unset: dict[str, list[str]] = {}
            for signature in callable_signatures(view.meta):
                for name in read_unset(view, view.reach.signature(signature).nodes):
                    unset.setdefault(name, []).append(signature.key)
            for name, signatures in unset.items():
                local = _is_collected(view.meta.collections, name)
                data = {"node": name, "signatures": ", ".join(signatures), "collected": local}
                yield Found(node_at(view, "", name), name, data)


def _is_collected(collections: Any, name: str) -> bool:
    """Whether the collection local_variables names the variable."""
    if "local_variables" not in collections:
        return False
    wanted = f"{name}:0".encode()
    return any(wanted in raw for raw in collections["local_variables"].bytes_list.value)
