"""What a turn adds to the service, and when the farewell asks for stars."""
from __future__ import annotations

import pytest

from actions.memory import Dated, Focus, Memory, Offer, Turn
from actions.service_level import ask_for_stars, deeds, labels
from bot.knowledge.reply import Reply

ANSWER = Reply(id="m1.1", kind="answer", text="带身份证", service="wd_rent")
BYE = [Reply(id="m2.1", kind="smalltalk", text="再见")]


def memory(text="", turns=1, **more) -> Memory:
    return Memory(turns=turns, turn=Turn(text=text, **{k: more.pop(k) for k in ("replied", "moods") if k in more}), **more)


def done(kept: Memory, *replies: Reply):
    return {name: value for name, value in deeds(kept, replies).items() if value}


def test_an_answer_a_follow_up_and_a_worry():
    assert done(memory(), ANSWER) == {"answered": 1}
    assert done(memory(turns=2), ANSWER) == {"answered": 1, "resolved": 1}
    assert done(memory(moods=["worried"]), ANSWER) == {"answered": 1, "resolved": 1}


def test_what_is_open():
    assert done(memory(misses=1), Reply(id="1", kind="decline", text="没听懂")) == {"open": 1}
    assert done(memory(), Reply(id="1", kind="clarify", text="哪一个")) == {"open": 1}


@pytest.mark.parametrize("text", ["谢谢你", "多亏你提醒", "太好了", "你真贴心", "帮了大忙"])
def test_gladness_takes_up_what_was_offered_and_keeps_dates(text):
    assert done(memory(text), *BYE) == {"thanked": 1}
    offered = memory(text, turns=2, offers=[Offer("C08-R1", "overview", 1)], dates=[Dated("k", "t", "2026-12-15", "wd_rent")])
    assert done(offered, *BYE) == {"thanked": 1, "accepted": 1, "kept": 1}


def test_replying_to_a_question_accepts_it_and_dates_are_counted():
    dated = Reply(id="m1.1", kind="answer", text="满半年", attachments=[{"type": "ics"}])
    assert done(memory(replied="C08-Q1"), dated) == {"answered": 1, "accepted": 1, "dated": 1}


def test_thumbs_are_counted_by_service_and_rule():
    rule = Reply(id="m1.2", kind="question", text="？", service="wd_rent", rule="C08-Q1")
    faq = Reply(id="m1.3", kind="answer", text="…", faq="faq_x")
    assert labels([ANSWER, rule, faq]) == {"m1.1": "wd_rent|", "m1.2": "wd_rent|C08-Q1", "m1.3": "faq_x|"}


def stars(kept: Memory, intent: str = "bye") -> bool:
    return any(a["type"] == "rating" for reply in ask_for_stars(kept, intent, list(BYE)) for a in reply.attachments)


def test_the_farewell_asks_once():
    kept = memory(focus=Focus("wd_rent"))
    assert stars(kept) and not stars(kept)


@pytest.mark.parametrize(
    "kept, intent",
    [
        (memory(focus=Focus("wd_inherit"), moods=[]), "greet"), (memory(), "bye"), (memory(focus=Focus("wd_rent"), declined=True), "bye"),
    ],
)
def test_not_before_the_end_nor_where_nothing_was_answered(kept, intent):
    assert not stars(kept, intent)


@pytest.mark.parametrize("mood", ["bereaved", "ill"])
def test_never_after_bereavement(mood):
    kept = Memory(turns=3, moods=[mood], focus=Focus("wd_inherit"))
    assert not stars(kept) and not kept.asked_stars
