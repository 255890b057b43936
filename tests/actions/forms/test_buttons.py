"""The buttons under a form's questions and results: back, give up, another assumption, another sum, the matter itself."""
from __future__ import annotations

import pytest

from tests.actions.talk import Talk

CALC = ("faq_loan_calc/overview", 0.8)
PREPAY = ("loan_prepay/rate", 0.8)


@pytest.fixture
def talk(shipped) -> Talk:
    return Talk(shipped)


def form(talk: Talk):
    """(form, what it knows, what it asks)."""
    state = talk.memory.form
    return state and (state.form, state.values, state.asking)


def test_back_asks_for_the_last_figure_again(talk):
    talk.say("帮我算一下月供", CALC)
    talk.say("30")
    assert form(talk) == ("payment", {"principal": "300000"}, "term")
    reply, = talk.press("上一步")
    assert reply.text.startswith("打算贷多少") and form(talk) == ("payment", {}, "principal")
    assert [b.title for b in reply.buttons] == ["不算了"], "there is nothing before the first question"


def test_giving_up(talk):
    talk.say("帮我算一下月供", CALC)
    reply, = talk.press("不算了")
    assert (reply.kind, form(talk)) == ("smalltalk", None) and reply.text.startswith("好的，不算了")


def test_a_button_of_a_sum_that_was_given_up_changes_nothing_of_another(talk):
    talk.say("帮我算一下月供", CALC)
    talk.say("30")
    back = next(b.id for b in talk.replies[0].buttons if b.title == "上一步")
    talk.press("不算了")
    talk.say("我贷了30万20年还了5年，想提前还10万，能省多少利息", PREPAY)
    talk.hear({"message_id": "m9", "text": "", "metadata": {"choice": back}})
    assert form(talk)[:2] == ("payment", {}), "it begins anew"


def test_another_assumption_keeps_the_rest(talk):
    talk.say("贷30万20年月供多少", CALC)
    reply = talk.press("按第二套算")[0]
    assert "30万元、20年（240期），第二套，年利率3.075%" in reply.text and "按首套算" in [b.title for b in reply.buttons]


def test_another_amount_asks_for_it_and_keeps_the_assumption(talk):
    talk.say("贷30万20年月供多少", CALC)
    talk.press("按第二套算")
    reply, = talk.press("换个金额或年限")
    assert reply.text.startswith("打算贷多少") and form(talk) == ("payment", {"home": "second"}, "principal")


def test_another_sum_takes_along_what_was_said(talk):
    talk.say("贷30万20年月供多少", CALC)
    reply, = talk.press("加上商业贷款算")
    assert reply.text.startswith("商业贷款部分打算贷多少") and form(talk) == ("combo", {"fund": "300000", "term": "240"}, "business")
    talk.say("20万")
    reply = talk.say("3.1")[0]
    assert reply.text.startswith("组合贷款一共50万元、20年（240期）") and talk.memory.form.done


def test_the_matter_behind_the_sum(talk):
    talk.say("我贷了30万20年还了5年，想提前还10万，能省多少利息", PREPAY)
    reply = talk.press("提前还怎么办")[0]
    assert (reply.kind, reply.service, reply.aspect, reply.confidence) == ("answer", "loan_prepay", "steps", 1.0)


@pytest.mark.parametrize("text, reading", [("转人工", ("intent:human", 0.99)), ("你们太气人了，投诉你们", ("intent:complain", 0.9))])
def test_who_wants_a_person_or_is_angry_is_not_asked_for_figures(talk, text, reading):
    talk.say("帮我算一下月供", CALC)
    talk.say("40")
    replies = talk.say(text, reading)
    assert "form" not in [reply.kind for reply in replies] and talk.memory.form.paused
    reply, = talk.say("不算了")
    assert reply.text.startswith("好的，不算了") and form(talk) is None


def test_the_sum_goes_on_after_a_person_was_wanted(talk):
    talk.say("帮我算一下月供", CALC)
    talk.say("40")
    talk.say("转人工", ("intent:human", 0.99))
    reply = talk.say("继续算")[0]
    assert reply.kind == "form" and form(talk) == ("payment", {"principal": "400000"}, "term") and not talk.memory.form.paused
