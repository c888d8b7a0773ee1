"""Options that many commands share: where the model is to be loaded and by whom, and ops of the user's own.

What the command line says goes before what a configuration file says; both are one ``Settings``.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.configuration import Configuration, Settings
    from inspector.findings import Target
    from inspector.own_ops import OwnOps

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
    add_configuration(parser)


def add_configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help="the configuration (default: inspector.toml or pyproject.toml)"
    )
    parser.add_argument("--isolated", action="store_true", help="ignore inspector.toml and pyproject.toml")


def add_own_ops(parser: argparse.ArgumentParser) -> None:
    own = parser.add_argument_group("your own ops (registered in every target)")
    own.add_argument("--op-list", dest="op_lists", action="append", default=[], metavar="FILE",
                     help="a text OpList (ops.pbtxt) that describes them (repeatable)")  # fmt: skip
    own.add_argument("--op-library", dest="op_libraries", action="append", default=[], metavar="FILE",
                     help="a library (my_ops.so) that a child process loads to ask for them (repeatable)")  # fmt: skip
    own.add_argument("--confirm-with", metavar="PYTHON", help="the interpreter whose TensorFlow loads and confirms")


def configuration_of(options: argparse.Namespace) -> Configuration:
    """The file that the options name, or the one that holds in the current folder."""
    from inspector.configuration import Configuration, read_configuration, read_configuration_file

    if options.config:
        return read_configuration_file(options.config)
    return Configuration() if options.isolated else read_configuration()


def settings_of(options: argparse.Namespace, configuration: Configuration, path: str) -> Settings:
    """What holds for the model at ``path``: the command line before the file.

    The file's targets stay only if the command line says nothing of targets at all.
    """
    from inspector.configuration import TargetDefaults

    found = configuration.settings_for(path)
    if _says_targets(options):
        some = [tuple(words) for words in (options.tensorflow, options.device, options.packages, options.env)]
        found = found._replace(targets=(TargetDefaults(some[0], some[1], some[2], some[3], options.host or ""),))
    if options.loaders:
        found = found._replace(loaders=tuple(options.loaders))
    if options.tags is not None:
        found = found._replace(tags=tuple(tag for tag in options.tags.split(",") if tag))
    return found


def _says_targets(options: argparse.Namespace) -> bool:
    return any((options.tensorflow, options.device, options.packages, options.env, options.host))


def targets_of(
    options: argparse.Namespace, configuration: Configuration, settings: Settings
) -> tuple[tuple[Target, ...], str]:
    """The targets of a model, and why these: "as asked", "by inspector.toml", or how the environment tells them."""
    from inspector.findings import CAPI
    from inspector.targets import choose_targets

    chosen = [
        choose_targets(one.tensorflow, one.device or "cpu", one.packages, one.env, one.host or CAPI)
        for one in settings.targets or ()
    ] or [choose_targets()]
    why = f"by {configuration.file}" if settings.targets and not _says_targets(options) else chosen[0].why
    return tuple(dict.fromkeys(target for some in chosen for target in some.targets)), why


def own_ops_of(options: argparse.Namespace, configuration: Configuration) -> OwnOps:
    """What the file and the command line teach, together."""
    from inspector.own_ops import read_own_ops

    lists = (*configuration.op_lists, *options.op_lists)
    libraries = (*configuration.op_libraries, *options.op_libraries)
    return read_own_ops(lists, libraries, python=options.confirm_with)
