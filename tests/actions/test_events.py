"""Life events told in passing: which one or two services they bring, and when a question goes before them."""
from __future__ import annotations

import pytest

from tests.actions.talk import Talk, shape


def first(shipped, text, *readings):
    reply = Talk(shipped).say(text, *readings)[0]
    return reply.service, reply.aspect, [b.title for b in reply.buttons]


@pytest.mark.parametrize(
    "text, reading, service, also",
    [
        ("我要结婚了", ("intent:affirm", 0.77), "personal_info", "loan_new_home"),
        ("刚调到长沙", ("intent:out_of_scope", 0.9), "transfer_out", "wd_after_leave"),
        ("家里生了老二", ("intent:chitchat", 0.8), "loan_new_home", "wd_rent"),
        ("我刚注册了一家公司", ("intent:out_of_scope", 0.65), "unit_register", "add_employee"),
        ("从深圳回吉首上班了", ("transfer_out/overview", 0.4), "transfer_in", "flexible_join"),
        ("准备在老家盖房子", ("wd_decorate/overview", 0.3), "wd_build_overhaul", "loan_build_overhaul"),
    ],
)
def test_an_event_brings_its_service_and_one_more_by_button(shipped, text, reading, service, also):
    said, _, buttons = first(shipped, text, reading)
    assert said == service
    assert shipped.cards[also].short in buttons


def test_what_is_asked_clearly_goes_before_the_event(shipped):
    assert first(shipped, "我要结婚了,租房提取要带什么", ("wd_rent/materials", 0.7))[:2] == ("wd_rent", "materials")


def test_a_common_circumstance_gives_way_to_a_question_that_can_be_answered(shipped):
    assert first(shipped, "在外面租房住,组合贷利率多少", ("loan_combo/rate", 0.45))[:2] == ("loan_combo", "rate")
    assert first(shipped, "在外面租房住,这个怎么弄", ("loan_combo/rate", 0.25))[0] == "wd_rent"


def test_the_aspect_asked_about_is_kept(shipped):
    assert first(shipped, "辞职了,要带什么", ("wd_after_leave/materials", 0.5))[:2] == ("wd_after_leave", "materials")


def test_a_wish_for_a_person_is_never_an_event(shipped):
    replies = Talk(shipped).say("我辞职了,转人工", ("intent:human", 0.9))
    assert "handoff" in [kind for kind, _ in shape(replies)]


def test_after_a_bereavement_his_account_is_the_inherited_one(shipped):
    talk = Talk(shipped)
    talk.say("我父亲上个月走了", ("wd_inherit/overview", 0.5))
    assert talk.say("他的公积金要提出来,怎么办", ("wd_after_leave/overview", 0.38))[0].service == "wd_inherit"


def test_in_grave_illness_the_help_asked_for_is_the_hardship_withdrawal(shipped):
    talk = Talk(shipped)
    talk.say("我老婆查出癌症", ("wd_hardship/overview", 0.5))
    assert talk.say("公积金能不能帮上忙", ("faq_unclear/overview", 0.23))[0].service == "wd_hardship"
