"""A contradiction asks, a correction replaces; every fact remembers where it came from."""
from __future__ import annotations

import pytest

from tests.actions.talk import Talk, shape

RENT, MATERIALS = ("wd_rent/overview", 0.9), ("wd_rent/materials", 0.9)


def contradicted(shipped) -> Talk:
    t = Talk(shipped)
    t.say("我租的是公租房,能提公积金吗", RENT)
    t.say("我租的房东的房子,材料帮我说一下", MATERIALS)
    return t


def test_two_statements_that_cannot_both_hold_are_asked_about(shipped):
    t = contradicted(shipped)
    assert shape(t.replies) == [("answer", "wd_rent/materials"), ("clarify", "withdraw_rent")]
    assert [b.title for b in t.replies[-1].buttons] == ["公租房、保租房", "一般商品房"]
    assert "公租房、保租房" in t.replies[-1].text and "一般商品房" in t.replies[-1].text


@pytest.mark.parametrize("title, value", [("公租房、保租房", "public"), ("一般商品房", "market")])
def test_the_button_settles_it(shipped, title, value):
    t = contradicted(shipped)
    replies = t.press(title)
    assert replies[0].kind == "smalltalk" and title in replies[0].text
    memory = t.memory
    assert (memory.profile["rent_kind"], memory.origin("rent_kind").sure, memory.doubt) == (value, 1.0, None)


def test_so_do_the_citizens_own_words(shipped):
    t = contradicted(shipped)
    replies = t.say("公租房", ("intent:chitchat", 0.5))
    assert "公租房" in replies[0].text and replies[0].kind == "smalltalk"
    assert (t.memory.profile["rent_kind"], t.memory.origin("rent_kind").how, t.memory.doubt) == ("public", "reply", None)


def test_while_it_is_open_no_rule_is_judged_by_the_fact(shipped):
    t = contradicted(shipped)
    assert all("rent_kind" not in v.place.profile for v in t.verdicts if v.place is not None)


@pytest.mark.parametrize("text", [
    "不是公租房,是一般商品房",  # a correction
    "现在换成房东的房子了",  # a change
    "要是租房东的房子呢",  # a supposition
    "房东的房子要备案吗",  # a question
    "租的公租房",  # the same again
])
def test_what_is_no_contradiction_asks_nothing(shipped, text):
    t = Talk(shipped)
    t.say("我租的是公租房,能提公积金吗", RENT)
    assert "clarify" not in [r.kind for r in t.say(text, MATERIALS)]


def test_it_is_asked_once(shipped):
    t = contradicted(shipped)
    t.press("公租房、保租房")
    assert "clarify" not in [r.kind for r in t.say("房东的房子,材料帮我说一下", MATERIALS)]


def test_who_never_settles_it_is_taken_at_the_last_word(shipped):
    t = contradicted(shipped)
    t.say("多久到账", ("wd_rent/time", 0.9))
    t.say("在哪办", ("wd_rent/place", 0.9))
    assert (t.memory.doubt, t.memory.profile["rent_kind"]) == (None, "market")


def test_facts_remember_where_they_came_from(shipped):
    t = Talk(shipped)
    t.say("我刚来吉首上班一个月,租房子住,能取公积金吗", RENT)
    said = t.memory.origin("renting")
    assert (t.memory.profile["renting"], said.how, said.sure, said.turn) == ("yes", "said", 0.8, 1)
    question = next(r for r in t.replies if r.kind == "question")
    t.press(question.buttons[0].title)
    pressed = t.memory.origin(shipped.rules[question.rule].fills)
    assert (pressed.how, pressed.sure, pressed.turn) == ("button", 1.0, 2)
    assert t.memory.origin("marriage") is None
