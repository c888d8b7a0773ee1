"""Tokens for what graphs compute: of a node by its op, attrs and inputs; of a function by what it returns.

A node's token covers everything that it is computed from, and no name. The arguments of a function are numbered in the
order in which its results need them, so that a function whose arguments were only reordered keeps its token; the
``order`` says which position each number has. What neither a result nor a control output needs takes no part: it does
not run. A loop of V1 is cut where NextIteration feeds its Merge; the cut ends are part of the whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from inspector.canonical.kinds import said
from inspector.canonical.ledger import Ledger, Token
from inspector.canonical.names import function_base
from inspector.model.graph import Function, Graph, Kind
from inspector.model.saved_model import MetaGraph, Signature, TensorInfo
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import Reach

CALLS = ("PartitionedCall", "StatefulPartitionedCall")
PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
_MERGES = ("Merge", "RefMerge")
_NEXT = ("NextIteration", "RefNextIteration")
_OPEN = -1


class Form(NamedTuple):
    """A function without its names: what it computes, and the position of each numbered argument."""

    token: Token
    order: tuple[int, ...]


class Computed(NamedTuple):
    """What a signature's outputs are computed from, and ``rest``: loops, and how many nodes there are."""

    outputs: dict[str, Token]
    rest: Token


class Computation:
    """Tokens for one MetaGraph. ``labels`` are nodes of the main graph that stand for themselves: inputs, variables,
    assets, tables. Cost: one pass over what is asked for."""

    __slots__ = ("_forms", "_locals", "_main", "_positions", "_reach", "labels", "ledger", "meta")

    def __init__(self, meta: MetaGraph, ledger: Ledger, labels: Mapping[str, Hashable], reach: Reach) -> None:
        self.meta = meta
        self.ledger = ledger
        self.labels = labels
        self._reach = reach
        self._forms: dict[str, Form] = {}
        self._locals: dict[Kind, tuple[Token, tuple[int, ...] | None]] = {}
        self._main: dict[str, Token] = {}
        self._positions = reach.positions()

    def function(self, name: str) -> Form:
        """The form of a function, of those that it calls first."""
        if name not in self._forms:
            for callee in self._callees_first(name):
                function = self.meta.library.by_name.get(callee)
                missing = Form(self.ledger.note(("no function", function_base(callee))), ())
                self._forms[callee] = missing if function is None else self._form(function)
        return self._forms[name]

    def signature(self, signature: Signature) -> Computed:
        """What each output of a signature is computed from."""
        note = self.ledger.note
        found = {}
        for name, info in sorted(signature.outputs.items()):
            found[name] = note(("output", *[self.tensor(tensor) for tensor in tensors_of(info)]))
        nodes = self._reach.signature(signature).nodes
        graph = self.meta.graph
        loops = [self.node(graph.names[at]) for at in nodes if graph.kinds[at].op in _NEXT]
        count = sum(graph.kinds[at].op not in PLACEHOLDERS for at in nodes)
        return Computed(found, note(("rest", count, *sorted(loops))))

    def run(self, nodes: Iterable[str]) -> Token:
        """What running some nodes of the main graph does (the init op)."""
        return self.ledger.note(("run", *[self.node(name.partition(":")[0]) for name in nodes]))

    def position(self, name: str) -> int | None:
        """Where a node of the main graph is."""
        return self._positions.get(name)

    def tensor(self, tensor: str) -> Hashable:
        name, _, output = tensor.partition(":")
        return self.node(name), "" if output == "0" else output

    def node(self, name: str) -> Token:
        """The token of a node of the main graph."""
        if name not in self._main:
            self._settle(self.meta.graph, self._positions, self._main, {}, [], name)
        return self._main[name]

    def local(self, kind: Kind) -> tuple[Token, tuple[int, ...] | None]:
        """A node by itself; for a call also in which order it needs its inputs."""
        found = self._locals.get(kind)
        if found is None:
            order = None
            by_name = self.meta.library.by_name
            if kind.op in by_name:
                form = self.function(kind.op)
                token, order = self.ledger.note(("call", form.token)), form.order
            elif kind.op in CALLS and len(kind.functions) == 1:
                form = self.function(kind.functions[0])
                attrs = [pair for pair in said(kind, lambda _: "") if pair[0] != "Tin"]  # in the order of the inputs
                token, order = self.ledger.note(("call", form.token, tuple(attrs))), form.order
            else:
                token = self.ledger.note((kind.op, said(kind, self._refer)))
            found = self._locals[kind] = token, order
        return found

    def _refer(self, name: str) -> Hashable:
        return tuple(self.function(name))

    def _callees_first(self, name: str) -> Iterable[str]:
        """A function after all that it calls; one that calls itself after the rest."""
        done = self._forms
        seen: set[str] = set()
        stack = [name]
        while stack:
            top = stack[-1]
            if top in done:
                stack.pop()
            elif top in seen:
                stack.pop()
                yield top
            else:
                seen.add(top)
                stack.extend(callee for callee in self._reach.calls(top) if callee not in done and callee not in seen)

    def _form(self, function: Function) -> Form:
        body, note = function.body, self.ledger.note
        self._forms[function.name] = Form(note(("recursive", function_base(function.name))), ())
        arguments = {arg.name: at for at, arg in enumerate(function.signature.input_arg)}
        tokens: dict[str, Token] = {}
        order: list[int] = []
        positions = body.index()

        def settled(name: str) -> Token:
            if name not in tokens:
                self._settle(body, positions, tokens, arguments, order, name)
            return tokens[name]

        ret, results = function.ret, []
        for arg in function.signature.output_arg:
            name, _, output = ret.get(arg.name, "").partition(":")
            results.append((settled(name), output))
        controls = sorted({settled(name) for name in sorted(function.control_ret.values())})
        loops = sorted([settled(n) for n, kind in zip(body.names, body.kinds, strict=True) if kind.op in _NEXT])
        attrs = self._own_attrs(function)
        content = ("function", tuple(results), tuple(controls), tuple(loops), attrs, len(tokens) - len(order))
        return Form(note(content), tuple(order))

    def _own_attrs(self, function: Function) -> Hashable:
        """The attrs of the function itself that mean something (_noinline, _XlaMustCompile, _implements)."""
        own = function.proto.attr
        return tuple([
            (name, own[name].SerializeToString(deterministic=True))
            for name in sorted(own)
            if name in ("_XlaMustCompile", "_noinline", "_implements", "_nospecialize", "_tf_data_function")
        ])  # fmt: skip

    def _settle(
        self, graph: Graph, positions: Mapping[str, int], tokens: dict[str, Token], arguments: Mapping[str, int],
        order: list[int], root: str,
    ) -> None:  # fmt: skip
        """Give tokens to a node and all that it is computed from."""
        note, local = self.ledger.note, self._local
        all_inputs, kinds = graph.inputs, graph.kinds
        labels = self.labels if not graph.function else {}
        stack = [root]
        while stack:
            name = stack[-1]
            known = tokens.get(name)
            if known is not None and known != _OPEN:
                stack.pop()
                continue
            at = positions.get(name)
            if known is None:
                if name in labels:
                    tokens[stack.pop()] = note(("label", labels[name]))
                elif name in arguments:
                    tokens[stack.pop()] = note(("argument", len(order)))
                    order.append(arguments[name])
                elif at is None:
                    tokens[stack.pop()] = note(("no node",))
                else:
                    tokens[name] = _OPEN
                    before = self._needed(graph, positions, at)
                    stack.extend([source for source in before if source not in tokens])
                continue
            stack.pop()
            assert at is not None
            token, places = local(kinds[at])
            content: list[Hashable] = []
            controls: set[Token] = set()
            for text in all_inputs[at]:
                if text[0] == "^":
                    controls.add(tokens.get(text[1:], _OPEN))
                else:
                    source, _, output = text.partition(":")
                    content.append((tokens.get(source, _OPEN), "" if output == "0" else output))
            if places is not None:
                content = [content[place] for place in places if place < len(content)]
            if controls:
                content += ("^", *sorted(controls, key=repr))
            tokens[name] = note((token, *content))

    def _local(self, kind: Kind) -> tuple[Token, tuple[int, ...] | None]:
        return self._locals.get(kind) or self.local(kind)

    def _needed(self, graph: Graph, positions: Mapping[str, int], at: int) -> list[str]:
        """The nodes that one needs, the first to be visited last: control inputs come after the data, by name."""
        data, controls = [], []
        cut = graph.kinds[at].op in _MERGES
        for text in graph.inputs[at]:
            if text[0] == "^":
                controls.append(text[1:])
                continue
            source = text.partition(":")[0]
            if cut and (there := positions.get(source)) is not None and graph.kinds[there].op in _NEXT:
                continue
            data.append(source)
        if controls:
            data += sorted(controls)
        data.reverse()
        return data


def tensors_of(info: TensorInfo) -> tuple[str, ...]:
    """The tensors that one input or output of a signature is made of."""
    return info.components or (info.tensor,)
