"""The objects of a V2 model by their path from the root, whatever their numbers and the order of children."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from inspector.canonical.graphs import Computation
from inspector.canonical.kinds import said
from inspector.canonical.ledger import Token
from inspector.canonical.names import function_base
from inspector.canonical.specs import Parameters, Tensor, call_signature, flat_inputs, output_specs, parameters, quoted
from inspector.canonical.specs import Signature as CallSignature
from inspector.model.objects import SIGNATURES, ObjectGraph
from inspector.model.saved_model import MetaGraph
from inspector.named_tuple import NamedTuple

_DICT, _LISTS = "trackable_dict_wrapper", ("trackable_list_wrapper", "trackable_tuple_wrapper")


def paths(objects: ObjectGraph) -> dict[int, str]:
    """Node → its path: the shortest one, of several the first in the order of words. Slots of optimizers come last."""
    found = _from_root(objects, "", lambda _, above, name: f"{above}.{name}" if above else name)
    for node, saved in enumerate(objects.nodes):
        for slot in saved.slot_variables:
            of = found.get(slot.original_variable_node_id, "?")
            found.setdefault(slot.slot_variable_node_id, f"{found.get(node, '?')}.slot {slot.slot_name} of {of}")
    return found


def _from_root(objects: ObjectGraph, root: str, below: Callable[[int, str, str], str]) -> dict[int, str]:
    """Node → its text: that of the root, and level by level what ``below`` makes of an object, its text and a child's name."""
    found = {0: root} if objects.nodes else {}
    level = list(found)
    while level:
        reached = []
        for node in sorted(level, key=found.__getitem__):
            for name, child in sorted(objects.children[node]):
                if child not in found:
                    found[child] = below(node, found[node], name)
                    reached.append(child)
        level = reached
    return found


class Traced(NamedTuple):
    """One concrete function of a restored tf.function: what it takes, what it returns, what it computes."""

    takes: CallSignature
    returns: str
    token: Token
    name: str


class Flat(NamedTuple):
    """How a bare concrete function (one that was saved as such) takes its tensors: by these names, the first few by
    position too; ``structured`` where it takes the arguments of its Python function as well."""

    specs: tuple[tuple[str, Any], ...]
    by_position: int
    structured: bool


class Restored(NamedTuple):
    """A function that the loaded object has under ``path``; ``owner`` is the Python that gets it. A tf.function has no
    ``flat``."""

    path: str
    owner: str
    parameters: Parameters
    traces: tuple[Traced, ...]
    flat: Flat | None = None


def restored_functions(meta: MetaGraph, computation: Computation, names: dict[int, Hashable]) -> dict[str, Restored]:
    """The tf.functions of the loaded object by path; its ``signatures`` are not among them.

    ``names`` say what a captured object is: a variable, an asset, a table.
    """
    objects = meta.objects
    if objects is None:
        return {}
    found: dict[str, Restored] = {}
    owners = _owners(objects)
    for node, path, owner in _named(objects, paths(objects), owners):
        kind = objects.kinds[node]
        hidden = path.split(".")[0] == SIGNATURES or ".trace_" in f".{path}"
        if kind not in ("function", "bare_concrete_function") or hidden or _is_machinery(path):
            continue
        traces = tuple(_traces(objects, computation, names, objects.functions_of(node)))
        spec = objects.spec(node)
        flat = _flat(meta, objects, node, traces) if kind == "bare_concrete_function" else None
        alone = Parameters(tuple([name for name, _ in flat.specs]) if flat is not None else ())
        found[path] = Restored(path, owner, alone if spec is None else parameters(spec), traces, flat)
    return found


def _named(objects: ObjectGraph, where: dict[int, str], owners: dict[int, str]) -> Iterator[tuple[int, str, str]]:
    """Every object with its path and the Python that gets it: under each name that an object above has for it."""
    if objects.nodes:
        yield 0, "__call__", owners[0]
    for parent, above in where.items():
        for name, child in objects.children[parent]:
            path = f"{above}.{name}" if above else name
            yield child, path, _member(owners.get(parent, "loaded"), name, objects.revived(parent))


def _flat(meta: MetaGraph, objects: ObjectGraph, node: int, traces: tuple[Traced, ...]) -> Flat:
    bare = objects.nodes[node].bare_concrete_function
    names = tuple(bare.argument_keywords)
    specs = flat_inputs(traces[0].takes) if traces else []
    function = meta.function(bare.concrete_function_name)
    if len(specs) != len(names) and function is not None:
        specs = [Tensor(arg.type, None) for arg in function.signature.input_arg]
    return Flat(
        tuple(zip(names, specs, strict=False)), bare.allowed_positional_arguments, objects.spec(node) is not None
    )


def _is_machinery(path: str) -> bool:
    """Functions that a load runs for resources; they are no part of what a caller sees."""
    return path.rpartition(".")[2] in ("_create_resource", "_initialize", "_destroy_resource")


def _traces(
    objects: ObjectGraph, computation: Computation, names: dict[int, Hashable], functions: Iterable[str]
) -> Iterable[Traced]:
    for name in functions:
        if name not in objects.proto.concrete_functions:
            continue
        saved = objects.proto.concrete_functions[name]
        takes = call_signature(saved.canonicalized_input_signature)
        token = concrete_token(objects, computation, names, name)
        yield Traced(takes, output_specs(saved.output_signature), token, name)


def concrete_token(objects: ObjectGraph, computation: Computation, names: dict[int, Hashable], name: str) -> Token:
    """What a concrete function computes, with what it captures."""
    form = computation.function(name)
    function = computation.meta.function(name)
    captured = objects.bound_inputs(name)
    total = len(function.signature.input_arg) if function is not None else 0
    given = total - len(captured)
    bound: list[Hashable] = []
    for place in form.order:
        if place < given:
            bound.append(("argument", place))
        else:
            bound.append(names.get(captured[place - given], ("object",)))
    return computation.ledger.note(("concrete", form.token, tuple(bound)))


def captured_names(
    meta: MetaGraph, computation: Computation, variables: dict[int, Hashable], assets: Sequence[str]
) -> dict[int, Hashable]:
    """What each object is to a function that captures it."""
    objects = meta.objects
    if objects is None:
        return {}
    where = paths(objects)
    found: dict[int, Hashable] = {}
    for node, kind in enumerate(objects.kinds):
        saved = objects.nodes[node]
        if node in variables:
            found[node] = variables[node]
        elif kind == "asset" and 0 <= saved.asset.asset_file_def_index < len(assets):
            found[node] = ("asset", assets[saved.asset.asset_file_def_index])
        elif kind == "constant":
            found[node] = ("constant", _constant(meta, computation, saved.constant.operation))
        elif kind == "captured_tensor":
            found[node] = ("tensor", function_base(saved.captured_tensor.concrete_function))
        else:
            found[node] = (kind, where.get(node, ""))
    return found


def _constant(meta: MetaGraph, computation: Computation, name: str) -> Hashable:
    at = computation.position(name)
    return said(meta.graph.kinds[at], function_base) if at is not None else "missing"


def _owners(objects: ObjectGraph) -> dict[int, str]:
    """Node → the Python that gets it from ``loaded``: attributes, items of lists and of dicts."""
    return _from_root(objects, "loaded", lambda node, owner, name: _member(owner, name, objects.revived(node)))


def _member(owner: str, name: str, revived: str) -> str:
    if revived == _DICT:
        return f"{owner}[{quoted(name)}]"
    if revived in _LISTS and name.isdecimal():
        return f"{owner}[{name}]"
    if name == "__call__":
        return owner
    return f"{owner}.{name}" if name.isidentifier() else f"getattr({owner}, {quoted(name)})"
