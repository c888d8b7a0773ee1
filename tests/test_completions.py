"""Shell completions: shipped, and what bash makes of them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from inspector.cli import COMMANDS, main
from inspector.cli.completion import SHELLS


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(command in script for command in COMMANDS)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash completes for bash")
@pytest.mark.parametrize(
    ("line", "completes"),
    [
        ("com", {"compat", "completion"}),
        ("check --jo", {"--jobs"}),
        ("check --format sa", {"sarif"}),
        ("rules --fo", {"--format"}),
    ],
)
def test_bash_completes(line: str, completes: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    words = ["savedmodel-inspector", *line.split(" ")]
    quoted = " ".join(f"'{word}'" for word in words)
    script = f"""{capsys.readouterr().out}
COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
_shtab_savedmodel_inspector; printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)

    assert set(done.stdout.split()) == completes, done.stderr
