"""Where everything that is told goes: standard output, and the files of --output."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from time import strftime
from typing import TYPE_CHECKING, Any

from inspector.errors import UsageError

if TYPE_CHECKING:
    from inspector.telling import Told

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown")
_COLOURS = r"\x1b\[\d+m"


class Sink:
    """Takes what is told, writes the streamed formats at once, and the others when everything is there."""

    def __init__(
        self, name: str, outputs: list[tuple[str, str]], problems: list[tuple[str, str]], *, several: bool, keep: bool
    ) -> None:
        from inspector.report.style import Style
        from inspector.telling import Form

        self.name = name
        self.outputs = outputs
        self.problems = problems
        self.several = several
        self.told: dict[int, Told] = {}
        texts = "text" in (name, *(output for output, _ in outputs))
        documents = keep or several or any(one != "text" for one in (name, *(output for output, _ in outputs)))
        self.colour = name == "text" and Style.of(sys.stdout).colour
        self.form: Form = Form(texts, self.colour, documents, strftime("%Y-%m-%d"))

        if problems and _is_streamed(name):
            self._stream(_problems(problems))

    def say(self, text: str) -> None:
        """A piece of the text of a model, as soon as it is known."""
        if self.name == "text":
            sys.stdout.write(text)
            sys.stdout.flush()

    def take(self, number: int, told: Told, *, said: bool = False) -> None:
        """What is told of a model; ``said`` if its text has been said piece by piece."""
        gap = "\n" * bool(self.told and told.text)
        self.told[number] = told  # first: what was begun to be written is in the files too
        if told.problem:
            print(f"inspector: {told.problem}", file=sys.stderr)
            self.problems.append((told.path, told.problem))
            if _is_streamed(self.name):
                self._stream(_problems([(told.path, told.problem)]))
        elif self.name == "text" and not said:
            self.say(gap + told.text)
        elif told.document is not None and _is_streamed(self.name):
            self._stream(told.document)

    @property
    def problematic(self) -> bool:
        """Whether some path or wish was wrong."""
        return bool(self.problems)

    def _stream(self, document: dict[str, Any]) -> None:
        sys.stdout.write(_writer(self.name)(document))
        sys.stdout.flush()

    def finish(self, complete: bool) -> None:
        """What is written when everything is told: the whole formats, the files, and the table over several models."""
        documents = self.documents()
        from inspector.report.json import joined

        whole = joined(documents, self.problems, complete=complete) if documents or self.form.documents else {}
        if self.name == "text" and self.several:
            from inspector.report.style import Style
            from inspector.report.summary import summary_lines

            print("\n" + "\n".join(summary_lines(whole, Style(self.colour))))
        elif self.name != "text" and not _is_streamed(self.name):
            sys.stdout.write(_writer(self.name)(whole))
        for name, file in self.outputs:
            text = self._texts() if name == "text" else _writer(name)(whole)
            try:
                with open(file, "w", encoding="utf-8") as stream:
                    stream.write(text)
            except OSError as error:
                raise UsageError(f"--output {name}={file}: {error.strerror or error}") from None

    def documents(self) -> list[dict[str, Any]]:
        """In the order of the models, whatever the order in which they were done."""
        return [found for number in sorted(self.told) if (found := self.told[number].document) is not None]

    def _texts(self) -> str:
        return re.sub(_COLOURS, "", "\n".join(self.told[number].text for number in sorted(self.told)))


def _problems(problems: list[tuple[str, str]]) -> dict[str, Any]:
    from inspector.report.json import joined

    return joined([], problems)


def _is_streamed(name: str) -> bool:
    from inspector.report.formats import STREAMED

    return name in STREAMED


def _writer(name: str) -> Callable[[Any], str]:
    from inspector.report.formats import writer

    return writer(name)


def outputs_in(asked: Sequence[str]) -> list[tuple[str, str]]:
    """("sarif", "report.sarif") of each --output."""
    outputs = []
    for text in asked:
        name, equals, file = text.partition("=")
        if name not in FORMATS or not equals or not file:
            raise UsageError(f"--output {text}: want FORMAT=FILE; the formats are {', '.join(FORMATS)}")
        outputs.append((name, file))
    return outputs
