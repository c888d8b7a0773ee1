"""Which errors of a call only refuse its invented inputs. The texts are TensorFlow's own."""

from __future__ import annotations

import pytest

from inspector.confirmation.invented import why_refused

REFUSALS = [
    "Could not parse example input, value: 'a'\n\t [[{{node ParseExample/ParseExample}}]]",
    "Name: <unknown>, Feature: x (data type: float) is required but could not be found.",
    "Unknown image file format. One of JPEG, PNG, GIF, BMP required.",
    "Expected image (JPEG, PNG, or GIF), got unknown format starting with 'a'",
    "Unable to decode bytes as JPEG, PNG, GIF, or BMP",
    "Header mismatch: Expected RIFF but found a",
    "StringToNumberOp could not correctly convert string: a",
    "Expect 3 fields but have 1 in record 0",
    "indices[0] = [0,0] is out of bounds: need 0 <= index < [0,1]\n\t [[{{node transform/SparseToDense_14}}]]",
    "indices[0,0] = 0 is not in [0, 0)",
    "slice index 1 of dimension 0 out of bounds.",
    "Incompatible shapes: [1] vs. [3]",
    "Matrix size-incompatible: In[0]: [1,1], In[1]: [3,1]",
    "Cannot multiply A and B because inner dimension does not match: 1 vs. 4.  Did you forget a transpose?",
    "Input to reshape is a tensor with 1 values, but the requested shape requires a multiple of 3",
    "Shape must be rank 2 but is rank 1 for '{{node MatMul}}' with input shapes: [1], [3,1].",
    "ConcatOp : Dimension 1 in both shapes must be equal: shape[0] = [1,1] vs. shape[1] = [2,2]",
    "Cannot feed value of shape (1,) for Tensor 'x:0', which has shape '(?, 3)'",
    "Negative dimension size caused by subtracting 3 from 1 for '{{node Conv2D}}'",
    "input must have at least k columns. Had 1, needed 5",
    "data.shape = [1] does not start with segment_ids.shape = [0]",
    "Integer division by zero",
    "Input is not invertible.",
    "assertion failed: [Condition x > 0 did not hold]",
]

FAILURES = [
    ("InvalidArgumentError", "You must feed a value for placeholder tensor 'x' with dtype float and shape [?,3]"),
    ("InvalidArgumentError", "No OpKernel was registered to support Op 'NcclAllReduce' used by {{node n}} with shapes"),
    ("NotFoundError", "Op type not registered 'SentencepieceOp' in binary running on host."),
    ("FailedPreconditionError", "Table not initialized.\n\t [[{{node hash_table_Lookup/LookupTableFindV2}}]]"),
    ("FailedPreconditionError", "Attempting to use uninitialized value w\n\t [[{{node w/read}}]]"),
    ("FailedPreconditionError", "Could not find variable w. This could mean that the variable has been deleted."),
    ("NotFoundError", "Container localhost does not exist. (Could not find resource: localhost/w)"),
    (
        "InvalidArgumentError",
        "Cannot assign a device for operation a: {{node a}} was explicitly assigned to /device:GPU:0",
    ),
    ("InvalidArgumentError", "ValueError: Could not find callback with key=pyfunc_0 in the registry"),
    ("UnimplementedError", "The Conv2D op currently only supports the NHWC tensor format on the CPU."),
    ("UnimplementedError", "Depthwise convolution on CPU is only supported for NHWC format"),
    ("InvalidArgumentError", "Expects arg[0] to be float but int64 is provided"),
    ("NotFoundError", "Tensor y:0, of the signature, was not found in the Graph"),
    ("FailedPreconditionError", "GetNext() failed because the iterator has not been initialized."),
    ("NotFoundError", "/data/vocab.txt; No such file or directory"),
    ("InternalError", "something that nobody has seen before"),
    # names of nodes are not the cause
    ("InternalError", "broken\n\t [[{{node Incompatible shapes/Could not parse example}}]]"),
    ("InternalError", "broken\n\nOriginal stack trace for 'ParseExample':\n  assertion failed: index out of bounds"),
]


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals_of_invented_inputs(text: str) -> None:
    assert why_refused("InvalidArgumentError", text)


@pytest.mark.parametrize(("kind", "text"), FAILURES)
def test_failures_of_the_model(kind: str, text: str) -> None:
    assert why_refused(kind, text) is None


def test_an_input_that_cannot_be_invented() -> None:
    assert why_refused("CannotInvent", "no value can be invented for dtype 21 of `x`")
