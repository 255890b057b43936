"""组合贷款: the fund part and the commercial part are computed apart and added."""
from __future__ import annotations

from bot.knowledge.forms import common

from ...calculators.money import short, span, yuan
from ...calculators.repayment import equal_payment, equal_principal
from ..rates import rate
from .made import Result, Sum, line, table, year_labels, yearly


def result(wanted: Sum) -> Result:
    fund, business, months = wanted.amount("fund"), wanted.amount("business"), wanted.months("term")
    bank = wanted.amount("rate")
    used = rate(wanted.base, {"home": wanted.values["home"]}, months, wanted.today)
    if used is None:
        return Result([common().say["no_rate"]])
    say, total = wanted.form.say, short(fund + business)
    level = equal_payment(fund, used.yearly, months), equal_payment(business, bank, months)
    falling = equal_principal(fund, used.yearly, months), equal_principal(business, bank, months)
    lines = [
        say["head"].format(total=total, term=span(months), months=months),
        say["fund"].format(principal=short(fund), rate=used.words),
        say["business"].format(principal=short(business), rate=f"{bank:f}"),
        say["payment"].format(
            first=yuan(level[0].first + level[1].first), fund=yuan(level[0].first), business=yuan(level[1].first),
            interest=yuan(level[0].interest + level[1].interest)),
        say["principal"].format(first=yuan(falling[0].first + falling[1].first), interest=yuan(falling[0].interest + falling[1].interest)),
        wanted.disclaimer(),
    ]
    rows = [
        [name, yuan(amount), yuan(plan.first), yuan(plan.interest)]
        for name, amount, plan in (("公积金", fund, level[0]), ("商贷", business, level[1]))
    ]
    rows.append(["合计", yuan(fund + business), yuan(level[0].first + level[1].first), yuan(level[0].interest + level[1].interest)])
    both = {
        "等额本息": [a + b for a, b in zip(yearly(level[0]), yearly(level[1]))],
        "等额本金": [a + b for a, b in zip(yearly(falling[0]), yearly(falling[1]))],
    }
    return Result(
        lines, facts=[*used.facts, *wanted.form.facts], local=wanted.form.local,
        attachments=[
            table(say["table"].format(total=total, term=span(months)), ["", "贷款金额", "每月还款", "总利息"], rows),
            line(say["chart"], year_labels(months), both),
        ],
    )
