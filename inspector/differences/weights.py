"""Changes in the checkpoint, known from the two indexes: each tensor has a checksum there."""

from inspector.differences.difference import WEIGHTS, Difference

DIFFERENCES = (
    Difference(
        "DF300", "weights-changed", WEIGHTS, "Tensors of the checkpoint have other values.",
        "The crc32c in the index, of tensors with equal names, dtypes and shapes. `--values` reads them and says by how much.",
        "Trained further, or on other data: other numbers come out of the same computation.",
        "Compare the quality on a held-out set.", "{count} of {total} tensors have other values",
    ),
    Difference(
        "DF301", "variable-added", WEIGHTS, "The checkpoint has a tensor more.",
        "A name that the old checkpoint lacks, and whose checksum no removed tensor has.",
        "Fine-tuning code that restores the old checkpoint into the new model misses it.",
        "Nothing, where only the model is served.", "{name} {new} was added",
    ),
    Difference(
        "DF302", "variable-removed", WEIGHTS, "The checkpoint lacks a tensor.",
        "A name that the new checkpoint lacks, and whose checksum no new tensor has.",
        "Code that reads it by its key fails.", "Nothing, where only the model is served.", "{name} {old} was removed",
    ),
    Difference(
        "DF303", "variable-renamed", WEIGHTS, "A tensor has another name.",
        "Gone under one name and there under another, with the same dtype, shape and checksum.",
        "Code that restores it by its key fails.", "Nothing, where only the model is served.", "{old} became {new}",
    ),
    Difference(
        "DF306", "variable-structure-changed", WEIGHTS, "The variables are others than those of the lock.",
        "`check --lock`: the digest of names, dtypes and shapes.", "A checkpoint of the locked model does not fit any more.",
        "`python -m inspector diff` against the locked model names them.", "names, dtypes or shapes of variables changed",
    ),
)  # fmt: skip
