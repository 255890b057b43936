"""The yearly rate of a fund loan on a given day, from the policy facts: first or second home, up to five years or longer."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import List, Mapping, Optional

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.forms import common

SHORT_MONTHS = 60
"""Up to and including five years the lower rate applies."""


@dataclass(frozen=True)
class Rate:
    """``yearly`` in per cent; ``words`` say where it comes from; ``facts`` are its sources."""

    yearly: Decimal
    words: str
    facts: List[str]


def rate(base: KnowledgeBase, values: Mapping[str, str], months: int, today: date) -> Optional[Rate]:
    """The citizen's own rate where one was given, else the national one in force; None when no fact is in force.

    ``values``: ``rate`` (per cent), ``home`` (first/second). ``months`` is the term the loan was granted for.
    """
    say = common().say
    if "rate" in values:
        own = Decimal(values["rate"])
        return Rate(own, say["rate_own"].format(rate=f"{own:f}"), [])
    home = values.get("home", "first")
    span = "short" if months <= SHORT_MONTHS else "long"
    for name in common().rates[home][span]:
        fact = base.facts[name]
        if fact.usable(today) and fact.value and fact.effective_from:
            since = f"{fact.effective_from:%Y年%-m月%-d日}"
            yearly = Decimal(str(fact.value[0].value))
            return Rate(yearly, say[f"rate_{home}"].format(rate=f"{yearly:f}", since=since), [name])
    return None
