"""最多能提多少: upper bounds that follow from national rules; the local quota only where it is configured."""
from __future__ import annotations

from bot.knowledge.card import Local

from ...calculators.money import short, yuan
from .made import Result, Sum

FACTS = {
    "public": ["wd_rent_public_full", "wd_rent_both_spouses"], "market": ["wd_rent_market_quota_local", "wd_rent_both_spouses"],
    "repay": ["wd_repay_limits"], "buy": ["wd_purchase_total_cap", "wd_plus_loan_le_price"],
}
HOMES = {"public": "wd_rent.amount", "market": "wd_rent.amount", "repay": "wd_offset.amount", "buy": "wd_new_home.amount"}
LOCAL = {
    "public": [Local(key="retained_balance", name="账户最低要留多少")],
    "market": [Local(key="rent_cap_market", name="租房提取的限额和次数")],
    "repay": [Local(key="retained_balance", name="账户最低要留多少")],
    "buy": [Local(key="purchase_window", name="购房提取的申请期限和次数")],
}


def result(wanted: Sum) -> Result:
    use, say, local = wanted.values["use"], wanted.form.say, list(LOCAL[wanted.values["use"]])
    if use == "public":
        rent, months = wanted.amount("rent"), wanted.months("months")
        line = say["public"].format(rent=yuan(rent), months=months, sum=yuan(rent * months))
    elif use == "market":
        cap = wanted.limit("rent_cap_market")
        setting = wanted.base.center["rent_cap_market"]
        if cap is not None and setting.unit == "元/月" and setting.effective_from:
            months = wanted.months("market_months")
            line = say["market"].format(cap=yuan(cap), months=months, sum=yuan(cap * months), document=setting.document, since=f"{setting.effective_from:%Y年%-m月%-d日}")
            local = []
        else:
            line = say["market_unset"]
    else:
        line = say[use].format(sum=short(wanted.amount("spent")))
    return Result([line, say["honest"]], facts=FACTS[use], local=local, home=HOMES[use])
