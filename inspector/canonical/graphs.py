"""Tokens for what graphs compute: of a node by its op, attrs and inputs; of a function by what it returns.

A node's token covers everything that it is computed from, and no name. The arguments of a function are numbered in the
order in which its results need them, so that a function whose arguments were only reordered keeps its token; the
``order`` says which position each number has. Needed as data goes before needed by a control edge: those have no order
but that of names, which exports number anew. What neither a result nor a control output needs takes no part: it does
not run. A loop of V1 is cut where NextIteration feeds its Merge; the cut ends are part of the whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from inspector.canonical.kinds import said
from inspector.canonical.ledger import Ledger, Token
from inspector.canonical.names import function_base, natural
from inspector.model.graph import Function, Graph, Kind
from inspector.model.saved_model import MetaGraph, Signature, TensorInfo
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import Reach

CALLS = ("PartitionedCall", "StatefulPartitionedCall")
PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
_MERGES = ("Merge", "RefMerge")
_NEXT = ("NextIteration", "RefNextIteration")
_OWN = ("_XlaMustCompile", "_implements", "_noinline", "_nospecialize", "_tf_data_function")  # attrs of functions
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

    __slots__ = ("_forms", "_locals", "_main", "_named", "_positions", "_reach", "labels", "ledger", "meta")

    def __init__(self, meta: MetaGraph, ledger: Ledger, labels: Mapping[str, Hashable], reach: Reach) -> None:
        self.meta = meta
        self.ledger = ledger
        self.labels = labels
        self._reach = reach
        self._forms: dict[str, Form] = {}
        self._locals: dict[Kind, tuple[Token, tuple[int, ...] | None]] = {}
        self._named: dict[Kind, Token] = {}
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
        nodes = self._reach.signature(signature).nodes
        self._settle_in_order(sorted(nodes))
        found = {}
        for name, info in sorted(signature.outputs.items()):
            found[name] = note(("output", *[self.tensor(tensor) for tensor in tensors_of(info)]))
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

    def said(self, kind: Kind) -> Token:
        """What a node says by itself: of functions only their names, without counters."""
        if not kind.functions and kind.op not in self.meta.library.by_name:
            return self._local(kind)[0]
        found = self._named.get(kind)
        if found is None:
            found = self._named[kind] = self.ledger.note((kind.op, said(kind, function_base)))
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
        arguments = {name: at for at, name in enumerate(function.arguments)}
        tokens: dict[str, Token] = {}
        order: list[int] = []
        positions = body.index()
        ret = function.ret
        ends = [ret.get(arg.name, "").partition(":") for arg in function.signature.output_arg]
        for name in self._arguments_by_data(body, positions, arguments, [name for name, _, _ in ends]):
            tokens[name] = note(("argument", len(order)))
            order.append(arguments[name])

        def settled(name: str) -> Token:
            if name not in tokens:
                self._settle(body, positions, tokens, arguments, order, name)
            return tokens[name]

        results = [(settled(name), output) for name, _, output in ends]
        controls = sorted({settled(name) for name in sorted(function.control_ret.values(), key=natural)})
        loops = sorted([settled(n) for n, kind in zip(body.names, body.kinds, strict=True) if kind.op in _NEXT])
        attrs = tuple(own_attrs(function).items())
        content = ("function", tuple(results), tuple(controls), tuple(loops), attrs, len(tokens) - len(order))
        return Form(note(content), tuple(order))

    def _settle(
        self, graph: Graph, positions: Mapping[str, int], tokens: dict[str, Token], arguments: Mapping[str, int],
        order: list[int], root: str,
    ) -> None:  # fmt: skip
        """Give tokens to a node and all that it is computed from."""
        note = self.ledger.note
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
            tokens[name] = self._noted(kinds[at], all_inputs[at], tokens)

    def _settle_in_order(self, nodes: Iterable[int]) -> None:
        """Give tokens to nodes of the main graph, most of which come after all that they need: cheaper than one by one."""
        graph, tokens, labels = self.meta.graph, self._main, self.labels
        names, kinds, all_inputs = graph.names, graph.kinds, graph.inputs
        for at in nodes:
            name = names[at]
            if name in labels or tokens.get(name, _OPEN) != _OPEN:
                continue
            inputs = all_inputs[at]
            if all(text in tokens or text.lstrip("^").partition(":")[0] in tokens for text in inputs):
                tokens[name] = self._noted(kinds[at], inputs, tokens)
            else:
                self._settle(graph, self._positions, tokens, {}, [], name)

    def _noted(self, kind: Kind, inputs: Iterable[str], tokens: Mapping[str, Token]) -> Token:
        """The token of a node, all that it needs having one."""
        token, places = self._local(kind)
        content: list[Hashable] = []
        controls: set[Token] = set()
        for text in inputs:
            if text[0] == "^":
                controls.add(tokens.get(text[1:], _OPEN))
            elif ":" not in text:
                content.append((tokens.get(text, _OPEN), ""))
            else:
                source, _, output = text.partition(":")
                content.append((tokens.get(source, _OPEN), "" if output == "0" else output))
        if places is not None:
            content = [content[place] for place in places if place < len(content)]
        if controls:
            content += ("^", *sorted(controls, key=repr))
        return self.ledger.note((token, *content))

    def _local(self, kind: Kind) -> tuple[Token, tuple[int, ...] | None]:
        return self._locals.get(kind) or self.local(kind)

    def _arguments_by_data(
        self, graph: Graph, positions: Mapping[str, int], arguments: Mapping[str, int], roots: list[str]
    ) -> list[str]:
        """The arguments that some nodes are computed from, control edges aside, in the order in which they are met."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        stack = roots[::-1]
        while stack and len(found) < len(arguments):
            name = stack.pop()
            if name in arguments:
                found[name] = None
            elif name not in seen and (at := positions.get(name)) is not None:
                seen.add(name)
                stack.extend(self._sources(graph, positions, at))
        return list(found)

    def _sources(self, graph: Graph, positions: Mapping[str, int], at: int) -> list[str]:
        """The nodes that one takes data from, the first to be visited last; those of a call as its function needs them."""
        kind = graph.kinds[at]
        data = [text.partition(":")[0] for text in graph.inputs[at] if text[0] != "^"]
        if kind.op in _MERGES:
            data = [
                name for name in data if (there := positions.get(name)) is None or graph.kinds[there].op not in _NEXT
            ]
        elif kind.functions or kind.op in self.meta.library.by_name:
            places = self._local(kind)[1]
            if places is not None:
                data = [data[place] for place in places if place < len(data)]
        data.reverse()
        return data

    def _needed(self, graph: Graph, positions: Mapping[str, int], at: int) -> list[str]:
        """The nodes that one needs, the first to be visited last: control inputs come after the data, by name."""
        controls = [text[1:] for text in graph.inputs[at] if text[0] == "^"]
        if len(controls) > 1:
            controls.sort(key=natural, reverse=True)
        return controls + self._sources(graph, positions, at)


def tensors_of(info: TensorInfo) -> tuple[str, ...]:
    """The tensors that one input or output of a signature is made of."""
    return info.components or (info.tensor,)


def own_attrs(function: Function) -> dict[str, bytes]:
    """The attrs of a function itself that mean something, as they are stored."""
    own = function.proto.attr
    return {name: own[name].SerializeToString(deterministic=True) for name in sorted(own) if name in _OWN}
