"""Print the completion of the command line for a shell."""

from __future__ import annotations

import argparse

from inspector.cli.exit_codes import OK

SHELLS = ("bash", "zsh", "tcsh")
_HOW = """\
bash: python -m inspector completion bash > ~/.local/share/bash-completion/completions/savedmodel-inspector
zsh:  python -m inspector completion zsh > a folder of $fpath/_savedmodel-inspector
tcsh: python -m inspector completion tcsh >> ~/.tcshrc"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS)
    parser.epilog = _HOW
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run(options: argparse.Namespace) -> int:
    from importlib import resources

    folder = resources.files("inspector").joinpath("completions")
    print(folder.joinpath(f"savedmodel-inspector.{options.shell}").read_text(encoding="utf-8"), end="")
    return OK
