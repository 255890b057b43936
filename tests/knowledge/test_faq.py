"""When an FAQ is in force."""
from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.faq import Faq


@pytest.mark.parametrize(
    "fields, day, expected",
    [
        ({}, date(2026, 11, 22), True),
        ({"enabled": False}, date(2026, 11, 22), False),
        ({"effective_from": date(2026, 11, 22)}, date(2026, 11, 21), False),
        ({"effective_from": date(2026, 11, 22)}, date(2026, 11, 22), True),
        ({"effective_to": date(2026, 11, 22)}, date(2026, 11, 22), True),
        ({"effective_to": date(2026, 11, 22)}, date(2026, 11, 23), False),
    ],
)
def test_in_force(fields, day, expected):
    assert Faq(id="f", question="问", answer="答", topic="t", **fields).in_force(day) is expected


def test_every_shipped_faq_is_in_force(shipped, today):
    assert [f.id for f in shipped.faqs.values() if not f.in_force(today)] == []


def test_shipped_questions_are_all_different(shipped):
    questions = [f.question for f in shipped.faqs.values()]
    assert sorted(questions) == sorted(set(questions))
