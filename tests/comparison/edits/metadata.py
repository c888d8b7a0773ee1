"""What neither a load nor a call notices."""

from __future__ import annotations

from tests.comparison.edits.registry import MODULE, TAGS, V1, edit
from tests.differential.workbench import Copy


@edit(MODULE, "DF500 meta graph", "DF500 meta graph")
def saved_by(copy: Copy) -> None:
    copy.meta.meta_info_def.tensorflow_version = "2.20.0"


@edit(MODULE, "DF501 graph versions", "DF501 graph versions")
def producer(copy: Copy) -> None:
    copy.graph.versions.producer = 1395


@edit(V1, "DF502 collections", "DF502 collections")
def collection_added(copy: Copy) -> None:
    copy.meta.collection_def["mine"].node_list.value.append("rows")


@edit(V1, "DF504 assets.extra", "DF504 assets.extra")
def extra_asset(copy: Copy) -> None:
    copy.write("assets.extra/more.txt", b"more\n")


@edit(MODULE, "DF505 side files", "DF505 side files")
def side_file_removed(copy: Copy) -> None:
    copy.remove("fingerprint.pb")


@edit(TAGS, "DF507 devices", "DF507 devices")
def device_changed(copy: Copy) -> None:
    next(one for one in copy.saved.meta_graphs[0].graph_def.node if one.name == "y").device = "/device:CPU:0"


@edit(MODULE, "DF503 objects", "DF503 objects")
def object_added(copy: Copy) -> None:
    number = len(copy.objects.nodes)
    copy.objects.nodes.add().user_object.identifier = "_generic_user_object"
    copy.objects.nodes[0].children.add(local_name="helper", node_id=number)


@edit(MODULE, "DF500 meta graph")
def saved_by_forgotten(copy: Copy) -> None:
    copy.meta.meta_info_def.tensorflow_version = ""


@edit(MODULE, "DF501 graph versions")
def bad_consumer_added(copy: Copy) -> None:
    copy.graph.versions.bad_consumers.append(12)


@edit(MODULE, "DF503 objects")
def object_kind_changed(copy: Copy) -> None:
    copy.objects.nodes[0].user_object.identifier = "_tf_keras_model"


@edit(V1, "DF504 assets.extra")
def extra_asset_grown(copy: Copy) -> None:
    (name,) = copy.under("assets.extra")
    copy.write(name, copy.read(name) + b"more\n")


@edit("tf-keras-mlp", "DF505 side files")
def keras_metadata_removed(copy: Copy) -> None:
    copy.remove("keras_metadata.pb")
