"""月供和利息: both ways of repaying side by side."""
from __future__ import annotations

from bot.knowledge.forms import common

from ...calculators.money import short, span, yuan
from ...calculators.repayment import Plan, equal_payment, equal_principal
from ..rates import rate
from .made import Result, Sum, line, table, year_labels, yearly

TITLES = {"payment": "等额本息", "principal": "等额本金"}


def result(wanted: Sum) -> Result:
    principal, months = wanted.amount("principal"), wanted.months("term")
    used = rate(wanted.base, wanted.values, months, wanted.today)
    if used is None:
        return Result([common().say["no_rate"]])
    say = wanted.form.say
    plans = {"payment": equal_payment(principal, used.yearly, months), "principal": equal_principal(principal, used.yearly, months)}
    chosen = wanted.values["method"]
    shown = list(TITLES) if chosen == "both" else [chosen]
    lines = [say["head"].format(principal=short(principal), term=span(months), months=months, rate=used.words)]
    for name in shown:
        plan = plans[name]
        step = plan.first - plan.instalments[1].paid
        lines.append(say[name].format(first=yuan(plan.first), last=yuan(plan.last), interest=yuan(plan.interest), step=yuan(step)))
    if chosen == "both":
        lines.append(say["compare"].format(less=yuan(plans["payment"].interest - plans["principal"].interest), months=_dearer(plans["payment"], plans["principal"])))
    if "other_term" in wanted.values:
        lines.append(_other(wanted, plans["payment"]))
    limit = max((cap for cap in map(wanted.limit, ("max_loan_single", "max_loan_family")) if cap is not None), default=None)
    if limit is not None and principal > limit:
        lines.append(say["over_limit"])
    lines.append(wanted.disclaimer())
    columns = ["", *(TITLES[name] for name in shown)]
    rows = [
        ["首月还款", *(yuan(plans[name].first) for name in shown)],
        ["末月还款", *(yuan(plans[name].last) for name in shown)],
        ["总利息", *(yuan(plans[name].interest) for name in shown)],
        ["本息合计", *(yuan(plans[name].paid) for name in shown)],
    ]
    return Result(
        lines, facts=[*used.facts, *wanted.form.facts], hide=["home"] if "rate" in wanted.values else [],
        attachments=[
            table(say["table"].format(principal=short(principal), term=span(months)), columns, rows),
            line(say["chart"], year_labels(months), {TITLES[name]: yearly(plans[name]) for name in shown}),
        ],
    )


def _other(wanted: Sum, base: Plan) -> str:
    """The same loan over another term, compared."""
    principal, months, say = wanted.amount("principal"), wanted.months("other_term"), wanted.form.say
    used = rate(wanted.base, wanted.values, months, wanted.today)
    if used is None:
        return common().say["no_rate"]
    plan = equal_payment(principal, used.yearly, months)
    change = say["cheaper" if plan.first < base.first else "dearer"].format(by=yuan(abs(plan.first - base.first)))
    more = say["saves" if plan.interest < base.interest else "costs"].format(by=yuan(abs(plan.interest - base.interest)))
    return say["other"].format(term=span(months), first=yuan(plan.first), interest=yuan(plan.interest), base=span(base.months), change=change, more=more)


def _dearer(level: Plan, falling: Plan) -> str:
    """For how long the falling payments are the higher ones."""
    return span(sum(b.paid > a.paid for a, b in zip(level.instalments, falling.instalments)))
