"""Arguments, exit codes and the choice of reporter. Nothing else prints."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from inspector import cli_compare
from inspector.errors import InspectorError, UsageError
from inspector.findings import CAPI
from inspector.version import VERSION

if TYPE_CHECKING:
    from inspector.checking import ConfirmBy, ModelReport, Report
    from inspector.compatibility import Compatibility
    from inspector.configuration import Configuration
    from inspector.findings import Target
    from inspector.own_ops import OwnOps
    from inspector.targets import Chosen

OK, FINDINGS, USAGE, COULD_NOT_TELL = 0, 1, 2, 3
DEFAULT_COMMAND = "check"
_EXIT_CODES = """\
exit codes: 0 nothing at or above --fail-on · 1 findings (a damaged path is a finding) · 2 wrong usage, no such path ·
3 nothing failed, but a chosen loader's verdict is unknown. A folder that is named like a command: ./show"""


def run() -> NoReturn:
    """The console entry point."""
    gc.disable()  # many small objects and a short life: collecting them costs more than it frees
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except KeyboardInterrupt:
        code = 130
    sys.stderr.flush()
    os._exit(code)  # freeing what the operating system is about to free costs 10 ms


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    arguments = list(argv)
    if arguments in (["--version"], ["-V"]):
        print(f"inspector {VERSION}")
        return OK
    parser, commands = build_parser()
    if arguments and arguments[0] not in commands and arguments[0] not in ("-h", "--help"):
        arguments.insert(0, DEFAULT_COMMAND)
    if not arguments:
        parser.print_help(sys.stderr)
        return USAGE
    options = parser.parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except UsageError as error:
        print(f"inspector: {error}", file=sys.stderr)
        return USAGE
    except InspectorError as error:
        print(f"inspector: {error}", file=sys.stderr)
        return FINDINGS


def build_parser() -> tuple[argparse.ArgumentParser, set[str]]:
    """The parser, and the names of the commands."""
    parser = argparse.ArgumentParser(
        prog="python -m inspector",
        description="Will this SavedModel load and run, where, why not, and what to do. "
        "`python -m inspector PATH` is short for `python -m inspector check PATH`.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands.add_parser("check", help="judge models and confirm the verdicts (the default)"))
    _add_compat(commands.add_parser("compat", help="on which TensorFlow releases, devices and loaders it works"))
    _add_ops(commands.add_parser("ops", help="list the ops: who owns them, which releases and devices have them"))
    _add_show(commands.add_parser("show", help="print what a model holds, in the text form"))
    _add_graph(commands.add_parser("graph", help="write the op graph or the call graph: DOT, JSON, PNG or SVG"))
    listing = commands.add_parser("rules", help="list the rules")
    listing.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    listing.set_defaults(command=rules_command)
    _add_explain_load(commands.add_parser("explain-load", help="rehearse a load: the steps of a loader, one by one"))
    comparison = commands.add_parser("diff", help="what changed between two models, and whom it breaks")
    cli_compare.add_diff(comparison, _add_targets, _targets)
    cli_compare.add_hash(commands.add_parser("hash", help="the digest of a model: equal for equal models"))
    cli_compare.add_lock(
        commands.add_parser("lock", help="write the interface of a model: check --lock holds it to it")
    )
    cli_compare.add_call(commands.add_parser("call", help="will this call be accepted, and if not, which one would be"))
    explain = commands.add_parser("explain", help="explain a rule")
    explain.add_argument("rule", help="a code (OP001) or a name (op-not-registered)")
    explain.set_defaults(command=explain_command)
    return parser, set(commands.choices)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a SavedModel, or a TensorFlow Serving base folder")
    _add_targets(parser, "the release to judge for: 2.15, latest, installed, '>=2.11,<2.16' (repeatable)")
    _add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument("--verify", action="store_true", default=None, help="verify the checksum of every tensor")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--lock", metavar="FILE", help="fail where the interface broke since `inspector lock` wrote FILE"
    )
    parser.add_argument("--fail-on", choices=("error", "warning", "note"), help="default: error")
    confirm = parser.add_argument_group("confirmation (loads the model for real, in a child process)")
    confirm.add_argument("--confirm", choices=("auto", "force"), default="auto",
                         help="auto (the default); force also runs what touches files, network or native code")  # fmt: skip
    confirm.add_argument("--no-confirm", dest="confirm", action="store_const", const="no", help="static only")
    confirm.add_argument("--confirm-loader", action="append", default=[], choices=("tf2", "tf1", "serving"),
                         help="the loader that confirms (repeatable; default: the first chosen)")  # fmt: skip
    confirm.add_argument("--inputs", metavar="FILE", help=".npz or JSON with real inputs for the signatures")
    confirm.add_argument("--timeout", type=float, default=120.0, metavar="SECONDS", help="for each step of the load")
    parser.set_defaults(command=check_command)


def _add_targets(parser: argparse.ArgumentParser, releases: str) -> None:
    """Where the model is to be loaded, and by whom."""
    parser.add_argument("--tensorflow", action="append", default=[], metavar="X.Y", help=releases)
    parser.add_argument("--device", action="append", default=[], choices=("cpu", "gpu", "tpu"), help="(repeatable)")
    parser.add_argument("--with", dest="packages", action="append", default=[], metavar="PACKAGE",
                        help="a companion package that is imported before the load (repeatable)")  # fmt: skip
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE",
                        help="a condition of the host: onednn=off, soft-placement=on, cpus=2 (repeatable; default: those"
                             " of a fresh install)")  # fmt: skip
    parser.add_argument("--host", choices=("capi", "tf-serving"),
                        help="who runs the loader serving: a program on the C API (the default), or TensorFlow Serving, "
                        "which has the ops of tensorflow-text and decision forests built in")  # fmt: skip
    parser.add_argument("--loader", dest="loaders", action="append", default=[], metavar="LOADER",
                        help="who will load the model: tf2, tf1, serving (repeatable; default: all three)")  # fmt: skip
    parser.add_argument("--tags", metavar="A,B", help="the tag-set to load (default: what each loader takes)")
    parser.add_argument("--isolated", action="store_true", help="ignore inspector.toml and pyproject.toml")


def _add_own_ops(parser: argparse.ArgumentParser) -> None:
    own = parser.add_argument_group("your own ops (registered in every target)")
    own.add_argument("--op-list", dest="op_lists", action="append", default=[], metavar="FILE",
                     help="a text OpList (ops.pbtxt) that describes them (repeatable)")  # fmt: skip
    own.add_argument("--op-library", dest="op_libraries", action="append", default=[], metavar="FILE",
                     help="a library (my_ops.so) that a child process loads to ask for them (repeatable)")  # fmt: skip
    own.add_argument("--confirm-with", metavar="PYTHON", help="the interpreter whose TensorFlow loads and confirms")


def _add_ops(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel, or a TensorFlow Serving base folder")
    parser.add_argument(
        "--tensorflow", metavar="X.Y", help="the release to judge for (default: installed, else newest)"
    )
    parser.add_argument("--device", choices=("cpu", "gpu", "tpu"), default="cpu")
    _add_own_ops(parser)
    parser.add_argument("--isolated", action="store_true", help="ignore inspector.toml and pyproject.toml")
    parser.add_argument("--version", type=int, metavar="N", help="the version to list, of a Serving base folder")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.set_defaults(command=ops_command)


def _add_compat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a SavedModel, or a TensorFlow Serving base folder")
    _add_targets(parser, "only these releases: 2.15, '>=2.11,<2.16' (repeatable; default: all from 1.15 on)")
    _add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.add_argument("--oldest", action="store_true",
                        help="print only the oldest release on which every chosen loader loads and runs the model")  # fmt: skip
    parser.set_defaults(command=compat_command)


def _add_explain_load(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a SavedModel, or a TensorFlow Serving base folder")
    _add_targets(parser, "the release to judge for: 2.15, latest, installed, '>=2.11,<2.16' (repeatable)")
    _add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(command=explain_load_command)


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH")
    for part in ("signatures", "variables", "functions", "ops", "objects", "all"):
        parser.add_argument(f"--{part}", action="store_true")
    parser.set_defaults(command=show_command)


def _add_graph(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--meta-graph", type=int, default=0, metavar="N")
    parser.add_argument("--function", metavar="F", help="the body of a function instead of the main graph")
    parser.add_argument("--calls", action="store_true", help="which function calls which, from each entry point")
    parser.add_argument("--around", metavar="NODE", help="only what is near a node")
    parser.add_argument("--hops", type=int, default=2, metavar="N", help="how near (default: 2)")
    parser.add_argument(
        "--format", choices=("dot", "json", "svg", "png"), help="default: by --output's ending, else dot"
    )
    parser.add_argument("--output", metavar="FILE", help="default: standard output")
    parser.set_defaults(command=graph_command)


def check_command(options: argparse.Namespace) -> int:
    from inspector.checking import Report, check, confirm_report
    from inspector.report.progress import doing, reading_weights

    configured = _apply_configuration(options)
    wanted = _wanted(options, configured)
    targets = tuple(dict.fromkeys(target for some in wanted for target in some.targets))
    own_ops = _own_ops(options, configured)
    by = _confirm_by(options)
    usage = False
    reports: list[ModelReport] = []
    for path in options.paths:
        try:
            with reading_weights(path) as progress:
                found = check(
                    path, targets=targets, loaders=options.loaders, tags=options.tags, version=options.version,
                    own_ops=own_ops, verify=options.verify, progress=progress,
                )  # fmt: skip
        except UsageError as error:
            print(f"inspector: {error}", file=sys.stderr)
            usage = True
            continue
        for one in found.models:
            one.why_target = f"by {configured.file}" if configured.targets else wanted[0].why
            if options.format == "text":
                _print_static(one, first=not reports)
            if by is not None:
                with doing("loading the model for real"):
                    confirm_report(one, by, options.tags)
                if options.format == "text":
                    _print_confirmations(one)
            reports.append(one)
    report = Report(reports, targets)
    held = _hold(options, reports)
    if options.format == "json":
        _print_json(report, [document for _, document in held])
    codes = (report.exit_code(options.fail_on), *(code for code, _ in held))
    return USAGE if usage else next((code for code in (FINDINGS, COULD_NOT_TELL) if code in codes), OK)


def _hold(options: argparse.Namespace, reports: Sequence[ModelReport]) -> list[tuple[int, dict[str, Any]]]:
    """The models against the lock, where one is given."""
    found = []
    for one in reports if options.lock else ():
        code, document, lines = cli_compare.hold(one.path, options.lock)
        if options.format == "text":
            print("\n".join(lines))
        found.append((code, document))
    return found


def _targets(options: argparse.Namespace) -> tuple[Target, ...]:
    wanted = _wanted(options, _apply_configuration(options))
    return tuple(dict.fromkeys(target for some in wanted for target in some.targets))


def _wanted(options: argparse.Namespace, configured: Configuration) -> list[Chosen]:
    from inspector.targets import choose_targets

    if configured.targets:
        return [
            choose_targets(one.tensorflow, one.device or "cpu", one.packages, one.env, one.host or CAPI)
            for one in configured.targets
        ]
    return [
        choose_targets(options.tensorflow, options.device or "cpu", options.packages, options.env, options.host or CAPI)
    ]


def _own_ops(options: argparse.Namespace, configured: Configuration) -> OwnOps:
    """What the file and the command line teach, together."""
    from inspector.own_ops import read_own_ops

    lists = (*configured.op_lists, *options.op_lists)
    libraries = (*configured.op_libraries, *options.op_libraries)
    return read_own_ops(lists, libraries, python=options.confirm_with)


def _apply_configuration(options: argparse.Namespace) -> Configuration:
    """Fill in what the command line leaves out; the file's targets stay only if it names no target at all."""
    from inspector.configuration import Configuration, read_configuration

    configured = Configuration() if options.isolated else read_configuration()
    options.tags = None if options.tags is None else tuple(tag for tag in options.tags.split(",") if tag)
    if options.tags is None:
        options.tags = configured.tags
    options.loaders = options.loaders or list(configured.loaders)
    if hasattr(options, "fail_on"):
        options.fail_on = options.fail_on or configured.fail_on or "error"
    if options.tensorflow or options.device or options.packages or options.env or options.host:
        return configured._replace(targets=())
    return configured


def compat_command(options: argparse.Namespace) -> int:
    """Exit code 1 where no release will do for all chosen loaders and devices."""
    from inspector.compatibility import CompatReport, compat

    own_ops = _own_ops(options, _apply_configuration(options))
    models: list[Compatibility] = []
    usage = False
    for path in options.paths:
        try:
            models += compat(
                path, tensorflow=options.tensorflow, device=options.device or ("cpu", "gpu"),
                packages=options.packages, env=options.env, host=options.host or CAPI, loaders=options.loaders,
                tags=options.tags, version=options.version, own_ops=own_ops,
            ).models  # fmt: skip
        except UsageError as error:
            print(f"inspector: {error}", file=sys.stderr)
            usage = True
    report = CompatReport(models)
    if options.oldest:
        for one in models:
            print(one.oldest_for_all() or "none", *([one.path] if len(models) > 1 else []), sep="  ")
    else:
        from inspector.report import compat as reporter
        from inspector.report.style import Style

        sys.stdout.write(reporter.written(report, options.format, Style.of(sys.stdout)))
    return USAGE if usage else report.exit_code()


def explain_load_command(options: argparse.Namespace) -> int:
    """Exit code 1 where a load or a call fails, 3 where something could not be looked at."""
    from inspector.explaining import explain_load
    from inspector.report import told as reporter
    from inspector.report.style import Style

    configured = _apply_configuration(options)
    targets = [target for some in _wanted(options, configured) for target in some.targets]
    own_ops = _own_ops(options, configured)
    told = []
    for path in options.paths:
        told += explain_load(
            path, loaders=options.loaders or ("tf2",), targets=targets, tags=options.tags, version=options.version,
            own_ops=own_ops,
        )  # fmt: skip
    if options.format == "json":
        sys.stdout.write(reporter.dumps(told))
    else:
        style = Style.of(sys.stdout)
        print("\n\n".join("\n".join(reporter.lines(one, style)) for one in told))
    if any("fails" in (one.outcome, *one.calls().values()) for one in told):
        return FINDINGS
    return COULD_NOT_TELL if any(one.outcome == "unknown" for one in told) else OK


def ops_command(options: argparse.Namespace) -> int:
    from inspector.configuration import Configuration, read_configuration
    from inspector.op_inventory import list_ops
    from inspector.report import ops as reporter
    from inspector.report.style import Style

    own_ops = _own_ops(options, Configuration() if options.isolated else read_configuration())
    report = list_ops(
        options.path, tensorflow=options.tensorflow, device=options.device, version=options.version, own_ops=own_ops
    )
    if not any(one.model.meta_graphs for one in report.models):
        return _not_a_model(options)
    sys.stdout.write(reporter.written(report, options.format, Style.of(sys.stdout)))
    return OK


def _confirm_by(options: argparse.Namespace) -> ConfirmBy | None:
    if options.confirm == "no":
        return None
    from inspector.checking import ConfirmBy

    return ConfirmBy(
        loaders=tuple(options.confirm_loader),
        python=options.confirm_with,
        force=options.confirm == "force",
        inputs=options.inputs,
        timeout=options.timeout,
    )


def _print_static(one: ModelReport, *, first: bool) -> None:
    from inspector.report import text
    from inspector.report.style import Style

    if not first:
        print()
    for line in text.lines(one, Style.of(sys.stdout)):
        print(line)
    sys.stdout.flush()


def _print_confirmations(one: ModelReport) -> None:
    from inspector.report import text
    from inspector.report.style import Style

    for real in one.confirmations:
        for line in text.confirmation_lines(one, real, Style.of(sys.stdout)):
            print(line)


def _print_json(report: Report, held: Sequence[dict[str, Any]] = ()) -> None:
    from inspector.report.json import dumps

    sys.stdout.write(dumps(report, held))


def show_command(options: argparse.Namespace) -> int:
    from inspector.model.saved_model import open_model
    from inspector.model.text import print_model

    model = open_model(options.path, verify=False)
    if not model.meta_graphs:
        return _not_a_model(options)
    parts = {part: getattr(options, part) for part in ("signatures", "variables", "functions", "ops", "objects")}
    if not any(parts.values()):
        parts["signatures"] = True
    for line in print_model(model, **parts, all=options.all):
        print(line)
    return OK


def _not_a_model(options: argparse.Namespace) -> int:
    """Say what the path is instead, as ``check`` does."""
    from inspector.checking import check

    for one in check(options.path).models:
        _print_static(one, first=True)
    return FINDINGS


def graph_command(options: argparse.Namespace) -> int:
    from inspector.model.saved_model import open_model
    from inspector.report.graph import write_graph

    model = open_model(options.path, verify=False)
    if not model.meta_graphs:
        return _not_a_model(options)
    write_graph(model, options, sys.stdout)
    return OK


def rules_command(options: argparse.Namespace) -> int:
    from inspector.report.rules import listing

    for line in listing(options.format):
        print(line)
    return OK


def explain_command(options: argparse.Namespace) -> int:
    from inspector.report.rules import explanation

    for line in explanation(options.rule):
        print(line)
    return OK
