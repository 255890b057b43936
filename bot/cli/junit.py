"""Counts from pytest's JUnit reports."""
from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Tuple

_NEEDED = re.compile(r"redis|valkey|chrom|browser|playwright|浏览器", re.IGNORECASE)
"""A skip for want of these is a failure where GJJ_NO_SKIP=1: continuous integration has installed them."""


@dataclass(frozen=True)
class Counts:
    """Sums over runs; ``forbidden`` names tests whose skip counts as a failure."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    forbidden: Tuple[str, ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.forbidden + other.forbidden,
        )


def broken_run() -> Counts:
    """A run that left no report counts as one failure."""
    return Counts(failed=1)


def read(report: Path, strict: bool) -> Counts:
    """Counts of one report; with ``strict``, tests skipped for want of Redis or a browser have failed."""
    counts = Counts()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts += Counts(failed=1)
        elif skipped is None:
            counts += Counts(passed=1)
        else:
            reason = f"{skipped.get('message', '')} {skipped.text or ''}"
            if strict and _NEEDED.search(reason) and skipped.get("type") != "pytest.xfail":
                name = f"{case.get('classname')}::{case.get('name')}（{skipped.get('message', '')}）"
                counts += Counts(failed=1, forbidden=(name,))
            else:
                counts += Counts(skipped=1)
    return counts
