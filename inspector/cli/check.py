"""Judge models and confirm the verdicts: the default command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inspector.cli.exit_codes import BROKEN_OFF, COULD_NOT_TELL, FINDINGS, OK, USAGE
from inspector.cli.planning import plans_of, show_settings
from inspector.cli.sink import FORMATS, Sink, outputs_in
from inspector.cli.targeting import PATH_HELP, add_own_ops, add_targets
from inspector.errors import UsageError
from inspector.findings import KERAS, TENSORFLOW

if TYPE_CHECKING:
    from inspector.checking import Plan
    from inspector.telling import Told


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=f"{PATH_HELP}; a glob; - for a list on standard input")
    add_targets(parser, "the release to judge for: 2.15, latest, installed, '>=2.11,<2.16' (repeatable)")
    add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument(
        "--of-files",
        action="store_true",
        help="PATHs are files, as pre-commit gives them: judge the models they belong to",
    )
    parser.add_argument("-r", "--recursive", action="store_true", help="judge every SavedModel below a folder")
    parser.add_argument(
        "--verify", action="store_true", default=None, help="verify the checksum of every tensor, and the fingerprint"
    )
    parser.add_argument(
        "--lock", metavar="FILE", help="fail where the interface broke since `inspector lock` wrote FILE"
    )
    _add_policy(parser)
    _add_output(parser)
    _add_confirmation(parser)


def _add_policy(parser: argparse.ArgumentParser) -> None:
    policy = parser.add_argument_group("what counts")
    policy.add_argument("--fail-on", choices=("error", "warning", "note"), help="default: error")
    for name, what in (
        ("--select", "only these rules, by code or prefix (OP001, TB, ALL)"),
        ("--extend-select", "these rules too"),
        ("--ignore", "not these rules"),
    ):
        policy.add_argument(name, action="append", default=[], metavar="CODES", help=f"{what}; separated by commas")
    policy.add_argument("--baseline", metavar="FILE", help="the findings in FILE are known: they do not count")
    policy.add_argument("--write-baseline", metavar="FILE", help="write all findings to FILE; reasons in it are kept")
    policy.add_argument(
        "--show-settings", action="store_true", help="print what holds for each path, and judge nothing"
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="text", help="of standard output (default: text)")
    output.add_argument("--output", action="append", default=[], metavar="FORMAT=FILE",
                        help="write a file too: sarif=report.sarif (repeatable)")  # fmt: skip
    output.add_argument("--jobs", default="1", metavar="N", help="processes that judge several models, or auto")
    output.add_argument("--model-seconds", type=float, default=300.0, metavar="S",
                        help="of several models, how long each may take without its confirmation (default: 300)")  # fmt: skip
    output.add_argument("--model-memory", type=float, default=8.0, metavar="GIB",
                        help="of several models, how much memory each may take (default: 8)")  # fmt: skip


def _add_confirmation(parser: argparse.ArgumentParser) -> None:
    confirm = parser.add_argument_group("confirmation (loads the model for real, in a child process)")
    confirm.add_argument("--confirm", choices=("auto", "force"), default="auto",
                         help="auto (the default); force also runs what touches files, network or native code")  # fmt: skip
    confirm.add_argument("--no-confirm", dest="confirm", action="store_const", const="no", help="static only")
    confirm.add_argument("--confirm-loader", action="append", default=[], choices=(*TENSORFLOW, *KERAS),
                         help="the loader that confirms (repeatable; default: the first chosen)")  # fmt: skip
    confirm.add_argument("--inputs", metavar="FILE", help=".npz or JSON with real inputs for the signatures")
    confirm.add_argument("--timeout", type=float, default=120.0, metavar="SECONDS", help="for each step of the load")


def run(options: argparse.Namespace) -> int:
    """Exit codes: 2 where a path or an option is wrong, 130 where the run was broken off, else those of the models."""
    outputs = outputs_in(options.output)
    if options.show_settings:
        show_settings(options)
        return OK
    plans, problems = plans_of(options)
    for _, why in problems:
        print(f"inspector: {why}", file=sys.stderr)
    sink = Sink(options.format, outputs, problems, several=len(plans) > 1, keep=bool(options.write_baseline))
    complete = _judge(plans, options, sink)
    sink.finish(complete)
    codes = [told.code for told in sink.told.values()]
    if options.write_baseline:
        _write_baseline(options.write_baseline, sink)
        codes = [code for code in codes if code != FINDINGS]
    if not plans and not problems:
        print("inspector: no path on standard input, nothing was judged", file=sys.stderr)
        codes = [COULD_NOT_TELL]
    if not complete:
        return BROKEN_OFF
    return USAGE if sink.problematic else next((code for code in (FINDINGS, COULD_NOT_TELL) if code in codes), OK)


def _judge(plans: Sequence[Plan], options: argparse.Namespace, sink: Sink) -> bool:
    """Hands everything that is told to the sink; False where the user broke the run off."""
    jobs = _jobs(options.jobs)
    if len(plans) == 1:
        sink.take(0, _alone(plans[0], sink), said=True)
        return True
    from inspector.batch import Bounds, tell_all
    from inspector.report.progress import judging

    bounds = Bounds(options.model_seconds, int(options.model_memory * (1 << 30)))
    telling = tell_all(plans, sink.form, jobs, bounds)
    try:
        with judging(len(plans)) as done:
            for number, told in telling:
                with done():
                    sink.take(number, told)
    except KeyboardInterrupt:
        print("inspector: broken off", file=sys.stderr)
        return False
    finally:
        telling.close()
    return True


def _alone(plan: Plan, sink: Sink) -> Told:
    """The only model, in this process: what is known of it is told before the confirmation, which takes seconds."""
    from contextlib import ExitStack

    from inspector.report.progress import doing, reading_weights
    from inspector.telling import tell

    with ExitStack() as stack, reading_weights(plan.path) as progress:
        return tell(
            plan, sink.form, sink.say, lambda: stack.enter_context(doing("loading the model for real")), progress
        )


def _jobs(text: str) -> int:
    if text == "auto":
        return os.cpu_count() or 1
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--jobs takes a number from 1 on, or auto; not {text!r}")
    return int(text)


def _write_baseline(file: str, sink: Sink) -> None:
    from inspector.baseline import read_baseline, written

    models = [model for document in sink.documents() for model in document["models"]]
    text = written(read_baseline(file, must=False), models)
    try:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from None
    print(f"inspector: {file} knows what was found in {len(models)} models", file=sys.stderr)


def not_a_model(options: argparse.Namespace) -> int:
    """Say what the path is instead, as ``check`` does."""
    from inspector.checking import Plan
    from inspector.report.style import Style
    from inspector.targets import choose_targets
    from inspector.telling import Form, tell

    plan = Plan(options.path, choose_targets().targets)
    tell(plan, Form(colour=Style.of(sys.stdout).colour), lambda text: print(text, end=""))
    return FINDINGS
