"""Files in assets/ and asset_file_def."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.files import LFS
from tests.differential.damage.kind import damage
from tests.differential.places import Directory, Link, NoPlace, Place, place
from tests.differential.workbench import Copy, base_of


def asset(copy: Copy) -> str:
    return copy.pick(sorted(copy.under("assets")))


def named(file: str) -> Place:
    return place(file, file.rpartition("/")[2])


def entry(copy: Copy) -> Any:
    return copy.pick(copy.meta.asset_file_def)


@damage(5)
def asset_missing(copy: Copy) -> Place:
    file = asset(copy)
    copy.remove(file)
    return named(file)


@damage()
def assets_folder_missing(copy: Copy) -> Place:
    files = [asset(copy), *copy.under("assets")]
    for file in copy.under("assets"):
        del copy.files[file]
    return place("assets", *[name for file in files for name in named(file).names])


@damage(3)
def asset_is_directory(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, Directory())
    return named(file)


@damage(2)
def asset_dangling_link(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, Link("nowhere"))
    return named(file)


@damage(4)
def asset_empty(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, b"")
    return named(file)


@damage(3)
def asset_lfs_pointer(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, LFS)
    return named(file)


@damage(3)
def asset_shorter(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, copy.read(file).split(b"\n")[0] + b"\n")
    return named(file)


@damage(3)
def asset_lines_doubled(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, copy.read(file) * 2)
    return named(file)


@damage(2)
def asset_line_ends_translated(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, copy.read(file).replace(b"\n", b"\r\n"))
    return named(file)


@damage(2)
def asset_without_last_newline(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, copy.read(file).rstrip(b"\n"))
    return named(file)


@damage(2)
def asset_blank_lines(copy: Copy) -> Place:
    file = asset(copy)
    copy.write(file, copy.read(file) + b"\n\n\n")
    return named(file)


@damage(2)
def asset_wrong_case(copy: Copy) -> Place:
    file = asset(copy)
    copy.files[file.upper().replace("ASSETS/", "assets/")] = copy.read(file)
    copy.remove(file)
    return named(file)


@damage(3)
def asset_def_removed(copy: Copy) -> Place:
    gone = entry(copy)
    found = place(gone.filename, base_of(gone.tensor_info.name), "asset_file_def", gone.tensor_info.name)
    numbers = [i for i, one in enumerate(copy.meta.asset_file_def) if one == gone]
    copy.meta.asset_file_def.remove(gone)
    nodes = copy.meta.object_graph_def.nodes
    objects = [i for i, saved in enumerate(nodes) if saved.WhichOneof("kind") == "asset"]
    more = [f"nodes[{i}].asset" for i in objects]
    more += [child.local_name for saved in nodes for child in saved.children if child.node_id in objects]
    return place(*found.names, *more, *[str(number) for number in numbers])


@damage(3)
def asset_defs_cleared(copy: Copy) -> Place:
    return asset_def_removed_all(copy)


def asset_def_removed_all(copy: Copy) -> Place:
    entry(copy)
    names: list[str] = []
    while copy.meta.asset_file_def:
        names.extend(asset_def_removed(copy).names)
    return place(*names)


@damage(3)
def asset_tensor_missing(copy: Copy) -> Place:
    found = entry(copy)
    found.tensor_info.name = "nowhere:0"
    return place(found.filename, "nowhere:0", "nowhere")


@damage(2)
def asset_tensor_empty(copy: Copy) -> Place:
    found = entry(copy)
    found.tensor_info.name = ""
    return place(found.filename, "asset_file_def")


@damage(2)
def asset_tensor_without_index(copy: Copy) -> Place:
    found = entry(copy)
    found.tensor_info.name = base_of(found.tensor_info.name)
    return place(found.filename, found.tensor_info.name)


@damage(3)
def asset_tensor_doubled(copy: Copy) -> Place:
    found = entry(copy)
    copy.meta.asset_file_def.add().CopyFrom(found)
    return place(found.filename, found.tensor_info.name, base_of(found.tensor_info.name))


@damage(3)
def asset_path_traversal(copy: Copy) -> Place:
    found = entry(copy)
    copy.files["evil.txt"] = b"a\nb\n"
    found.filename = "../evil.txt"
    return place(found.filename)


@damage(2)
def asset_path_absolute(copy: Copy) -> Place:
    found = entry(copy)
    found.filename = "/etc/hostname"
    return place(found.filename)


@damage(2)
def asset_path_out_and_in(copy: Copy) -> Place:
    """Out of assets/ and back again."""
    found = entry(copy)
    found.filename = "../assets/" + found.filename
    return place(found.filename)


@damage(3)
def asset_name_other(copy: Copy) -> Place:
    found = entry(copy)
    found.filename = "other.txt"
    return place("other.txt", "assets/other.txt")


@damage(2)
def asset_name_empty(copy: Copy) -> Place:
    found = entry(copy)
    found.filename = ""
    return place("assets", "assets/", "asset_file_def", found.tensor_info.name)


@damage(2)
def asset_of_nothing_added(copy: Copy) -> Place:
    """An entry for a file that is not there, and a tensor that nobody takes."""
    copy.graph.node.add(name="stray_asset", op="Placeholder").attr["dtype"].type = 7
    copy.graph.node[-1].attr["shape"].shape.SetInParent()
    added = copy.meta.asset_file_def.add(filename="stray.txt")
    added.tensor_info.name = "stray_asset:0"
    return place("stray.txt", "stray_asset", "assets/stray.txt", "stray_asset:0")


@damage(2)
def asset_collection_garbage(copy: Copy) -> Place:
    if "saved_model_assets" not in copy.meta.collection_def:
        raise NoPlace("no collection")
    copy.meta.collection_def["saved_model_assets"].any_list.value[0].value = b"\xff\xff garbage"
    return place("saved_model_assets", "collection_def")


@damage(2)
def asset_only_in_collection(copy: Copy) -> Place:
    """As TensorFlow 1.x saved: asset_file_def is empty, the collection has them."""
    if "saved_model_assets" not in copy.meta.collection_def:
        raise NoPlace("no collection")
    copy.meta.ClearField("asset_file_def")
    return place("saved_model_assets", "asset_file_def")
