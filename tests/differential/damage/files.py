"""The graph file: absent, cut, or something else altogether."""

from __future__ import annotations

import gzip
import io
import zipfile

from tests.differential.damage.kind import damage
from tests.differential.places import INDEX, PB, PBTXT, Directory, Link, NoPlace, Place, place
from tests.differential.workbench import Copy

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a" * 16 + b"\nsize 23233\n"
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not Found</body></html>\n"


def both(copy: Copy) -> Place:
    """The loaders say "saved_model.pb or saved_model.pbtxt"."""
    return place(PB, PBTXT, "saved_model.pbtxt|saved_model.pb", ".")


@damage()
def pb_missing(copy: Copy) -> Place:
    copy.remove(PB)
    return both(copy)


@damage()
def wrong_dir_level(copy: Copy) -> Place:
    copy.read(PB)
    for file in list(copy.files):
        copy.files[f"export/{file}"] = copy.files.pop(file)
    return place(*both(copy).names, "export")


@damage(3)
def cpb_only(copy: Copy) -> Place:
    copy.files["saved_model.cpb"] = copy.pb
    copy.remove(PB)
    return both(copy)


@damage(3)
def pb_upper_case(copy: Copy) -> Place:
    copy.files["SAVED_MODEL.PB"] = copy.pb
    copy.remove(PB)
    return both(copy)


@damage(3)
def pb_download_name(copy: Copy) -> Place:
    copy.files["saved_model (1).pb"] = copy.pb
    copy.remove(PB)
    return both(copy)


@damage(3)
def pb_empty(copy: Copy) -> Place:
    return copy.graph_file(b"")


@damage()
def pb_lfs_pointer(copy: Copy) -> Place:
    return copy.graph_file(LFS)


@damage(3)
def pb_html(copy: Copy) -> Place:
    return copy.graph_file(HTML)


@damage(3)
def pb_json(copy: Copy) -> Place:
    return copy.graph_file(b'{"class_name": "Functional", "config": {"name": "model"}}\n')


@damage()
def pb_garbage(copy: Copy) -> Place:
    return copy.graph_file(copy.random.randbytes(len(copy.pb)))


@damage(3)
def pb_zero_filled(copy: Copy) -> Place:
    return copy.graph_file(bytes(len(copy.pb)))


@damage(5)
def pb_truncated_half(copy: Copy) -> Place:
    return copy.graph_file(copy.pb[: len(copy.pb) // 2])


@damage()
def pb_truncated_tail1(copy: Copy) -> Place:
    return copy.graph_file(copy.pb[:-1])


@damage()
def pb_truncated_to_block(copy: Copy) -> Place:
    return copy.graph_file(copy.pb[:4096])


@damage(3)
def pb_tail_zeroed(copy: Copy) -> Place:
    return copy.graph_file(copy.pb[:-600] + bytes(600))


@damage(3)
def pb_first_byte_lost(copy: Copy) -> Place:
    return copy.graph_file(copy.pb[1:])


@damage()
def pb_trailing_garbage(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\xff\xff\xffgarbage")


@damage(3)
def pb_trailing_newline(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\n")


@damage(3)
def pb_trailing_zero(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\0")


@damage(3)
def pb_byte_order_mark(copy: Copy) -> Place:
    return copy.graph_file(b"\xef\xbb\xbf" + copy.pb)


@damage()
def pb_line_ends_translated(copy: Copy) -> Place:
    if b"\n" not in copy.pb:
        raise NoPlace("does not apply")
    return copy.graph_file(copy.pb.replace(b"\n", b"\r\n"))


@damage(3)
def pb_latin1_as_utf8(copy: Copy) -> Place:
    return copy.graph_file(copy.pb.decode("latin-1").encode())


@damage(3)
def pb_gzip(copy: Copy) -> Place:
    return copy.graph_file(gzip.compress(copy.pb, mtime=0))


@damage(3)
def pb_zip(copy: Copy) -> Place:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("config.json"), "{}")
    return copy.graph_file(stream.getvalue())


@damage(3)
def pb_hdf5(copy: Copy) -> Place:
    return copy.graph_file(b"\x89HDF\r\n\x1a\n" + copy.random.randbytes(2000))


@damage()
def pb_is_graphdef(copy: Copy) -> Place:
    return copy.graph_file(copy.graph.SerializeToString(deterministic=True))


@damage(3)
def pb_is_metagraph(copy: Copy) -> Place:
    return copy.graph_file(copy.meta.SerializeToString(deterministic=True))


@damage(3)
def pb_is_index(copy: Copy) -> Place:
    return copy.graph_file(copy.read(INDEX))


@damage()
def pb_twice(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + copy.pb)._replace(names=(PB, "meta_graphs", "tags", "serve"))


@damage(3)
def pb_is_directory(copy: Copy) -> Place:
    copy.read(PB)
    return copy.write(PB, Directory())


@damage(2)
def pb_dangling_link(copy: Copy) -> Place:
    copy.read(PB)
    copy.write(PB, Link("nowhere.pb"))
    return both(copy)


@damage(2)
def pb_link_to_itself(copy: Copy) -> Place:
    copy.read(PB)
    copy.write(PB, Link(PB))
    return both(copy)


@damage(2)
def pb_linked(copy: Copy) -> Place:
    copy.files["blob"] = copy.pb
    return copy.write(PB, Link("blob"))
