"""Tags, the number of MetaGraphs, what is absent from one, and versions."""

from __future__ import annotations

from tests.differential.damage.kind import damage
from tests.differential.places import NoPlace, Place, place
from tests.differential.workbench import Copy

TAGS = ("tags", "serve")
METAS = ("meta_graphs", "serve", "tags")


def tagged(copy: Copy, *tags: str) -> Place:
    copy.meta.meta_info_def.tags[:] = tags
    return place(*TAGS, *tags)


@damage()
def tags_other(copy: Copy) -> Place:
    return tagged(copy, "serving")


@damage()
def tags_cleared(copy: Copy) -> Place:
    return tagged(copy)


@damage(3)
def tags_extra(copy: Copy) -> Place:
    return tagged(copy, "serve", "gpu")


@damage(2)
def tags_train(copy: Copy) -> Place:
    return tagged(copy, "train")


@damage(2)
def tags_empty_string(copy: Copy) -> Place:
    return tagged(copy, "")


@damage(3)
def tags_wrong_case(copy: Copy) -> Place:
    return tagged(copy, "SERVE")


@damage(2)
def tags_with_space(copy: Copy) -> Place:
    return tagged(copy, "serve ")


@damage(3)
def tags_repeated(copy: Copy) -> Place:
    return tagged(copy, "serve", "serve")


@damage(2)
def tags_letters(copy: Copy) -> Place:
    return tagged(copy, *"serve")


@damage(3)
def metainfo_cleared(copy: Copy) -> Place:
    copy.meta.ClearField("meta_info_def")
    return place(*TAGS)


@damage(3)
def metagraph_doubled(copy: Copy) -> Place:
    copy.saved.meta_graphs.add().CopyFrom(copy.meta)
    return place(*METAS)


@damage(3)
def metagraph_second_other_tags(copy: Copy) -> Place:
    copy.saved.meta_graphs.add().CopyFrom(copy.meta)
    copy.saved.meta_graphs[-1].meta_info_def.tags[:] = ["train"]
    return place(*METAS)


@damage(3)
def metagraph_second_empty(copy: Copy) -> Place:
    copy.saved.meta_graphs.add()
    return place(*METAS)


@damage(2)
def metagraph_first_empty(copy: Copy) -> Place:
    copy.saved.meta_graphs.add().CopyFrom(copy.meta)
    copy.saved.meta_graphs[0].Clear()
    return place(*METAS)


@damage(2)
def metagraphs_none(copy: Copy) -> Place:
    copy.saved.ClearField("meta_graphs")
    return place("saved_model.pb", *METAS)


@damage()
def object_graph_removed(copy: Copy) -> Place:
    copy.objects.Clear()
    copy.meta.ClearField("object_graph_def")
    return place("object_graph_def")


@damage(3)
def object_graph_empty(copy: Copy) -> Place:
    copy.objects.Clear()
    copy.meta.object_graph_def.SetInParent()
    return place("object_graph_def")


@damage(3)
def graph_def_removed(copy: Copy) -> Place:
    names = [node.name for node in copy.graph.node] + sorted(copy.functions())
    copy.meta.ClearField("graph_def")
    return place("graph_def", *names)


@damage(3)
def graph_nodes_removed(copy: Copy) -> Place:
    names = [node.name for node in copy.graph.node]
    del copy.graph.node[:]
    return place("graph_def", *names)


@damage(3)
def graph_nodes_halved(copy: Copy) -> Place:
    nodes = copy.graph.node
    gone = [node.name for node in nodes[len(nodes) // 2 :]]
    del nodes[len(nodes) // 2 :]
    return place("graph_def", *gone)


@damage(2)
def schema_version_0(copy: Copy) -> Place:
    copy.saved.saved_model_schema_version = 0
    return place("saved_model_schema_version")


@damage(2)
def schema_version_99(copy: Copy) -> Place:
    copy.saved.saved_model_schema_version = 99
    return place("saved_model_schema_version")


@damage(2)
def meta_graph_version_set(copy: Copy) -> Place:
    copy.meta.meta_info_def.meta_graph_version = "v99"
    return place("meta_graph_version")


@damage(3)
def op_list_cleared(copy: Copy) -> Place:
    copy.meta.meta_info_def.ClearField("stripped_op_list")
    return place("stripped_op_list")


@damage(3)
def op_list_extra(copy: Copy) -> Place:
    copy.meta.meta_info_def.stripped_op_list.op.add(name="FutureOp")
    return place("stripped_op_list", "FutureOp")


@damage(2)
def defaults_said_stripped(copy: Copy) -> Place:
    info = copy.meta.meta_info_def
    info.stripped_default_attrs = not info.stripped_default_attrs
    return place("stripped_default_attrs")


@damage(2)
def any_info_set(copy: Copy) -> Place:
    copy.meta.meta_info_def.any_info.type_url = "type.googleapis.com/future.Thing"
    copy.meta.meta_info_def.any_info.value = b"\xff"
    return place("any_info")


@damage(3)
def alias_of_missing_function(copy: Copy) -> Place:
    copy.meta.meta_info_def.function_aliases["__inference_gone_7"] = "fast"
    return place("function_aliases", "__inference_gone_7")


@damage(3)
def alias_twice(copy: Copy) -> Place:
    names = sorted(copy.functions())
    if len(names) < 2:
        raise NoPlace("does not apply")
    for name in names[:2]:
        copy.meta.meta_info_def.function_aliases[name] = "same"
    return place("function_aliases", "same")


# versions


@damage(5)
def ver_min_consumer_high(copy: Copy) -> Place:
    copy.graph.versions.min_consumer = 99999
    return place("versions", "99999", "min_consumer")


@damage(3)
def ver_min_consumer_next(copy: Copy) -> Place:
    copy.graph.versions.min_consumer = 2475
    return place("versions", "2475", "min_consumer")


@damage(3)
def ver_bad_consumers_current(copy: Copy) -> Place:
    copy.graph.versions.bad_consumers.append(2474)
    return place("versions", "2474", "bad_consumers")


@damage(2)
def ver_bad_consumers_other(copy: Copy) -> Place:
    copy.graph.versions.bad_consumers.extend([12, 1])
    return place("versions", "bad_consumers")


@damage(3)
def ver_producer_negative(copy: Copy) -> Place:
    copy.graph.versions.producer = -1
    return place("versions", "-1", "producer")


@damage(3)
def ver_producer_0(copy: Copy) -> Place:
    copy.graph.versions.producer = 0
    return place("versions", "0", "producer")


@damage(3)
def ver_producer_8(copy: Copy) -> Place:
    copy.graph.versions.producer = 8
    return place("versions", "8", "producer")


@damage(3)
def ver_producer_high(copy: Copy) -> Place:
    copy.graph.versions.producer = 99999
    return place("versions", "99999", "producer")


@damage(3)
def ver_cleared(copy: Copy) -> Place:
    copy.graph.ClearField("versions")
    return place("versions")


@damage(2)
def ver_old_field(copy: Copy) -> Place:
    """GraphDef.version, replaced by versions in 2015."""
    copy.graph.version = 5
    return place("version")


@damage(3)
def ver_producer_below_min_consumer(copy: Copy) -> Place:
    copy.graph.versions.producer = 5
    copy.graph.versions.min_consumer = 12
    return place("versions", "producer", "min_consumer")


def released(copy: Copy, version: str) -> Place:
    copy.meta.meta_info_def.tensorflow_version = version
    return place("tensorflow_version", version)


@damage()
def tfversion_banana(copy: Copy) -> Place:
    return released(copy, "banana")


@damage(3)
def tfversion_cleared(copy: Copy) -> Place:
    return released(copy, "")


@damage(3)
def tfversion_future(copy: Copy) -> Place:
    return released(copy, "9.9.9")


@damage(2)
def tfversion_old(copy: Copy) -> Place:
    return released(copy, "0.12.0-rc1")


@damage(2)
def tfversion_with_suffix(copy: Copy) -> Place:
    return released(copy, "2.15.0-tf-custom_build.7")


@damage(2)
def tfversion_with_space(copy: Copy) -> Place:
    return released(copy, " 2.15.0\n")


@damage(2)
def tfversion_only_git(copy: Copy) -> Place:
    copy.meta.meta_info_def.tensorflow_git_version = "unknown"
    return place("tensorflow_git_version")
