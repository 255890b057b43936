"""FAQ records as training examples: those in force, with where they lead."""
from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from bot import clock
from bot.knowledge.base import load
from bot.knowledge.faq import Faq
from bot.training import importer
from bot.training.importer import FaqImporter


def faq(ident, **more):
    return Faq(id=ident, question=f"{ident}怎么办", similar=[f"{ident}咋办", f"{ident}怎么办"], answer="答", topic="loan_rate", **more)


@pytest.fixture
def examples(monkeypatch):
    """The examples of these records, as (text, intent, home, aspect)."""

    def of(*records):
        monkeypatch.setattr(importer, "load", lambda: SimpleNamespace(faqs={r.id: r for r in records}))
        monkeypatch.setenv("GJJ_TODAY", "2026-11-22")
        return [
            (m.get("text"), m.get("intent"), m.get("metadata")["intent"]["home"], m.get("metadata")["intent"]["aspect"])
            for m in FaqImporter().get_nlu_data().training_examples
        ]

    return of


def test_question_and_similar_ones_once_each_with_their_home(examples):
    assert examples(faq("甲")) == [("甲怎么办", "ask", "甲", None), ("甲咋办", "ask", "甲", None)]


@pytest.mark.parametrize(
    ("more", "trained"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"effective_to": date(2026, 11, 21)}, False),
        ({"effective_to": date(2026, 11, 22)}, True),
        ({"effective_from": date(2026, 11, 22)}, True),
        ({"effective_from": date(2026, 11, 23)}, False),
        ({"enabled": False, "effective_from": date(2026, 1, 1)}, False),
    ],
)
def test_only_faqs_in_force_are_learnt(examples, more, trained):
    assert bool(examples(faq("甲", **more))) is trained
    assert [home for _, _, home, _ in examples(faq("甲", **more), faq("乙"))].count("乙") == 2


def test_the_importer_adds_nothing_but_questions():
    made = FaqImporter("config.yml", "domain.yml", ["data"])
    assert made.get_domain().intents == [] or not made.get_domain().user_actions
    assert made.get_stories().story_steps == [] and made.get_conversation_tests().story_steps == []
    assert made.get_config() == {} and made.get_config_file_for_auto_config() == "config.yml"


def test_all_records_in_force_are_there():
    homes = {m.get("metadata")["intent"]["home"] for m in FaqImporter().get_nlu_data().training_examples}
    assert homes == {f.id for f in load().faqs.values() if f.in_force(clock.today())}
