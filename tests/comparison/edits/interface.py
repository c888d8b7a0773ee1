"""Signatures, tags, method names, defaults: what callers see."""

from __future__ import annotations

from tests.comparison.edits.registry import (
    FLOW,
    MODULE,
    TAGS,
    V1,
    calls_fail,
    calls_run,
    dims,
    edit,
    loads_fail,
    loads_work,
    signature,
)
from tests.differential.workbench import Copy


@edit(MODULE, "DF101 signature halve", "DF400 signature halve")
def signature_removed(copy: Copy) -> None:
    del copy.meta.signature_def["halve"]


@edit(MODULE, "DF114 signature serving_default", "DF400 signature serving_default")
def default_signature_removed(copy: Copy) -> None:
    del copy.meta.signature_def["serving_default"]


@edit(MODULE, "DF102 signature halve", "DF102 signature half")
def signature_renamed(copy: Copy) -> None:
    copy.meta.signature_def["half"].CopyFrom(signature(copy, "halve"))
    del copy.meta.signature_def["halve"]


@edit(MODULE, ("DF104 signature add, input b", *calls_fail("add", "serving", "tf1")),
      ("DF103 signature add, input b", *calls_run("add", "serving", "tf1")))  # fmt: skip
def input_removed(copy: Copy) -> None:
    del signature(copy, "add").inputs["b"]


@edit(MODULE, "DF105 signature serving_default, input x", "DF105 signature serving_default, input features")
def input_renamed(copy: Copy) -> None:
    inputs = signature(copy).inputs
    inputs["features"].CopyFrom(inputs["x"])
    del inputs["x"]


@edit(MODULE, ("DF106 signature serving_default, input x", *calls_fail("serving_default", "serving")),
      ("DF106 signature serving_default, input x", *calls_run("serving_default", "serving")))  # fmt: skip
def input_dtype(copy: Copy) -> None:
    signature(copy).inputs["x"].dtype = 2


@edit(MODULE, "DF107 signature serving_default, input x", "DF401 signature serving_default, input x")
def input_batch_fixed(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], 8, 4)


@edit(MODULE, ("DF107 signature serving_default, input x", *calls_fail("serving_default", "tf1")),
      ("DF107 signature serving_default, input x", *calls_run("serving_default", "tf1")))  # fmt: skip
def input_other_dimension(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], -1, 5)


@edit(MODULE, "DF107 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_wider_here_narrower_there(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], 8, -1)


@edit(MODULE, "DF401 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_dimension_freed(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], -1, -1)


@edit(MODULE, "DF401 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_rank_freed(copy: Copy) -> None:
    dims(signature(copy).inputs["x"])
    signature(copy).inputs["x"].tensor_shape.unknown_rank = True


@edit(MODULE, ("DF108 signature serving_default, input x", *calls_fail("serving_default", "tf1")),
      ("DF108 signature serving_default, input x", *calls_run("serving_default", "tf1")))  # fmt: skip
def input_rank(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], -1, 4, 1)


@edit(MODULE, "DF404 signature halve, input bias", "DF104 signature halve, input bias")
def optional_input_added(copy: Copy) -> None:
    found = signature(copy, "halve")
    found.inputs["bias"].CopyFrom(signature(copy, "add").inputs["a"])
    found.defaults["bias"].dtype = 9
    found.defaults["bias"].int64_val.append(3)


@edit(MODULE, "DF405 signature add, input a", "DF115 signature add, input a")
def input_default_added(copy: Copy) -> None:
    signature(copy, "add").defaults["a"].dtype = 9
    signature(copy, "add").defaults["a"].int64_val.append(3)


@edit(MODULE, "DF109 signature add, output sum", "DF403 signature add, output sum")
def output_removed(copy: Copy) -> None:
    del signature(copy, "add").outputs["sum"]


@edit(MODULE, "DF110 signature halve, output half", "DF110 signature halve, output part")
def output_renamed(copy: Copy) -> None:
    outputs = signature(copy, "halve").outputs
    outputs["part"].CopyFrom(outputs["half"])
    del outputs["half"]


@edit(MODULE, "DF403 signature halve, output again", "DF109 signature halve, output again")
def output_added(copy: Copy) -> None:
    outputs = signature(copy, "halve").outputs
    outputs["again"].CopyFrom(outputs["half"])


@edit(MODULE, "DF111 signature halve, output half", "DF111 signature halve, output half")
def output_dtype(copy: Copy) -> None:
    signature(copy, "halve").outputs["half"].dtype = 1


@edit(MODULE, "DF402 signature serving_default, output scores", "DF112 signature serving_default, output scores")
def output_batch_fixed(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], 8, 3)


@edit(MODULE, "DF112 signature serving_default, output scores", "DF402 signature serving_default, output scores")
def output_dimension_freed(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], -1, -1)


@edit(MODULE, "DF112 signature serving_default, output scores", "DF112 signature serving_default, output scores")
def output_rank(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], -1, 3, 1)


@edit(MODULE, "DF112 signature serving_default, output scores", "DF112 signature serving_default, output scores")
def output_other_dimension(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], -1, 4)


@edit(MODULE, "DF113 signature halve", "DF113 signature halve")
def method_name(copy: Copy) -> None:
    signature(copy, "halve").method_name = "tensorflow/serving/regress"


@edit(V1, ("DF100 meta graph serve", *loads_fail("serving", "tf1")),
      ("DF100 meta graph gpu, serve", *loads_work("serving", "tf1")))  # fmt: skip
def tags_changed(copy: Copy) -> None:
    copy.meta.meta_info_def.tags.append("gpu")


@edit(TAGS, ("DF100 meta graph gpu, serve", *loads_work("tf2")), ("DF406 meta graph gpu, serve", *loads_fail("tf2")))
def meta_graph_removed(copy: Copy) -> None:
    del copy.saved.meta_graphs[1]


@edit(MODULE, ("DF106 signature add, input a", *calls_fail("add", "serving", "tf1")),
      ("DF106 signature add, input a", *calls_run("add", "serving", "tf1")))  # fmt: skip
def input_encoding(copy: Copy) -> None:
    info = signature(copy, "add").inputs["a"]
    info.coo_sparse.values_tensor_name = info.name


@edit(
    MODULE,
    ("DF102 signature serving_default", "DF114 signature serving_default"),
    "DF102 signature scores",
)
def default_signature_renamed(copy: Copy) -> None:
    copy.meta.signature_def["scores"].CopyFrom(signature(copy))
    del copy.meta.signature_def["serving_default"]


@edit(MODULE, ("DF102 signature halve", "DF101 signature shout"), ("DF102 signature half", "DF400 signature shout"))
def one_signature_renamed_another_removed(copy: Copy) -> None:
    copy.meta.signature_def["half"].CopyFrom(signature(copy, "halve"))
    del copy.meta.signature_def["halve"]
    del copy.meta.signature_def["shout"]


@edit(MODULE, "DF400 signature twice", "DF101 signature twice")
def signature_added(copy: Copy) -> None:
    copy.meta.signature_def["twice"].CopyFrom(signature(copy, "halve"))


@edit(MODULE, ("DF105 signature add, input a", "DF105 signature add, input b"),
      ("DF105 signature add, input first", "DF105 signature add, input second"))  # fmt: skip
def both_inputs_renamed(copy: Copy) -> None:
    inputs = signature(copy, "add").inputs
    for old, new in (("a", "first"), ("b", "second")):
        inputs[new].CopyFrom(inputs[old])
        del inputs[old]


@edit(FLOW, ("DF104 signature serving_default, input x", "DF103 signature serving_default, input z"),
      ("DF104 signature serving_default, input z", "DF103 signature serving_default, input x"))  # fmt: skip
def input_renamed_and_narrowed(copy: Copy) -> None:
    """No name and no shape tells that it is the same."""
    inputs = signature(copy).inputs
    inputs["z"].CopyFrom(inputs["x"])
    dims(inputs["z"], 2, 3)
    del inputs["x"]


@edit(MODULE, "DF206 signature add, input a", on=input_default_added)
def input_default_changed(copy: Copy) -> None:
    del signature(copy, "add").defaults["a"].int64_val[:]
    signature(copy, "add").defaults["a"].int64_val.append(4)


@edit(MODULE, ("DF109 signature add, output least", "DF109 signature add, output sum", "DF403 signature add, output more"),
      ("DF109 signature add, output more", "DF403 signature add, output least", "DF403 signature add, output sum"))  # fmt: skip
def outputs_replaced(copy: Copy) -> None:
    outputs = signature(copy, "add").outputs
    outputs["more"].CopyFrom(outputs["sum"])
    outputs["more"].dtype = 3
    del outputs["sum"], outputs["least"]


@edit(MODULE, ("DF111 signature halve, output half", "DF200 signature halve", *calls_fail("halve", "serving", "tf1")),
      ("DF111 signature halve, output half", "DF200 signature halve", *calls_run("halve", "serving", "tf1")))  # fmt: skip
def output_encoding(copy: Copy) -> None:
    info = signature(copy, "halve").outputs["half"]
    info.coo_sparse.values_tensor_name = info.name


@edit(MODULE, "DF112 signature serving_default, output scores", "DF402 signature serving_default, output scores")
def output_rank_freed(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"])
    signature(copy).outputs["scores"].tensor_shape.unknown_rank = True


@edit(MODULE, "DF113 signature halve")
def method_name_cleared(copy: Copy) -> None:
    signature(copy, "halve").method_name = ""


@edit(TAGS, "DF107 signature serving_default, input x", "DF401 signature serving_default, input x")
def input_batch_fixed_in_the_second_meta_graph(copy: Copy) -> None:
    dims(copy.saved.meta_graphs[1].signature_def["serving_default"].inputs["x"], 8, 3)


@edit(V1, ("DF100 meta graph serve", *loads_fail("serving", "tf1")),
      ("DF100 meta graph train", *loads_work("serving", "tf1")))  # fmt: skip
def tags_replaced(copy: Copy) -> None:
    del copy.meta.meta_info_def.tags[:]
    copy.meta.meta_info_def.tags.append("train")
