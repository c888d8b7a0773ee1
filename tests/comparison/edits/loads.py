"""Loads and calls that break, and come back."""

from __future__ import annotations

from tests.comparison.edits.registry import (
    MODULE,
    TABLE,
    V1,
    calls_fail,
    calls_run,
    edit,
    function,
    loads_fail,
    loads_work,
)
from tests.differential.workbench import INDEX, Copy


@edit(MODULE, (*loads_fail("tf1", "tf2"), *calls_fail("serving_default", "serving")),
      (*loads_work("tf1", "tf2"), *calls_run("serving_default", "serving")))  # fmt: skip
def index_missing(copy: Copy) -> None:
    copy.remove(INDEX)


@edit(
    MODULE,
    (*loads_fail("serving", "tf1"), "DF501 graph versions"),
    (*loads_work("serving", "tf1"), "DF501 graph versions"),
)
def too_new_for_the_target(copy: Copy) -> None:
    copy.graph.versions.min_consumer = 99999


@edit(MODULE, loads_fail("tf2"), loads_work("tf2"))
def unregistered_op_in_a_function_that_nobody_calls(copy: Copy) -> None:
    """The computation of what is called stays."""
    copy.library.function.add().CopyFrom(function(copy, "__inference_halve"))
    added = copy.library.function[-1]
    added.signature.name = "__inference_nobody_99"
    added.node_def[0].op = "MyCustomOp"


@edit(MODULE, loads_fail(), loads_work())
def shard_cut_short(copy: Copy) -> None:
    shard = copy.bundle.shard(0)
    copy.write(shard, copy.read(shard)[:-8])


@edit(TABLE, (*loads_fail(), "DF204 asset vocab.txt"), (*loads_work(), "DF205 asset vocab.txt"))
def asset_missing(copy: Copy) -> None:
    copy.remove("assets/vocab.txt")


@edit(V1, (*loads_fail(), "DF302 variable weights"), (*loads_work(), "DF301 variable weights"))
def variable_missing(copy: Copy) -> None:
    del copy.bundle.entries[b"weights"]
