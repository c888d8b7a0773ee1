"""Files beside the graph file: the folder of variables, the fingerprint, debug info, what nobody reads."""

from __future__ import annotations

from tests.differential.damage.files import LFS
from tests.differential.damage.kind import damage
from tests.differential.places import INDEX, Directory, Link, NoPlace, Place, place
from tests.differential.workbench import Copy

DEBUG = "debug/saved_model_debug_info.pb"


@damage()
def variables_missing(copy: Copy) -> Place:
    copy.read(INDEX)
    for file in copy.under("variables"):
        del copy.files[file]
    return place("variables", INDEX)


@damage()
def index_missing(copy: Copy) -> Place:
    return copy.remove(INDEX)


@damage(2)
def variables_is_file(copy: Copy) -> Place:
    copy.read(INDEX)
    for file in copy.under("variables"):
        del copy.files[file]
    copy.files["variables"] = b"a file"
    return place("variables", INDEX)


@damage(2)
def variables_renamed(copy: Copy) -> Place:
    for file in copy.under("variables"):
        copy.files["weights" + file.removeprefix("variables")] = copy.files.pop(file)
    if "weights/variables.index" not in copy.files:
        raise NoPlace("does not apply")
    return place("variables", INDEX)


@damage(3)
def checkpoint_prefix_renamed(copy: Copy) -> Place:
    copy.read(INDEX)
    for file in copy.under("variables"):
        copy.files[file.replace("variables.", "model.ckpt.")] = copy.files.pop(file)
    return place(INDEX)


@damage(2)
def index_is_directory(copy: Copy) -> Place:
    copy.read(INDEX)
    return copy.write(INDEX, Directory())


@damage(2)
def index_dangling_link(copy: Copy) -> Place:
    copy.read(INDEX)
    return copy.write(INDEX, Link("nowhere"))


@damage(2)
def shard_is_directory(copy: Copy) -> Place:
    return copy.write(copy.bundle.shard(0), Directory())


@damage(2)
def shard_dangling_link(copy: Copy) -> Place:
    return copy.write(copy.bundle.shard(0), Link("nowhere"))


@damage(2)
def index_linked(copy: Copy) -> Place:
    copy.files["blob"] = copy.read(INDEX)
    return copy.write(INDEX, Link("../blob"))


@damage(3)
def fingerprint_missing(copy: Copy) -> Place:
    return copy.remove("fingerprint.pb")


@damage(3)
def fingerprint_garbage(copy: Copy) -> Place:
    copy.read("fingerprint.pb")
    return copy.write("fingerprint.pb", b"\xff\xff garbage")


@damage(2)
def fingerprint_empty(copy: Copy) -> Place:
    copy.read("fingerprint.pb")
    return copy.write("fingerprint.pb", b"")


@damage(2)
def fingerprint_is_directory(copy: Copy) -> Place:
    copy.read("fingerprint.pb")
    return copy.write("fingerprint.pb", Directory())


@damage(2)
def fingerprint_of_another(copy: Copy) -> Place:
    copy.read("fingerprint.pb")
    return copy.write("fingerprint.pb", Copy("dtypes").read("fingerprint.pb"))


@damage()
def debug_info_garbage(copy: Copy) -> Place:
    return copy.write(DEBUG, b"\xff\xff garbage")


@damage(3)
def debug_info_empty(copy: Copy) -> Place:
    return copy.write(DEBUG, b"")


@damage(2)
def debug_info_of_another(copy: Copy) -> Place:
    return copy.write(DEBUG, Copy("module-signatures").read(DEBUG))


@damage(2)
def debug_info_truncated(copy: Copy) -> Place:
    return copy.write(DEBUG, Copy("module-signatures").read(DEBUG)[:-7])


@damage(2)
def debug_info_lfs_pointer(copy: Copy) -> Place:
    return copy.write(DEBUG, LFS)


@damage(2)
def debug_info_is_directory(copy: Copy) -> Place:
    return copy.write(DEBUG, Directory())


@damage(2)
def debug_is_file(copy: Copy) -> Place:
    for file in copy.under("debug"):
        del copy.files[file]
    return copy.write("debug", b"a file")


@damage(1)
def keras_metadata_missing(copy: Copy) -> Place:
    return copy.remove("keras_metadata.pb")


@damage(1)
def keras_metadata_garbage(copy: Copy) -> Place:
    copy.read("keras_metadata.pb")
    return copy.write("keras_metadata.pb", b"\xff\xff garbage")


@damage(2)
def keras_metadata_added(copy: Copy) -> Place:
    return copy.write("keras_metadata.pb", b"")


@damage(3)
def extra_files(copy: Copy) -> Place:
    copy.files["assets.extra/tf_serving_warmup_requests"] = b"\xff garbage"
    copy.files[".DS_Store"] = b"\0\0\0\1Bud1"
    copy.files["variables/.ipynb_checkpoints/variables-checkpoint.index"] = b""
    return copy.write("README.md", b"# A model\n")


@damage(2)
def checkpoint_file_added(copy: Copy) -> Place:
    return copy.write("variables/checkpoint", b'model_checkpoint_path: "/nowhere/else"\n')


@damage(2)
def old_shards_left(copy: Copy) -> Place:
    return copy.write("variables/variables.data-00000-of-00007", copy.read(copy.bundle.shard(0)))


@damage(2)
def temporary_index_left(copy: Copy) -> Place:
    return copy.write("variables/variables.index.tempstate123", copy.read(INDEX)[:-5])
