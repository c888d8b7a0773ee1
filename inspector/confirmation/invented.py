"""Tells an error that only refuses invented inputs from an error of the model.

A call with 0.5, 0 or "a" may fail because "a" is no JPEG and 0 is no batch of two: that says nothing of the model.
The texts are those of TensorFlow's kernels and shape functions, 1.x to 2.21. What is in neither list is an error of
the model: a false alarm that shows its text can be judged, a hidden failure cannot.
"""

from __future__ import annotations

import re

# Errors of the model, whatever else the text says. They are looked at first.
MODEL = (
    (r"You must feed a value for placeholder", "a placeholder that no input of the signature feeds"),
    (r"No OpKernel was registered|no kernel registered|No registered '\S+' OpKernel", "no kernel"),
    (r"Op type not registered|not registered in", "no such op"),
    (
        r"[Tt]able not initialized|has not been initialized|uninitialized value|is uninitialized",
        "state without a value",
    ),
    (r"Could not find variable|Container \S+ does not exist|Could not find resource", "a missing variable"),
    (r"Cannot assign a device|Could not satisfy .*device|unknown device|no available devices", "no such device"),
    (r"Could not find callback with key|callback \S+ is not found", "a Python function of another process"),
    (r"Detected unsupported operations when trying to compile", "XLA cannot compile it"),
    (r"was not found in the Graph|both fed and fetched", "a signature that does not fit the graph"),
    (r"fed more than once", "a signature that does not fit the graph"),
    (
        r"[Nn]o such file or directory|Unsuccessful TensorSliceReader|[Cc]hecksum does not match",
        "a missing or damaged file",
    ),
    (r"only support(s|ed)( for)?( the)? NHWC", "a layout that the device lacks"),
    (r"Expects arg\[|expected to be an? \S+ tensor but is|Invalid dtype|wrong dtype", "a dtype that does not fit"),
)

# Refusals of the inputs: (pattern, what it is about).
REFUSALS = (
    # serialized examples and protos
    (r"Could not parse example input|Could not parse .*[Ee]xample|Invalid serialized", "a serialized tf.Example"),
    (r"Feature: .* is required but could not be found", "a serialized tf.Example"),
    (r"Key: .*\. +(Can't parse|Number of|Data types? )|[Dd]ata types don't match", "a serialized tf.Example"),
    (
        r"Unable to parse tensor proto|Could not parse (`|')?.*(proto|Tensor)|[Ff]ailed to parse .*proto",
        "a serialized proto",
    ),
    (r"[Ee]rror parsing (serialized|message|proto)|is not a valid .*proto", "a serialized proto"),
    # files of images and sound, in strings
    (r"Unknown image file format|Expected image \(JPEG, PNG, or GIF\)|Unable to decode bytes as", "an encoded image"),
    (
        r"Invalid (PNG|JPEG|GIF|BMP|WebP|image)|Got \d+ (frames|channels)|Incomplete BMP|Not a (BMP|GIF)",
        "an encoded image",
    ),
    (r"jpeg::Uncompress failed|Trying to decode \S+ format", "an encoded image"),
    (r"Header mismatch: Expected|Data too short when trying to read|ffmpeg|Unknown audio", "an encoded sound"),
    # other strings with a form
    (r"could not correctly convert string|Could not parse (string|int|float)|StringToNumber", "a number in a string"),
    (r"Expect \d+ fields but have \d+|is not a valid (int|float|double|bool)|Unquoted fields", "a line of CSV"),
    (r"[Ii]nvalid (character found in )?base64|Failed to parse JSON", "text with a form"),
    (r"Invalid JSON|Unexpected token", "text with a form"),
    (r"length has to be a multiple of|must be a multiple of .* size|Input to DecodeRaw", "raw bytes of a length"),
    (
        r"Invalid UTF|invalid (input )?date|Failed to parse (date|timestamp)|is not a valid (date|timestamp)",
        "text with a form",
    ),
    # look-ups
    (r"indices\[.*\] = .* (is )?(not in|out of bounds|does not index)", "an index out of bounds"),
    (r"slice index \S+ of dimension \d+ out of bounds", "an index out of bounds"),
    (r"[Ii]nd(ex|ices) .*out of (bounds|range)|out of (valid )?range|[Oo]ut of bounds", "an index out of bounds"),
    (r"Expected (size|begin|slice)\[\d+\]|Received a label value of|segment_ids\[", "an index out of bounds"),
    (
        r"(empty_key|deleted_key) as a (table )?key|not found in (the )?(table|vocabulary)|Unknown key",
        "a key not in a table",
    ),
    # shapes
    (
        r"[Ii]ncompatible shapes?|shapes? .*(in)?compatible|must be compatible|[Ss]hape mismatch|mismatch in shape",
        "a shape",
    ),
    (r"[Mm]atrix size-incompatible|In\[0\] (and|mismatch)|[Dd]imensions? must (be equal|match)", "a shape"),
    (r"inner dimensions? (does|do) not match|Did you forget a transpose", "a shape"),
    (r"\.shape = .* does not (start with|match|equal)|must be the same size", "a shape"),
    (r"Input to reshape is a tensor with|Cannot reshape a tensor|[Rr]eshape.*(cannot|must)", "a shape"),
    (r"[Ss]hape must be|[Ss]hapes must (be|match)|must have the same (shape|rank|number|size)", "a shape"),
    (r"(at least|at most|exactly|be) (rank|\d+-D|\d+[ -]dim)", "a shape"),
    (r"must be (a )?(rank|scalar|vector|matrix|\d-D)", "a shape"),
    (r"\b(rank|dims?|dimensions?|dimensional)\b.*\b(must|expected|should|required|but|got|got:)\b", "a shape"),
    (r"(must|should|expected).*\b(rank|shape|dims?|dimensions?|dimensional|scalar|vector)\b", "a shape"),
    (r"ConcatOp ?: |Negative dimension size|output size would be negative|would (have|be) negative", "a shape"),
    (r"input must have at least k columns|Number of ways to split|split_dim|Determined shape must", "a shape"),
    (r"[Cc]annot (feed value of shape|broadcast|squeeze|batch tensors)|Can not squeeze|not broadcast", "a shape"),
    (
        r"[Tt]ensor's shape .* is not compatible|but the requested shape (has|requires)|does not match the shape",
        "a shape",
    ),
    (r"Depth of (input|output)|input depth|[Ii]nput (size|width|height|has) .*(must|too small|smaller)", "a shape"),
    (
        r"(row_splits|nested_splits|partition|dense_shape|indices|SparseTensor).*(must|should|invalid|expected)",
        "a ragged or sparse input",
    ),
    # numbers
    (r"[Ii]nteger division by zero|[Dd]ivi(sion|de) by zero", "a zero"),
    (
        r"must be (a )?(strictly )?(positive|greater than|non-zero|> ?0|>= ?[1-9])|[Nn]eed .*(> ?0|>= ?[1-9])|got 0\b",
        "a zero",
    ),
    (
        r"not invertible|Cholesky decomposition was not successful|did not converge|Matrix .*singular",
        "a singular matrix",
    ),
    (r"assertion failed:|Assertion failed", "the model's own check of its inputs"),
    (r"Requires? (start|limit|delta)|[Dd]elta must|probabilit(y|ies) .*(must|sum)", "a number out of range"),
)

# Names of nodes and stack traces say nothing of the cause, and would match.
_NAMES = re.compile(
    r"\[\[.*?\]\]|\{\{.*?\}\}|^Detected at node.*|^Node: .*|^ .*|Original stack trace for (?s:.*)", re.MULTILINE
)
_LOOKED_AT = 20_000

_MODEL = [re.compile(pattern) for pattern, _ in MODEL]
_REFUSALS = [(re.compile(pattern), why) for pattern, why in REFUSALS]


def why_refused(error_type: str, text: str) -> str | None:
    """What an error of a call with invented inputs is about, if it only refuses them; None for an error of the model.

    ``error_type`` is the name of the exception's class, ``text`` its message. Costs some microseconds a pattern.
    """
    if error_type == "CannotInvent":
        return "an input for which no value can be invented"
    text = _NAMES.sub("", text[:_LOOKED_AT])
    if any(pattern.search(text) for pattern in _MODEL):
        return None
    return next((why for pattern, why in _REFUSALS if pattern.search(text)), None)
