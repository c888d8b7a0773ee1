"""Which nodes find a kernel on a target, and which functions never look for one there.

Sources: tensorflow/core/framework/op_kernel.cc (FindKernelRegistration), core/common_runtime/placer.cc (soft placement),
core/grappler/optimizers/implementation_selector.cc (api_implements, DeviceIndex),
core/common_runtime/lower_functional_ops.cc (_lower_using_switch_merge).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from inspector.catalogue import Release, release
from inspector.catalogue.kerneldef import DEFAULT_DEVICE, XLA_DEVICE, AttrValue, KernelDef, matches
from inspector.errors import UnknownRelease
from inspector.model.graph import Attr, Form, Function, Kind
from inspector.named_tuple import NamedTuple
from inspector.topology.inspection import MetaView
from inspector.topology.liveness import live_nodes
from inspector.topology.ops import OpSet, attr_value

CPU, GPU = "CPU", "GPU"
XLA = "xla"  # not a device of a target: what jit_compile=True compiles for
_PLACES = {"cpu": (CPU,), "gpu": (GPU, CPU), XLA: (XLA_DEVICE,)}

# Why no kernel serves a node.
NO_KERNEL = "no kernel"
OTHER_DEVICE = "other device"
OTHER_ATTRS = "other attrs"
PYTHON_ONLY = "Python only"

_TYPE_TAG = 0x30  # AttrValue.type
_LABEL = "_kernel"
_LOWERED = "_lower_using_switch_merge"
_COMPILED = "_XlaMustCompile"
_IMPLEMENTS, _PREFERS = "api_implements", "api_preferred_device"
_BRANCHES = {
    "If": ("then_branch", "else_branch"),
    "StatelessIf": ("then_branch", "else_branch"),
    "Case": ("branches",),
    "StatelessCase": ("branches",),
}
_LOOPS = ("While", "StatelessWhile")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
LOWERABLE = (*_BRANCHES, *_LOOPS)
_REWRITTEN = ("AccumulateNV2",)  # to other ops, before placement (core/common_runtime/accumulate_n_optimizer.cc)


class Unserved(NamedTuple):
    """Why no kernel serves a node: ``why`` is one of the words above.

    ``devices`` are those that have kernels for the op. For OTHER_ATTRS: the attrs that no kernel of the target's device
    takes as they are, each with its value and what the nearest kernels take (DataType numbers, numbers, strings).
    """

    why: str
    devices: tuple[str, ...]
    attrs: tuple[tuple[str, AttrValue, tuple[int | bytes, ...]], ...] = ()


@lru_cache(maxsize=64)
def build_of(version: str, device: str) -> Release | None:
    """The build whose kernels decide for a device; None where nothing is known of it."""
    if device not in _PLACES:
        return None
    try:
        return release(version, gpu=device == "gpu")
    except UnknownRelease:
        return None


def unserved(form: Form, ops: OpSet, build: Release, device: str, label: str = "") -> Unserved | None:
    """Why no kernel of a build serves nodes of a form on a device; None where one does, or where it cannot be told.

    Library functions, unregistered ops and nodes whose attrs decide only at the call are not judged. A GPU target has
    the CPU to fall back to: soft placement is the default of functions.
    """
    op_def = ops.release.op(form.op)
    if op_def is None or form.op in _REWRITTEN:
        return None
    kernels = build.kernels(form.op)
    attrs: dict[str, AttrValue] = {}
    for name in {name for kernel in kernels if kernel.constraints for name, _ in kernel.constraints}:
        held = form.attrs.get(name)
        raw = held.value if held is not None else next((a.default for a in op_def.attrs if a.name == name), None)
        if raw is not None and len(raw) == 2 and raw[0] == _TYPE_TAG and raw[1] < 0x80:
            attrs[name] = raw[1]  # the usual case, without a message
            continue
        value = _plain(attr_value(name, op_def, form.attrs))
        if value is None:
            if any(definition.name == name for definition in op_def.attrs):
                return None  # missing, of a wrong kind, or filled in at the call
        else:
            attrs[name] = value
    places = _PLACES[device]
    devices_here = (*places, DEFAULT_DEVICE)
    if any(kernel.device in devices_here and matches(kernel, attrs, label) for kernel in kernels):
        return None
    devices = tuple(sorted({kernel.device for kernel in kernels if kernel.label == label}))
    here = [k for k in kernels if k.label == label and k.device in devices_here]
    if here:
        return Unserved(OTHER_ATTRS, devices, _refused(here, attrs))
    if device != XLA and any(matches(kernel, attrs, label) for kernel in build.python_layer_kernels(form.op)):
        return Unserved(PYTHON_ONLY, devices)
    if device == "cpu":  # the CPU build does not know what the GPU build has
        with_gpu = build_of(build.version, "gpu")
        more = with_gpu.kernels(form.op) if with_gpu is not None else ()
        devices = tuple(sorted({*devices, *(kernel.device for kernel in more if kernel.label == label)}))
    return Unserved(OTHER_DEVICE if devices else NO_KERNEL, devices)


def _refused(
    kernels: list[KernelDef], attrs: dict[str, AttrValue]
) -> tuple[tuple[str, AttrValue, tuple[int | bytes, ...]], ...]:
    """The attrs in which the nearest kernels differ from a node."""
    by_kernel = [_unmet(kernel, attrs) for kernel in kernels]
    nearest = min((frozenset(unmet) for unmet in by_kernel), key=lambda names: (len(names), sorted(names)))
    return tuple(
        (name, attrs[name], tuple(sorted({v for u in by_kernel if frozenset(u) == nearest for v in u[name]})))
        for name in sorted(nearest)
        if name in attrs
    )


def _unmet(kernel: KernelDef, attrs: dict[str, AttrValue]) -> dict[str, tuple[int, ...] | tuple[bytes, ...]]:
    one = kernel._replace(label="")
    return {
        name: allowed
        for name, allowed in kernel.constraints
        if not matches(one._replace(constraints=((name, allowed),)), attrs)
    }


def _plain(value: object) -> AttrValue | None:
    """An AttrValue as kernels compare it; None for what no kernel is chosen by, and for a placeholder."""
    kind = value.WhichOneof("value") if value is not None else None  # type: ignore[attr-defined]
    if kind in ("type", "i", "b", "s"):
        plain = getattr(value, kind)
        return plain if isinstance(plain, bytes) else int(plain)
    if kind == "list":
        return tuple(int(number) for number in value.list.type)  # type: ignore[attr-defined]
    return None


def label_of(kind: Kind) -> str:
    """The label of the kernels that a node asks for by its ``_kernel`` attr; mostly none."""
    attr = kind.attrs.get(_LABEL) if kind.raw(_LABEL) else None
    return attr.proto.s.decode("utf-8", "backslashreplace") if attr is not None else ""


def _is_true(attr: Attr | None) -> bool:
    return attr is not None and attr.kind == "bool" and bool(attr.proto.b)


def compiled(view: MetaView) -> frozenset[str]:
    """Functions that XLA compiles (jit_compile=True), with all that they call: kernels of the device do not count.

    The attr of the calling node decides; that of the FunctionDef does nothing, as loads show, but for a function that
    tf.saved_model.load calls itself (``compiled_by_itself``).
    """
    roots: list[str] = []
    graphs = (view.meta.graph, *(f.body for f in view.meta.library.functions))
    for kind in {graph.kinds[at] for graph in graphs for at in graph.calling()}:
        if _is_true(kind.attrs.get(_COMPILED)):
            roots.extend(kind.functions)
    return view.reach.closure(roots)


def compiled_by_itself(view: MetaView) -> frozenset[str]:
    """Functions that XLA compiles only where a signature's function is called from outside of a graph."""
    objects = view.meta.objects
    called = [view.meta.function(name) for name in objects.signatures().values()] if objects is not None else []
    roots = [f.name for f in called if f is not None and _COMPILED in f.proto.attr and f.proto.attr[_COMPILED].b]
    return view.reach.closure(roots) - compiled(view) if roots else frozenset()


def passed_over(view: MetaView, device: str) -> frozenset[str]:
    """Functions that nothing on this device calls, since another implementation is chosen there.

    Keras' LSTM and GRU register one function for GPUs and one for CPUs under the same ``api_implements``; and
    execute_fn_for_device makes a Case over DeviceIndex. A function with such a counterpart, and what only such ones
    call, is not run.
    """
    place = _PLACES.get(device, (CPU,))[0]
    functions = view.meta.library.functions
    implemented = {
        f.proto.attr[_IMPLEMENTS].s
        for f in functions
        if _IMPLEMENTS in f.proto.attr and _text(f.proto.attr[_PREFERS].s) == place
    }
    gone = {
        f.name
        for f in functions
        if _IMPLEMENTS in f.proto.attr
        and f.proto.attr[_IMPLEMENTS].s in implemented
        and _text(f.proto.attr[_PREFERS].s) not in ("", place)
    }
    callers: dict[str, set[str]] = {}
    for caller, body in (("", view.meta.graph), *((f.name, f.body) for f in functions)):
        for at, kind in enumerate(body.kinds):
            if kind.functions or kind.op in view.meta.library.by_name:
                left_out = _not_chosen(kind, body.kinds, body.inputs[at], body.names, place)
                for callee in view.reach.callees(kind):
                    callers.setdefault(callee, set())
                    if callee not in left_out:
                        callers[callee].add(caller)
    found = True
    while found:
        more = {name for name, by in callers.items() if name not in gone and by <= gone}
        gone |= more
        found = bool(more)
    return frozenset(gone)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _not_chosen(kind: Kind, kinds: list[Kind], inputs: Iterable[str], names: list[str], place: str) -> frozenset[str]:
    """The branches of a Case over DeviceIndex that are for other devices (the last one is for all that are not named)."""
    if kind.op not in ("Case", "StatelessCase") or _is_true(kind.attrs.get(_LOWERED)):
        return frozenset()
    index = next(iter(inputs), "").partition(":")[0]
    if index not in names:
        return frozenset()
    choosing = kinds[names.index(index)]
    devices, branches = choosing.attrs.get("device_names"), kind.attrs.get("branches")
    if choosing.op != "DeviceIndex" or devices is None or branches is None:
        return frozenset()
    order = [_text(name) for name in devices.proto.list.s]
    called = [function.name for function in branches.proto.list.func]
    at = order.index(place) if place in order else len(order)
    return frozenset(called) - {called[min(at, len(called) - 1)]} if called else frozenset()


def is_branching(kind: Kind) -> bool:
    """Whether a node runs one of several functions."""
    return kind.op in _BRANCHES


def is_certain(kind: Kind) -> bool:
    """Whether a call needs the kernels of the functions that a node names: all but branches that are not lowered."""
    return kind.op not in _BRANCHES or _is_true(kind.attrs.get(_LOWERED))


@lru_cache(maxsize=2)
def lowered_into_main(view: MetaView) -> frozenset[str]:
    """Branches and loop bodies that become a part of the main graph before it is placed."""
    found: set[str] = set()
    todo = [view.meta.graph]
    while todo:
        for kind in set(todo.pop().kinds):
            if kind.op in LOWERABLE and _is_true(kind.attrs.get(_LOWERED)):
                for name in kind.functions:
                    body = view.meta.function(name)
                    if name not in found and body is not None:
                        found.add(name)
                        todo.append(body.body)
    return frozenset(found)


class Called(NamedTuple):
    """A function and which of its returns are used."""

    function: str
    returns: frozenset[int] | None = None  # None: all


@lru_cache(maxsize=2)
def placed_by_call(view: MetaView, roots: frozenset[str]) -> frozenset[str]:
    """Functions all of whose nodes get a kernel when tf.saved_model.load's function ``roots`` are called.

    There nothing is pruned before the nodes are placed.
    """
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        body = view.meta.function(name)
        if name not in seen and body is not None:
            seen.add(name)
            for kind in dict.fromkeys(body.body.kinds):
                if (kind.functions or kind.op in view.meta.library.by_name) and is_certain(kind):
                    todo.extend(view.reach.callees(kind))
    return frozenset(seen)


@lru_cache(maxsize=2)
def run_by_session(view: MetaView, roots: frozenset[str]) -> dict[str, frozenset[str]]:
    """Function → its nodes that a Session's call of ``roots`` runs.

    Functions that a function calls are inlined, and pruned to the returns that are used, before kernels are made.
    """
    live: dict[str, frozenset[str]] = {}
    seen: set[Called] = set()
    todo = [Called(name) for name in roots]
    while todo:
        called = todo.pop()
        function = view.meta.function(called.function)
        if called in seen or function is None:
            continue
        seen.add(called)
        some = live_nodes(function, view.ops, called.returns) | _stateful(view, function)
        live[called.function] = live.get(called.function, frozenset()) | some
        todo.extend(_calls_from(view, called.function, some))
    return live


def _calls_from(view: MetaView, name: str, live: frozenset[str]) -> Iterator[Called]:
    function = view.meta.function(name)
    assert function is not None
    body = function.body
    used: dict[str, set[int]] | None = None
    for at, kind in enumerate(body.kinds):
        if body.names[at] not in live or not (kind.functions or kind.op in view.meta.library.by_name):
            continue
        if not is_certain(kind):
            continue
        if used is None:
            used = _outputs_used(view, name, live)
        returns = frozenset(used.get(body.names[at], ()))
        if kind.op in _LOOPS:
            yield from _loop(view, kind, returns)
        else:
            whole = kind.op not in _CALLS and kind.op not in _BRANCHES
            for callee in view.reach.callees(kind):
                yield Called(callee, None if whole else returns)


def _loop(view: MetaView, kind: Kind, returns: frozenset[int]) -> Iterator[Called]:
    """The condition of a loop, and its body with the variables that the outside, the condition or another one needs."""
    names = {name: kind.attrs[name].functions[:1] for name in ("cond", "body") if name in kind.attrs}
    for name in names.get("cond", ()):
        yield Called(name)
        returns |= _arguments(view, name, None)
    for name in names.get("body", ()):
        more = returns | _arguments(view, name, returns)
        while more != returns:
            returns, more = more, more | _arguments(view, name, more)
        yield Called(name, returns)


def _arguments(view: MetaView, name: str, returns: frozenset[int] | None) -> frozenset[int]:
    """The positions of the arguments that a function needs for some of its returns."""
    function = view.meta.function(name)
    if function is None:
        return frozenset()
    live = live_nodes(function, view.ops, returns)
    order = {name: at for at, name in enumerate(function.arguments)}
    taken = [t for at, node in enumerate(function.body.names) if node in live for t in function.body.inputs[at]]
    outputs = [arg.name for arg in function.signature.output_arg]
    taken += [
        t for key, t in function.ret.items() if returns is None or (key in outputs and outputs.index(key) in returns)
    ]
    return frozenset(order[tensor] for tensor in taken if tensor in order)


def _stateful(view: MetaView, function: Function) -> frozenset[str]:
    """Nodes with a state get a kernel even where nothing waits for them (measured: NcclAllReduce, Multinomial)."""
    body = function.body
    found = []
    for name, kind in zip(body.names, body.kinds, strict=True):
        op_def = view.ops.op(kind.op)
        if op_def is not None and op_def.is_stateful:
            found.append(name)
    return frozenset(found)


def _outputs_used(view: MetaView, name: str, live: frozenset[str]) -> dict[str, set[int]]:
    """Node → which outputs live nodes and the returns take ("call:output:1")."""
    function = view.meta.function(name)
    assert function is not None
    taken = list(function.ret.values())
    for at, node in enumerate(function.body.names):
        if node in live:
            taken.extend(tensor for tensor in function.body.inputs[at] if tensor[:1] != "^")
    used: dict[str, set[int]] = {}
    for tensor in taken:
        node, _, place = tensor.partition(":")
        last = place.rpartition(":")[2]
        used.setdefault(node, set()).add(int(last) if last.isdigit() else 0)
    return used
