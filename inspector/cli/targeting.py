"""Options that many commands share: where the model is to be loaded and by whom, and ops of the user's own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from inspector.findings import CAPI

if TYPE_CHECKING:
    from inspector.configuration import Configuration
    from inspector.findings import Target
    from inspector.own_ops import OwnOps
    from inspector.targets import Chosen

LOADERS = ("tf2", "tf1", "serving", "keras", "tfsm", "tf_keras")
PATH_HELP = "a SavedModel, or a TensorFlow Serving base folder"


def add_targets(parser: argparse.ArgumentParser, releases: str) -> None:
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
                        help="who will load the model: tf2, tf1, serving (the default), keras, tfsm, "
                        "tf_keras (repeatable)")  # fmt: skip
    parser.add_argument("--tags", metavar="A,B", help="the tag-set to load (default: what each loader takes)")
    parser.add_argument("--isolated", action="store_true", help="ignore inspector.toml and pyproject.toml")


def add_own_ops(parser: argparse.ArgumentParser) -> None:
    own = parser.add_argument_group("your own ops (registered in every target)")
    own.add_argument("--op-list", dest="op_lists", action="append", default=[], metavar="FILE",
                     help="a text OpList (ops.pbtxt) that describes them (repeatable)")  # fmt: skip
    own.add_argument("--op-library", dest="op_libraries", action="append", default=[], metavar="FILE",
                     help="a library (my_ops.so) that a child process loads to ask for them (repeatable)")  # fmt: skip
    own.add_argument("--confirm-with", metavar="PYTHON", help="the interpreter whose TensorFlow loads and confirms")


def targets_of(options: argparse.Namespace) -> tuple[Target, ...]:
    wanted = wanted_by(options, apply_configuration(options))
    return tuple(dict.fromkeys(target for some in wanted for target in some.targets))


def wanted_by(options: argparse.Namespace, configured: Configuration) -> list[Chosen]:
    from inspector.targets import choose_targets

    if configured.targets:
        return [
            choose_targets(one.tensorflow, one.device or "cpu", one.packages, one.env, one.host or CAPI)
            for one in configured.targets
        ]
    return [
        choose_targets(options.tensorflow, options.device or "cpu", options.packages, options.env, options.host or CAPI)
    ]


def own_ops_of(options: argparse.Namespace, configured: Configuration) -> OwnOps:
    """What the file and the command line teach, together."""
    from inspector.own_ops import read_own_ops

    lists = (*configured.op_lists, *options.op_lists)
    libraries = (*configured.op_libraries, *options.op_libraries)
    return read_own_ops(lists, libraries, python=options.confirm_with)


def apply_configuration(options: argparse.Namespace) -> Configuration:
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
