"""What a fact or a figure reaches, and what ends soon."""
from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from bot.content.deadlines import deadlines
from bot.content.impact import COMPUTED, of_fact, of_figure
from bot.knowledge.base import load

RESULTS = Path(__file__).resolve().parents[2] / "actions" / "forms" / "results"


def test_a_figure_reaches_answers_rules_faqs_and_sums(library):
    found = of_figure(library.base(), library.data, "rent_cap_market")
    assert ("事项", "租房提取", "答复：金额") in {(touch.kind, touch.title, touch.part) for touch in found}
    assert ("事项", "租房提取", "材料") in {(touch.kind, touch.title, touch.part) for touch in found}
    assert "提醒" in {touch.kind for touch in found} and "计算" in {touch.kind for touch in found}
    assert any(touch.href == "/admin/cards/wd_rent#rule-C08-R1" for touch in found)


def test_a_fact_reaches_what_names_it(library):
    base = library.base()
    found = of_fact(base, library.data, "wd_rent_three_months")
    named = {touch.href for touch in found}
    assert {"/admin/cards/wd_rent#answers-conditions", "/admin/cards/wd_rent#rule-C08-Q1"} <= named
    assert {"日期", "计算"} <= {touch.kind for touch in found}


def test_a_figure_of_the_handoff(library):
    assert any(touch.kind == "转人工" for touch in of_figure(library.base(), library.data, "branches"))


def test_every_name_a_sum_takes_is_listed():
    base = load()
    named = {}
    for path in RESULTS.glob("*.py"):
        for word in set(re.findall(r'"([a-z0-9_]+)"', path.read_text("utf-8"))) & {*base.facts, *base.center}:
            named.setdefault(word, set()).add(path.stem)
    assert {word: set(forms) for word, forms in COMPUTED.items()} == named


def test_what_ends_within_ninety_days_is_listed_with_what_says_it(library, data):
    path = data / "policy" / "facts.yml"
    path.write_text(path.read_text("utf-8").replace("- id: wd_rent_materials\n", "- id: wd_rent_materials\n  effective_to: 2026-12-31\n"), "utf-8")
    faq = data / "faq" / "loan_rate.yml"
    faq.write_text(faq.read_text("utf-8").replace("  topic: loan_rate\n", "  topic: loan_rate\n  effective_to: 2027-03-01\n", 1), "utf-8")
    base, today = library.base(), date(2026, 11, 22)
    found = [one for one in deadlines(base, data, today) if one.left(today) >= 0]
    assert [(one.kind, one.day, one.ends, one.left(today)) for one in found] == [("事实", date(2026, 12, 31), True, 39)]
    assert any(touch.href == "/admin/cards/wd_rent#materials" for touch in found[0].touches)
    later = [one.kind for one in deadlines(base, data, date(2026, 12, 15)) if one.left(date(2026, 12, 15)) >= 0]
    assert later == ["事实", "常见问题"]
