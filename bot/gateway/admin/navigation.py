"""The order in which the areas are offered: the day of somebody who looks after the assistant."""
from __future__ import annotations

from typing import List, Sequence, Tuple

from bot.gateway.admin.area import Area

GROUPS: Tuple[Tuple[str, Tuple[str, ...]], ...] = (
    ("今天", ("/admin/desk", "/admin/inbox")),
    ("内容", ("/admin/faqs", "/admin/cards", "/admin/figures", "/admin/facts", "/admin/deadlines")),
    ("试和发布", ("/admin/try", "/admin/training", "/admin/releases")),
    ("效果", ("/admin/statistics", "/admin/conversations", "/admin/cases")),
    ("管理", ("/admin/accounts", "/admin/audit")),
)
"""(title, addresses of its areas)."""
OTHERS = "其他"


def grouped(areas: Sequence[Area]) -> List[Tuple[str, List[Area]]]:
    """``areas`` under the titles of their groups, empty groups left out; what no group names comes last."""
    by_path = {area.path: area for area in areas}
    named = {path for _, paths in GROUPS for path in paths}
    groups = [(title, [by_path[path] for path in paths if path in by_path]) for title, paths in GROUPS]
    groups.append((OTHERS, [area for area in areas if area.path not in named]))
    return [(title, found) for title, found in groups if found]
