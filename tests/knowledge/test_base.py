"""Look-ups in the knowledge base."""
from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.base import rule_kind
from bot.knowledge.places import compiled, expand, places
from bot.knowledge.policy import Fact, Setting, Source
from tests.knowledge import small

DAY = date(2026, 11, 22)


def test_cards_faqs_and_rules_by_their_names(tmp_path):
    base = small.base(tmp_path, {"ask": [small.ask("X01-Q1", 3)], "remind": [small.remind("X01-R1", 2)]})
    assert sorted(base.cards) == ["leave", "loan", "rent"]
    assert sorted(base.faqs) == ["faq_law", "faq_rent"]
    assert {ident: base.rule_card[ident].code for ident in base.rules} == {"X01-Q1": "rent", "X01-R1": "rent"}
    assert [rule_kind(r) for r in base.rules.values()] == ["question", "reminder"]
    assert base.files["card:rent"] == "data/services/rent.yml"


@pytest.mark.parametrize(
    "home, aspect, topic",
    [("rent", "overview", "topic_rent"), ("rent", "amount", "rent_money"), ("faq_law", "overview", "law"), ("faq_law", "amount", "law")],
)
def test_topic_of_a_card_aspect_or_faq(tmp_path, home, aspect, topic):
    base = small.base(tmp_path, {"topics": {"default": "topic_rent", "amount": "rent_money"}})
    assert base.topic(home, aspect) == topic


def test_answer_of_an_aspect_or_none(tmp_path):
    base = small.base(tmp_path)
    assert base.answer("rent", "amount").text == "租房能提多少的说法"
    assert base.answer("rent", "rate") is None


def fact(**fields) -> Fact:
    content = {"id": "f", "topic": "t", "statement": "s", "scope": "national", "sources": [Source(title="某条例")],
               "basis": "text_seen", "confidence": "high", "status": "current"}
    return Fact(**{**content, **fields})


@pytest.mark.parametrize(
    "fields, usable",
    [
        ({}, True),
        ({"scope": "hunan"}, False),
        ({"status": "superseded"}, False),
        ({"status": "needs_local_config"}, False),
        ({"effective_from": date(2026, 11, 23)}, False),
        ({"effective_from": DAY, "effective_to": DAY}, True),
        ({"effective_to": date(2026, 11, 21)}, False),
    ],
)
def test_which_facts_may_support_an_answer(fields, usable):
    assert fact(**fields).usable(DAY) is usable


@pytest.mark.parametrize("value, expected", [(None, False), ("", False), ([], False), (0, True), (5, True), ("按文件办", True)])
def test_when_a_local_figure_counts_as_configured(value, expected):
    assert Setting(name="x", value=value).is_set(DAY) is expected


@pytest.mark.parametrize(
    "pattern, text, found",
    [("在{local}", "在吉首", True), ("在{local}", "在长沙", False), ("在{out}", "在长沙", True), ("在{out}", "在吉首", False), ("在家", "在家", True)],
)
def test_place_names_in_patterns(pattern, text, found):
    assert bool(compiled(pattern).search(text)) is found


def test_no_place_is_both_here_and_elsewhere():
    assert set(places()["local"]) & set(places()["elsewhere"]) == set()
    assert expand("{local}{out}").count("(?:") == 2
