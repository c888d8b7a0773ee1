"""Write inspector/rules/index.py: where each rule is, and which signs it needs, so that a check imports only those that
can find something.

    python scripts/make_rule_index.py [--check]

``--check`` writes nothing and exits 1 if the file differs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from textwrap import wrap

sys.path.insert(0, str(Path(__file__).parent.parent))

from inspector.rules.registry import walk

INDEX = Path(__file__).parent.parent / "inspector" / "rules" / "index.py"
HEAD = '''"""Where each rule is, and the signs of which it needs one (``inspector.topology.signs``); none: it is always asked.

Written by scripts/make_rule_index.py from the rules themselves.
"""

from __future__ import annotations

# fmt: off
INDEX: dict[str, tuple[str, tuple[str, ...]]] = {
'''


def text() -> str:
    lines = []
    for code, (place, rule) in walk().items():
        signs = [f'"{sign}",' for sign in rule.needs]
        line = f'    "{code}": ("{place}", ({" ".join(signs)})),'
        if len(line) <= 120:
            lines.append(line)
            continue
        # non-breaking spaces keep a sign of two words on one line
        packed = wrap(" ".join(sign.replace(" ", "\u00a0") for sign in signs), 108, break_on_hyphens=False)
        lines += [
            f'    "{code}": ("{place}", (',
            *(f"        {one}".replace("\u00a0", " ") for one in packed),
            "    )),",
        ]
    return HEAD + "\n".join(lines) + "\n}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    made = text()
    if made == INDEX.read_text():
        return 0
    print(f"{'stale' if check else 'writing'}: {INDEX.name}")
    if not check:
        INDEX.write_text(made)
    return int(check)


if __name__ == "__main__":
    sys.exit(main())
