"""What one area of the console is; the navigation and the start page are made from it."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Awaitable, Callable, Mapping, Optional

from aiohttp import web


@dataclass(frozen=True)
class Area:
    """One entry of the navigation. Handlers of the area still name the role they need with ``@allow``."""

    path: str
    """Where it begins, for example ``/admin/faqs``."""
    title: str
    role: str
    """The lowest role that sees it."""
    order: int
    """Position in the navigation; smaller comes first."""
    summary: str = ""
    """One sentence on the start page: what is done here."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Chinese names of the actions this area writes into the audit log: ``{"faq.update": "修改常见问题"}``."""
    waiting: Optional[Callable[[web.Request], Awaitable[int]]] = None
    """How many things wait for somebody here; shown on the start page when more than none."""
