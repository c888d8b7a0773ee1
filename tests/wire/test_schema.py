"""Our protobuf schema against the one of an installed TensorFlow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from inspector.wire.schema import full_pool, message

DUMP = """
import json, sys
from tensorflow.core.protobuf import saved_model_pb2, tensor_bundle_pb2, trackable_object_graph_pb2, fingerprint_pb2
from tensorflow.core.framework import variable_pb2
seen = {}
def visit(d):
    if d.full_name in seen: return
    seen[d.full_name] = fields = {}
    for f in d.fields:
        repeated = f.is_repeated if hasattr(f, "is_repeated") else f.label == 3
        other = f.message_type or f.enum_type
        fields[f.name] = [f.number, f.type, bool(repeated), other.full_name if other else ""]
        if f.message_type: visit(f.message_type)
for m in (saved_model_pb2.SavedModel, tensor_bundle_pb2.BundleHeaderProto, tensor_bundle_pb2.BundleEntryProto,
          trackable_object_graph_pb2.TrackableObjectGraph, fingerprint_pb2.FingerprintDef, variable_pb2.VariableDef):
    visit(m.DESCRIPTOR)
json.dump(seen, sys.stdout)
"""


def test_the_field_numbers_are_tensorflows() -> None:
    """Every message that a SavedModel can hold, field by field: number, type, repeated, message or enum."""
    if find_spec("tensorflow") is None:
        pytest.skip("tensorflow is not installed")
    output = subprocess.run([sys.executable, "-c", DUMP], capture_output=True, check=True).stdout
    theirs: dict[str, dict[str, list[Any]]] = json.loads(output)
    ours = {name: fields_of(name) for name in theirs}

    assert ours == theirs


def fields_of(name: str) -> dict[str, list[Any]]:
    """One message of our full pool in the form of DUMP."""
    fields = {}
    for field in full_pool().FindMessageTypeByName(name).fields:
        other = field.message_type or field.enum_type
        repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == 3
        fields[field.name] = [field.number, field.type, bool(repeated), other.full_name if other else ""]
    return fields


def test_lean_messages_keep_what_they_defer() -> None:
    """A lean message re-serializes what it did not open."""
    graph = message("GraphDef")(library=b"\x0a\x00")
    model = message("SavedModel")(meta_graphs=[message("MetaGraphDef")(graph_def=graph.SerializeToString())])
    again = message("SavedModel").FromString(model.SerializeToString())

    assert message("GraphDef").FromString(again.meta_graphs[0].graph_def).library == b"\x0a\x00"
    assert again.meta_graphs[0].HasField("graph_def")
    assert not again.meta_graphs[0].HasField("object_graph_def")


@pytest.mark.parametrize("implementation", ["upb", "python"])
def test_either_implementation_of_protobuf(implementation: str) -> None:
    """The C module alone, without the Python modules around it; and the pure Python one, for who asks for it."""
    script = (
        "import sys, inspector\n"
        "(report,) = inspector.check(sys.argv[1], tensorflow='2.21').models\n"
        "print([v.outcome for v in report.verdicts[:3]], 'google.protobuf.message_factory' in sys.modules)"
    )
    model = Path(__file__).parents[2] / "golden" / "models" / "keras3-mlp"
    run = subprocess.run(
        [sys.executable, "-c", script, str(model)],
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == f"['loads', 'loads', 'loads'] {implementation == 'python'}\n"
