"""What goes into a sum and what comes out of it."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, List, Mapping, Optional, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Local
from bot.knowledge.forms import Form, common

from ...calculators.money import WAN
from ...calculators.repayment import Plan


@dataclass(frozen=True)
class Sum:
    """The figures of one form, defaults filled in."""

    base: KnowledgeBase
    form: Form
    values: Dict[str, str]
    today: date

    def amount(self, name: str) -> Decimal:
        return Decimal(self.values[name])

    def months(self, name: str) -> int:
        return int(Decimal(self.values[name]))

    def disclaimer(self) -> str:
        return common().say["disclaimer"].format(today=f"{self.today:%Y年%-m月%-d日}")

    def limit(self, key: str) -> Optional[Decimal]:
        """A configured local figure in yuan where it is a plain number; None otherwise: nothing is ever guessed."""
        setting = self.base.center[key]
        if not setting.is_set(self.today) or isinstance(setting.value, (bool, list)):
            return None
        try:
            value = Decimal(str(setting.value))
        except InvalidOperation:
            return None
        factor = {"万元": WAN, "元": Decimal(1), "元/月": Decimal(1)}.get(setting.unit or "")
        return value * factor if factor is not None else None


@dataclass
class Result:
    """``lines`` of the answer; ``local`` figures to state or to admit as unknown; ``again`` asks that field once more."""

    lines: List[str]
    facts: List[str] = field(default_factory=list)
    local: List[Local] = field(default_factory=list)
    attachments: List[Dict[str, Any]] = field(default_factory=list)
    home: str = ""
    """The card and aspect the result is about, ``card.aspect``, where it is not the form's own."""
    again: str = ""
    hide: List[str] = field(default_factory=list)
    """Fields whose buttons make no sense under this result."""


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Dict[str, Any]:
    return {"type": "table", "title": title, "columns": list(columns), "rows": [list(row) for row in rows]}


def line(title: str, labels: Sequence[str], series: Mapping[str, Sequence[Decimal]]) -> Dict[str, Any]:
    """A line chart; whole yuan are enough for the eye."""
    return _chart("line", title, labels, series)


def bars(title: str, labels: Sequence[str], series: Mapping[str, Sequence[Decimal]]) -> Dict[str, Any]:
    return _chart("bars", title, labels, series)


def _chart(kind: str, title: str, labels: Sequence[str], series: Mapping[str, Sequence[Decimal]]) -> Dict[str, Any]:
    drawn = [{"name": name, "values": [int(v.to_integral_value()) for v in values]} for name, values in series.items()]
    return {"type": "chart", "kind": kind, "title": title, "labels": list(labels), "series": drawn}


def yearly(plan: Plan) -> List[Decimal]:
    """The payment in the first month of every year, and the last one."""
    paid = [i.paid for i in plan.instalments[::12]]
    return paid if len(paid) > 1 else [plan.first, plan.last]


def year_labels(months: int) -> List[str]:
    """Labels for :func:`yearly`."""
    return [f"第{n + 1}年" for n in range((months + 11) // 12)] if months > 12 else ["首月", "末月"]
