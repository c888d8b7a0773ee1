"""Calls that a server or a program refuses, as the clients of several languages print them."""

from __future__ import annotations

import json

import pytest

from inspector.restoring.diagnosis import diagnose
from inspector.restoring.kinds import SURE
from inspector.restoring.messages.registry import messages
from inspector.restoring.messages.wording import STANDS_ALONE, pieces
from tests.restoring.test_messages import sample

SIZES = (
    "input size does not match signature: 1!=2 len({x}) != len({a,b}). Sent extra: {x}. Missing but required: {a,b}."
)
ALIAS = "input tensor alias not found in signature: images. Inputs expected to be in the set {inputs}."
KEYS = "Failed to process element: 0 of 'instances' list. JSON object: {\"x\": 1} keys must be equal to: a,b"
# How clients wrap what a server says.
WRAPPED = {
    "python grpc": '<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.INVALID_ARGUMENT\n\tdetails = "{}"\n',
    "java grpc": 'Exception in thread "main" io.grpc.StatusRuntimeException: INVALID_ARGUMENT: {}\n\tat io.grpc.stub.ClientCalls',
    "go grpc": "rpc error: code = InvalidArgument desc = {}",
    "c# grpc": 'Grpc.Core.RpcException: Status(StatusCode="InvalidArgument", Detail="{}")',
    "node grpc": "Error: 3 INVALID_ARGUMENT: {}\n    at Object.callErrorFromStatus (call.js:31:26)",
    "c++ log": "2024-05-01 12:00:00.1: E external/x.cc:37] INVALID_ARGUMENT: {}",
}
OTHERS = {  # programs that say it in their own words
    "SignatureMismatch": {
        "java: no operation": "java.lang.IllegalArgumentException: No Operation named [input_1] in the Graph",
        "java: no signature": "java.lang.IllegalArgumentException: Function with signature [predict] not found",
        "java: no argument": 'java.lang.IllegalArgumentException: No argument found for parameter "x"',
        "go: no operation": "panic: nil-Operation. If the Output was created with a Scope object, see Scope.Err() for details.",
        "rust: no operation": 'Error: {inner:0x55, Unavailable: Operation "x" not found}',
        "node: no signature": "Error: The SavedModel does not have signature: predict",
        "node: other names": "Error: The model signatureDef input names are x, however the provided input names are xyz.",
        "triton: count": "[400] expected 2 inputs but got 1 inputs for model 'm'. Got inputs ['x'], but missing required",
        "c++: no operation": 'terminate called: what():  No operation named "serving_default_input_1" exists',
        "onnx: no signature": "ValueError: make_sure failure: No signatures found in model. Try --concrete_function instead.",
        "triton: names": "Invalid argument: unexpected inference input 'input', allowed inputs are: input_tensor",
        "javascript: outputs": "Error: Cannot compute the outputs [y] from the provided inputs [a]. Missing the following",
        "cloud": "Prediction failed: Expected tensor name: x, got tensor name: ['image'].",
    },
    "DTypeMismatch": {
        "javascript: dtype": "Error: The dtype of dict['x'] provided in model.execute(dict) must be float32, but was int32",
        "triton: dtype": "[StatusCode.INVALID_ARGUMENT] inference input 'x' data-type is 'FP64', but model 'm' expects 'FP32'",
    },
    "ShapeMismatch": {
        "javascript: shape": "Error: The shape of dict['x'] provided in model.execute(dict) must be [-1,3], but was [3]",
        "triton: configuration": "model 'm', tensor 'x': the model expects 1 dimensions (shape [-1]) but the model configuration "
        "specifies 2 dimensions (shape [-1,1])",
        "triton: older": "unable to load model 'm', tensor 'x' shape expected by framework [3] doesn't match model configuration "
        "shape [4]",
        "lite: shape": "ValueError: Cannot set tensor: Dimension mismatch. Got 224 but expected 300 for dimension 1 of input 0.",
        "serving: batch": '{"error": "Task size 50 is larger than maximum input batch size 32"}',
        "triton: shape": "[400] [request id: 7] unexpected shape for input 'x' for model 'm'. Expected [-1,4], got [1,5]. ",
    },
    "UnknownRestoreError": {
        "not json": '{"error": "JSON Parse error: Invalid value. at offset: 0"}',
        "no such model": '{"error": "Servable not found for request: Latest(half_plus)"}',
    },
}  # fmt: skip


@pytest.mark.parametrize("said", [SIZES, ALIAS, KEYS], ids=["sizes", "alias", "keys"])
@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=list(WRAPPED))
def test_a_refused_request(wrapped: str, said: str) -> None:
    found = diagnose(wrapped.replace("{}", said))

    assert (found.kind, found.certainty, found.code) == ("SignatureMismatch", SURE, "request-inputs")


@pytest.mark.parametrize("said", [SIZES, ALIAS, KEYS], ids=["sizes", "alias", "keys"])
def test_a_refused_request_by_rest(said: str) -> None:
    assert diagnose(f"HTTP/1.1 400 Bad Request\n\n{json.dumps({'error': said})}").code == "request-inputs"


@pytest.mark.parametrize(
    ("text", "kind"),
    [pytest.param(text, kind, id=name) for kind, texts in OTHERS.items() for name, text in texts.items()],
)
def test_a_refused_call(text: str, kind: str) -> None:
    found = diagnose(text)

    assert found.kind == kind
    assert found.known
    assert found.fix


def cut() -> list[tuple[str, str]]:
    """Every wording that ends with a field, without it: as titles and summaries show it."""
    texts = []
    for message in messages().values():
        for wording in message.wordings:
            parts = list(pieces(wording.template))
            last = parts[-2][1].rstrip(" :") if len(parts) > 1 and parts[-1][0] == "field" else ""
            if len(last) >= STANDS_ALONE and last != parts[-2][1] and not wording.frame:
                whole = sample(wording)
                texts.append((message.code, whole[: whole.rindex(last) + len(last)]))
    return texts


@pytest.mark.parametrize(("code", "text"), cut())
def test_a_text_that_is_cut_before_its_last_name(code: str, text: str) -> None:
    """It is recognised all the same, and what is not told is marked."""
    found = diagnose(text)

    assert found.kind == messages()[code].kind
    assert found.cause
