"""A Code Quality report of GitLab. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from inspector.report.formats import Document
from inspector.report.told_findings import breaks, could_not_tell, file_of, place, told_findings

_SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


def written(document: Document) -> str:
    """A JSON list of issues; their fingerprints are unique in it, as GitLab wants them."""
    seen: Counter[str] = Counter()
    issues = []
    for model in document["models"]:
        for finding in told_findings(model):
            where = f" ({place(finding)})" if place(finding) else ""
            text = f"{finding['message']}{where} [{breaks(finding)}]. Fix: {finding['fix']}"
            check = f"{finding['rule']} {finding['name']}"
            file = file_of(model, finding)
            issues.append(_issue(check, text, finding["fingerprint"], _SEVERITIES[finding["severity"]], file, seen))
        issues += [_issue("unknown", why, why, "major", file_of(model), seen) for why in could_not_tell(model)]
    for problem in document["problems"]:
        issues.append(_issue("problem", problem["why"], problem["why"], "blocker", problem["path"], seen))
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"


def _issue(check: str, text: str, mark: str, severity: str, file: str, seen: Counter[str]) -> dict[str, Any]:
    digest = hashlib.sha256(f"{file}\0{check}\0{mark}".encode()).hexdigest()
    seen[digest] += 1
    if seen[digest] > 1:
        digest = hashlib.sha256(f"{digest}\0{seen[digest]}".encode()).hexdigest()
    return {
        "description": text,
        "check_name": check,
        "fingerprint": digest,
        "severity": severity,
        "location": {"path": file, "lines": {"begin": 1}},
    }
