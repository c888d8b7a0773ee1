"""Compile inspector/wire/saved_model.proto into the descriptor sets full.binpb and lean.binpb, and into maps.txt.

    python scripts/make_schema.py [--check]

Needs grpcio-tools (protoc). ``--check`` writes nothing and exits 1 if a shipped file differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

WIRE = Path(__file__).parent.parent / "inspector" / "wire"


def compiled(source: Path) -> FileDescriptorSet:
    """The descriptor set of ``source`` and of everything that it imports, as protoc gives it."""
    wellknown = str(Path(protoc.__file__).parent / "_proto")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set.binpb"
        arguments = ["protoc", f"-I{source.parent}", f"-I{wellknown}", "--include_imports", f"-o{out}", source.name]
        if protoc.main(arguments):
            raise SystemExit("protoc failed")
        descriptors = FileDescriptorSet.FromString(out.read_bytes())
    for file in descriptors.file:
        for message in file.message_type:
            drop_json_names(message)
    return descriptors


def drop_json_names(message: DescriptorProto) -> None:
    for field in message.field:
        field.ClearField("json_name")
    for nested in message.nested_type:
        drop_json_names(nested)


def lean(full: FileDescriptorProto) -> FileDescriptorProto:
    """``full`` with lazy fields as bytes and enums as int32, and no other file needed."""
    file = FileDescriptorProto()
    file.CopyFrom(full)
    del file.dependency[:]
    del file.enum_type[:]
    for message in file.message_type:
        make_lean(message)
    keep = reachable(file)
    messages = [m for m in file.message_type if f".{file.package}.{m.name}" in keep]
    del file.message_type[:]
    file.message_type.extend(messages)
    return file


# Maps cannot be marked lazy in the source: these become their entries, as bytes.
LAZY_MAPS = {("NodeDef", "attr")}


def make_lean(message: DescriptorProto) -> None:
    for field in message.field:
        if (message.name, field.name) in LAZY_MAPS:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
            del message.nested_type[[n.options.map_entry for n in message.nested_type].index(True)]
        lazy = field.options.lazy or field.type_name.startswith(".google.protobuf.")
        if field.type == FieldDescriptorProto.TYPE_MESSAGE and lazy:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
            if field.label == FieldDescriptorProto.LABEL_OPTIONAL and not field.HasField("oneof_index"):
                keep_presence(message, field)
        elif field.type == FieldDescriptorProto.TYPE_ENUM:
            field.type = FieldDescriptorProto.TYPE_INT32
            field.ClearField("type_name")
        if field.options.lazy:
            field.options.ClearField("lazy")
            if not field.options.ListFields():
                field.ClearField("options")
    for nested in message.nested_type:
        make_lean(nested)


def keep_presence(message: DescriptorProto, field: FieldDescriptorProto) -> None:
    """An absent message differs from an empty one, so its bytes must know whether they are there."""
    field.proto3_optional = True
    field.oneof_index = len(message.oneof_decl)
    message.oneof_decl.add(name=f"_{field.name}")


ROOTS = (
    "SavedModel", "GraphDef", "NodeDef", "FunctionDefLibrary", "FunctionDef", "SavedObjectGraph", "BundleHeaderProto",
    "BundleEntryProto", "TrackableObjectGraph", "FingerprintDef", "VariableDef", "AssetFileDef", "OpList", "VersionDef",
    "StructuredValue", "KerasMetadata",
)  # fmt: skip


def reachable(file: FileDescriptorProto) -> set[str]:
    messages = {f".{file.package}.{m.name}": m for m in file.message_type}
    seen: set[str] = set()
    todo = [f".{file.package}.{root}" for root in ROOTS]
    while todo:
        name = todo.pop()
        if name in messages and name not in seen:
            seen.add(name)
            todo.extend(mentioned(messages[name]))
    return seen


def mentioned(message: DescriptorProto) -> list[str]:
    names = [".".join(f.type_name.split(".")[:3]) for f in message.field if f.type_name]
    for nested in message.nested_type:
        names += mentioned(nested)
    return names


def maps(full: FileDescriptorProto, root: str) -> str:
    """Where maps are in a message: one line a type that leads to one, with the numbers of all its fields.

    ``5`` is a field without any map in it, ``5:Type`` one with; ``5*`` is a map by text, ``5#`` one by number.
    """
    types: dict[str, DescriptorProto] = {}

    def add(prefix: str, message: DescriptorProto) -> None:
        types[f"{prefix}.{message.name}"] = message
        for nested in message.nested_type:
            add(f"{prefix}.{message.name}", nested)

    for message in full.message_type:
        add(f".{full.package}", message)

    def reach(name: str) -> set[str]:
        """The types that a type leads to, itself included."""
        found: set[str] = set()
        todo = [name]
        while todo:
            one = todo.pop()
            if one in types and one not in found:
                found.add(one)
                todo += [field.type_name for field in types[one].field if field.type_name]
        return found

    def is_map(name: str) -> bool:
        return name in types and types[name].options.map_entry

    def leads_to_maps(name: str) -> bool:
        return any(field.type_name and is_map(field.type_name) for one in reach(name) for field in types[one].field)

    start = f".{full.package}."
    lines = []
    for name in sorted(one for one in reach(start + root) if leads_to_maps(one)):
        fields = []
        for field in sorted(types[name].field, key=lambda field: field.number):
            key = (
                next((one for one in types[field.type_name].field if one.number == 1), None)
                if is_map(field.type_name)
                else None
            )
            mark = "" if key is None else "*" if key.type == FieldDescriptorProto.TYPE_STRING else "#"
            inner = (
                f":{field.type_name.removeprefix(start)}" if field.type_name and leads_to_maps(field.type_name) else ""
            )
            fields.append(f"{field.number}{mark}{inner}")
        lines.append(" ".join([name.removeprefix(start), *fields]))
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    full = compiled(WIRE / "saved_model.proto")
    made = {
        "full.binpb": full.SerializeToString(deterministic=True),
        "lean.binpb": lean(full.file[-1]).SerializeToString(deterministic=True),
        "maps.txt": maps(full.file[-1], "SavedModel").encode(),
    }
    stale = [name for name, data in made.items() if not (WIRE / name).exists() or (WIRE / name).read_bytes() != data]
    for name in stale:
        print(f"{'stale' if check else 'writing'}: inspector/wire/{name} ({len(made[name])} bytes)")
        if not check:
            (WIRE / name).write_bytes(made[name])
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
