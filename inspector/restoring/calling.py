"""From the error of a call to the nearest call that is accepted.

TensorFlow prints the arguments that it got and those that it would take. With the model at hand the function is looked up
and the call held against it; without, what the text says of it will do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from inspector.canonical.form import Canonical
from inspector.canonical.intent import Intent
from inspector.canonical.interface import call_of
from inspector.canonical.objects import Restored, Traced
from inspector.canonical.specs import LIST, TUPLE, Dict, Other, Parameters, Sequence, Signature, Tensor, covers_call
from inspector.contract import Answer, answer_of_function, answer_of_signature, canonicals
from inspector.model import dtypes
from inspector.named_tuple import NamedTuple
from inspector.restoring.reading import Sighting
from inspector.restoring.tying import Judged

_TENSOR = re.compile(
    r"(?:<tf\.Tensor|<tf\.Variable|tf\.Tensor\(|Tensor\(|TensorSpec\(|<KerasTensor|KerasTensor\(|array\()"
)
_SHAPE = re.compile(r"shape=(?:TensorShape\()?[(\[]([^()\[\]]*)[)\]]")
_DTYPE = re.compile(r"dtype=(?:tf\.|<dtype: ')?(\w+)")
_LONGEST_LITERAL = 10_000
_DEEPEST = 20
_WRAPPER = re.compile(r"signature_wrapper_?([\w./-]*?)(?:_\d+)?(?=\W|\Z)")
_SIGNATURE_KEY = re.compile(r"signatures\[(['\"])([^'\"\n]{1,300})\1\]")
_MODULES = ("tf", "np", "numpy", "tensorflow", "self", "inspector")
_CALLED = re.compile(r"\b([A-Za-z_]\w{0,100})((?:\.[A-Za-z_]\w{0,100}){1,8})\(")
_CODE = re.compile(r'File "([^"\n]{1,500})", line \d{1,7}, in [^\n]{1,200}\n([^\n]{0,500})')
_OPENING, _CLOSING = "([{<", ")]}>"


class Made(NamedTuple):
    """The call that was made, and what the text says would be taken.

    ``names`` are those of the function's arguments, where the text tells them; ``options`` the concrete functions.
    ``wrapper`` is the name of a signature's function, without the number at its end. ``input`` and ``found`` are the place
    and the dtype of the one argument that is known, where the text tells no more.
    """

    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()
    names: tuple[str, ...] = ()
    options: tuple[Signature, ...] = ()
    wrapper: str | None = None
    input: int = -1
    found: str = ""


def nearest_call(sighting: Sighting, there: Judged | None) -> Answer | None:
    """The nearest call that is accepted; None where the text does not say enough of the call that was made."""
    made = read_call(sighting.detail)
    if made is None:
        return None
    answer = _in_model(made, sighting, there) if there is not None else None
    return answer if answer is not None else _by_text(made, sighting)


# --- against the model


def _in_model(made: Made, sighting: Sighting, there: Judged) -> Answer | None:
    """The answer of the signature or function that was called, if it can be told which one that is."""
    for canonical in canonicals(there.model, None):
        key = _signature_called(made, sighting, canonical)
        if key is not None:
            call, v2 = call_of(canonical.meta, canonical.signatures[key]), canonical.meta.objects is not None
            if made.input >= 0:
                inputs = [
                    (name, Tensor(dtypes.NUMBERS.get(end.dtype, 0), end.shape)) for name, end in call.inputs.items()
                ]
                return answer_of_signature(Intent(key, (), _with_other_dtype(inputs, made)), call, v2=v2)
            return answer_of_signature(Intent(key, made.args, made.kwargs), call, v2=v2)
        functions = canonical.functions()
        path = _function_called(made, sighting, functions)
        if path is not None:
            return answer_of_function(Intent(path, made.args, made.kwargs), functions[path])
    return None


def _signature_called(made: Made, sighting: Sighting, canonical: Canonical) -> str | None:
    if made.wrapper is None:
        return None
    keys = [key for key in canonical.signatures if not key.startswith("__saved_model")]
    objects = canonical.meta.objects
    functions = objects.signatures() if objects is not None else {}
    named = [key for key in keys if _wrapper_of(functions.get(key, "")) == made.wrapper]
    written = [match[2] for match in _SIGNATURE_KEY.finditer(_own_code(sighting.before))]
    fitting = [key for key in named if key in written] or named or [key for key in keys if key in written]
    if not fitting and len(keys) == 1:
        fitting = keys
    return fitting[0] if len(set(fitting)) == 1 or (fitting and named) else None


def _wrapper_of(function: str) -> str:
    match = _WRAPPER.search(function)
    return match[1] if match else "?"


def _with_other_dtype(inputs: list[tuple[str, Tensor]], made: Made) -> tuple[tuple[str, Tensor], ...]:
    """The inputs of a signature, but for the one that was given with another dtype: they come in the order of their names."""
    given = sorted(inputs)
    if made.input < len(given):
        name, tensor = given[made.input]
        given[made.input] = (name, Tensor(_number(made.found), tensor.shape))
    return tuple(given)


def _function_called(made: Made, sighting: Sighting, functions: Mapping[str, Restored]) -> str | None:
    """The function whose concrete functions are those in the text; of several the one that the traceback's code names."""
    fitting = [path for path, one in functions.items() if _takes_the_same(made, one)]
    called = [path for path in fitting if path in _attributes(_own_code(sighting.before))]
    if called:
        return called[-1]
    return "__call__" if "__call__" in fitting else next(iter(fitting), None)


def _takes_the_same(made: Made, function: Restored) -> bool:
    if made.options:
        takes = [trace.takes for trace in function.traces]
        same = [any(covers_call(one, other) and covers_call(other, one) for other in takes) for one in made.options]
        return bool(same) and all(same)
    return bool(made.names) and made.names == (*function.parameters.positional, *function.parameters.named)


def _own_code(traceback: str) -> str:
    """The lines of code in a traceback that are not of an installed package."""
    return "\n".join(match[2] for match in _CODE.finditer(traceback) if "site-packages" not in match[1])


def _attributes(code: str) -> list[str]:
    """What each line of code calls, as an attribute of something that is no well-known module."""
    called = []
    for line in code.split("\n"):
        found = [match for match in _CALLED.finditer(line) if match[1] not in _MODULES]
        called += [match[2][1:] for match in found[:1]]
    return called


# --- by the text alone


def _by_text(made: Made, sighting: Sighting) -> Answer | None:
    if not made.options:
        return None
    code = _own_code(sighting.before)
    key = next((match[2] for match in _SIGNATURE_KEY.finditer(code)), "")
    attribute = next(iter(_attributes(code)[::-1]), "")
    path = attribute if attribute and made.wrapper is None else "__call__"
    count = max(len(option.args) for option in made.options)
    names = made.names or tuple(f"argument {place + 1}" for place in range(count))
    traces = tuple(Traced(option, "", 0, "") for option in made.options)
    told = Parameters((), names[1:]) if names[:1] == ("*",) else Parameters(names)
    owner = "loaded" if path == "__call__" else f"loaded.{path}"
    answer = answer_of_function(Intent(path, made.args, made.kwargs), Restored(path, owner, told, traces))
    if made.wrapper is None:
        return answer._replace(of="the function")
    owner = f'loaded.signatures["{key}"]' if key else "loaded.signatures[...]"
    return answer._replace(of=f"signature {key}".strip(), python=answer.python.replace("loaded(", f"{owner}(", 1))


# --- reading


def read_call(text: str) -> Made | None:
    """The call that an error's text tells of, in the wordings of TensorFlow 1.15 to 2.21."""
    for read in (_got, _received, _incompatible, _computed, _missing):
        made = read(text)
        if made is not None:
            return made
    return None


def _got(text: str) -> Made | None:
    """ "Could not find matching ...": what it got, and each option."""
    _, found, rest = text.partition("Got:")
    if not found or "Positional arguments" not in rest:
        return None
    got, *options = re.split(r"\n\s*Option \d+:", rest)
    args, kwargs = _arguments(got)
    return Made(args, kwargs, (), tuple(Signature(*_arguments(option)) for option in options))


def _arguments(block: str) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    positional, _, keyword = block.partition("Keyword arguments:")
    items = re.split(r"\n\s*\* ", positional)[1:]
    named = read_value(_balanced(keyword.strip()))
    return tuple(map(read_value, items)), named.items if isinstance(named, Dict) else ()


def _received(text: str) -> Made | None:
    """ "Binding inputs to tf.function failed": what was received, for which signature."""
    _, found, rest = text.partition("Received args: ")
    if not found:
        return None
    given = _balanced(rest)
    _, _, rest = rest[len(given) :].partition("kwargs: ")
    named = _balanced(rest)
    _, _, rest = rest[len(named) :].partition("for signature: ")
    parameters = list(_parameters(_balanced(rest)))
    args, kwargs = read_value(given), read_value(named)
    wrapper = _WRAPPER.search(text)
    only = "(*," in rest[:3]
    specs = [(name, spec) for name, spec in parameters if spec is not None]
    whole = len(specs) == len(parameters)
    option = (Signature((), tuple(specs)),) if only else (Signature(tuple(spec for _, spec in specs), ()),)
    return Made(
        args.items if isinstance(args, Sequence) else (),
        kwargs.items if isinstance(kwargs, Dict) else (),
        tuple(name for name, _ in parameters) if not only else ("*", *(name for name, _ in parameters)),
        option if whole and specs else (),
        wrapper[1] if wrapper else ("" if only else None),
    )


def _parameters(text: str) -> Iterator[tuple[str, Any]]:
    """``(x: TensorSpec(...), training=...)``: names, and what they take where that is said."""
    for item in _items(text[1:-1]):
        head = re.match(r"\s*(\w+)\s*(:|=|\Z)", item)
        if head is not None:
            spec = read_value(item[head.end() :]) if head[2] == ":" else None
            yield head[1], spec if not isinstance(spec, Other) else None


def _incompatible(text: str) -> Made | None:
    """ "Python inputs incompatible with input_signature" (up to 2.12)."""
    _, found, rest = text.partition("inputs: (")
    _, signature, wanted = rest.partition("input_signature: ")
    if not found or not signature:
        return None
    args, specs = read_value(_balanced(f"({rest}")), read_value(_balanced(wanted))
    if not isinstance(args, Sequence) or not isinstance(specs, Sequence):
        return None
    return Made(args.items, (), (), (Signature(specs.items, ()),))


def _computed(text: str) -> Made | None:
    """ "cannot compute f as input #0(zero-based) was expected to be a float tensor but is a double tensor"."""
    match = re.match(
        r"(?:cannot compute (?P<function>\S{1,300}) )?as input #(?P<input>\d{1,6})(?:\(zero-based\))? was expected to be an? "
        r"(?P<wanted>\w+) tensor but is an? (?P<found>\w+) tensor(?: \[Op:(?P<op>[^\]\s]{1,300})\])?", text
    )  # fmt: skip
    if match is None:
        return None
    wrapper = _WRAPPER.search(match["function"] or match["op"] or "")
    return Made(wrapper=wrapper[1] if wrapper else None, input=int(match["input"]), found=match["found"])


def _missing(text: str) -> Made | None:
    """ "signature_wrapper_add(*, a, b) missing required arguments: b" (up to 2.14): the names alone."""
    match = re.search(r"(signature_wrapper[\w.]*)\(([^()\n]{0,1000})\)", text)
    if match is None:
        return None
    wrapper = _WRAPPER.search(match[1])
    names = tuple(name.strip() for name in match[2].split(",") if name.strip() not in ("", "*"))
    return Made(names=names, wrapper=wrapper[1] if wrapper else "")


def read_value(text: str, depth: int = 0) -> Any:
    """What Python printed of an argument, as a plain value: tensors as their dtype and shape."""
    text = text.strip()
    if depth > _DEEPEST:
        return Other(text[:200])
    if _TENSOR.match(text):
        return _tensor(text)
    if text[:1] in ("(", "["):
        items = tuple(read_value(item, depth + 1) for item in _items(text[1:-1]))
        return Sequence(TUPLE if text[0] == "(" else LIST, items)
    if text[:1] == "{":
        return Dict(tuple(sorted(_entries(text[1:-1], depth + 1), key=itemgetter(0))))
    try:
        return ast.literal_eval(text[:_LONGEST_LITERAL])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return Other(text[:200])


def _tensor(text: str) -> Tensor:
    shape, dtype = _SHAPE.search(text), _DTYPE.search(text)
    dims: tuple[int | None, ...] | None = None
    if shape is not None:
        sizes = [part.strip() for part in shape[1].split(",") if part.strip()]
        dims = tuple(int(size) if size.isdecimal() else None for size in sizes)
    return Tensor(_number(dtype[1]) if dtype else 0, dims)


def _number(name: str) -> int:
    """The number of a dtype by the name that Python or C++ gives it."""
    other = {"float": "float32", "double": "float64", "half": "float16", "str": "string"}
    return dtypes.NUMBERS.get(other.get(name, name), 0)


def _entries(text: str, depth: int) -> Iterator[tuple[str, Any]]:
    for item in _items(text):
        match = re.match(r"\s*(['\"])(.{0,300}?)\1\s*:", item)
        if match is not None:
            yield match[2], read_value(item[match.end() :], depth)


def _items(text: str) -> list[str]:
    """The parts between commas that no bracket and no quote encloses."""
    items, begin = [], 0
    for at in _separators(text):
        items.append(text[begin:at])
        begin = at + 1
    return [item for item in (*items, text[begin:]) if item.strip()]


def _separators(text: str) -> Iterator[int]:
    for at, depth in _depths(text):
        if text[at] == "," and depth == 0:
            yield at


def _balanced(text: str) -> str:
    """The text up to the bracket that closes its first one; all of it where none does."""
    return next((text[: at + 1] for at, depth in _depths(text) if depth == 0 and text[at] in _CLOSING), text)


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Every character outside of quotes, with how many brackets are open after it. ``->`` closes none."""
    depth, quote, escaped = 0, "", False
    for at, character in enumerate(text):
        if quote:
            escaped = character == "\\" and not escaped
            if character == quote and not escaped:
                quote = ""
            continue
        if character in "'\"":
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING and text[at - 1 : at + 1] != "->":
            depth -= 1
        yield at, depth
