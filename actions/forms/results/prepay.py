"""提前还款: what is left, and what each way of going on saves."""
from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional, Tuple

from bot.knowledge.forms import common

from ...calculators.money import short, span, yuan
from ...calculators.prepayment import Prepayment, prepay
from ...calculators.repayment import METHODS
from ..rates import SHORT_MONTHS, rate
from .made import Result, Sum, bars, table
from .payment import TITLES


def result(wanted: Sum) -> Result:
    amount, method, say = wanted.amount("prepaid"), wanted.values["method"], wanted.form.say
    if wanted.values["known"] == "original" and wanted.months("paid") >= wanted.months("term"):
        return Result([], again="paid")
    used = rate(wanted.base, wanted.values, _granted(wanted), wanted.today)
    if used is None:
        return Result([common().say["no_rate"]])
    left, months, instalment, lines = _left(wanted, used.yearly)
    facts = [*used.facts, *wanted.form.facts]
    hide = ["home"] if "rate" in wanted.values else []
    if wanted.values["known"] == "original" or months > SHORT_MONTHS:
        hide.append("long")
    if amount >= left:
        interest = METHODS[method](left, used.yearly, months).interest
        lines += [say["settle"].format(left=yuan(left), interest=yuan(interest), term=span(months)), wanted.disclaimer()]
        return Result(lines, facts, wanted.form.local, hide=hide)
    sums = prepay(left, used.yearly, months, amount, method, instalment)
    return Result([*lines, *_lines(wanted, sums, left, months, amount, used.words)], facts, wanted.form.local, _shown(wanted, sums, amount), hide=hide)


def _granted(wanted: Sum) -> int:
    """The term the loan was granted for decides the rate; with only the rest known, what the citizen says about it."""
    if wanted.values["known"] == "original":
        return wanted.months("term")
    left = wanted.months("left_term")
    return left if left > SHORT_MONTHS or wanted.values["long"] == "no" else SHORT_MONTHS + 1


def _left(wanted: Sum, yearly: Decimal) -> Tuple[Decimal, int, Optional[Decimal], List[str]]:
    """What is still owed, for how long, and the regular instalment; derived from the original loan where need be."""
    if wanted.values["known"] == "left":
        return wanted.amount("left"), wanted.months("left_term"), None, []
    principal, term, paid = wanted.amount("principal"), wanted.months("term"), wanted.months("paid")
    plan = METHODS[wanted.values["method"]](principal, yearly, term)
    left = plan.owed_after(paid)
    instalment = plan.first if wanted.values["method"] == "payment" else plan.instalments[0].principal
    words = wanted.form.say["derived"].format(principal=short(principal), term=span(term), paid=span(paid), left=yuan(left), left_term=span(term - paid))
    return left, term - paid, instalment, [words]


def _lines(wanted: Sum, sums: Prepayment, left: Decimal, months: int, amount: Decimal, rate_words: str) -> List[str]:
    say, falling = wanted.form.say, "_falling" if wanted.values["method"] == "principal" else ""
    return [
        say[f"head{falling}"].format(
            left=yuan(left), term=span(months), months=months, method=TITLES[wanted.values["method"]], rate=rate_words,
            first=yuan(sums.before.first), interest=yuan(sums.before.interest)),
        say[f"shorter{falling}"].format(first=yuan(sums.shorter.first), saved=span(sums.months_saved), less=yuan(sums.saved_by_shorter)),
        say[f"lower{falling}"].format(first=yuan(sums.lower.first), relief=yuan(sums.relief), less=yuan(sums.saved_by_lower)),
        say["advice"].format(amount=short(amount), gap=yuan(sums.saved_by_shorter - sums.saved_by_lower)),
        wanted.disclaimer(),
    ]


def _shown(wanted: Sum, sums: Prepayment, amount: Decimal) -> List[Dict[str, Any]]:
    say = wanted.form.say
    ways = ((say["before"], sums.before), (say["short_title"], sums.shorter), (say["low_title"], sums.lower))
    rows = [[name, yuan(plan.first), span(plan.months), yuan(sums.before.interest - plan.interest)] for name, plan in ways]
    return [
        table(say["table"].format(amount=short(amount)), ["办法", "下月还款", "还要还", "少付利息"], rows),
        bars(say["chart"], [name for name, _ in ways], {"利息": [plan.interest for _, plan in ways]}),
    ]
