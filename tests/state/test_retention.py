"""How long the manual says that the worker's things are kept, and how long they are."""
from __future__ import annotations

import pytest

from bot.settings import ROOT
from bot.state import orders, visitors

OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("start, promised", [
    ("同意以后才记的日子", f"过后 {visitors.DAYS_AFTER} 天，最长 {visitors.MOST_DAYS} 天"),
    ("工单", f"{orders.DAYS_KEPT} 天"),
])
def test_the_manual_promises_what_the_program_does(start, promised):
    (line,) = [one for one in OPERATIONS if one.startswith(f"| {start} |")]
    assert promised in line
