"""What axe finds wrong with a page, by WCAG 2.2 A and AA and axe's own best practice."""
from __future__ import annotations

from typing import List, Tuple

from axe_playwright_python.sync_playwright import Axe

OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # every violation with all its elements; describing what is right took most of the time
}


def violations(page) -> List[Tuple[str, List[str]]]:
    """(rule, elements with what was measured) of every violation in ``page``; empty when there is none."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [(v["id"], [node["html"][:120] + " " + str(node.get("any", [{}])[:1])[:300] for node in v["nodes"]]) for v in found]
