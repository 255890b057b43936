"""The article's four levels, each as one conversation: 基本服务, 满意服务, 超值服务, 感动服务. Today is 22 November 2026."""
from __future__ import annotations

from datetime import date

from actions.returning import greetings
from tests.actions.talk import Talk, shape


def test_basic_service_the_procedure_with_its_source(shipped):
    citizen = Talk(shipped)
    reply = citizen.say("租房提取要带什么", ("wd_rent/materials", 0.9))[0]
    assert "带身份证和本人银行卡" in reply.text and "查房产不收费" in reply.text
    assert any("住房公积金" in source.title for source in reply.sources)


def test_satisfying_service_feelings_first_and_doubts_resolved(shipped):
    citizen = Talk(shipped)
    comforted = citizen.say("我爸上周走了", ("wd_inherit/overview", 0.8))
    assert shape(comforted) == [("smalltalk", "chitchat")]        # listened to; nothing asked, nothing sold
    assert "保重" in comforted[0].text or "节哀" in comforted[0].text
    helped = citizen.say("他的公积金怎么取", ("wd_inherit/overview", 0.9))
    assert helped[0].service == "wd_inherit"
    assert len(helped) == 2                                       # the answer and the single most important word
    followed = citizen.say("要带什么", ("focus/materials", 0.9))
    assert (followed[0].service, followed[0].aspect) == ("wd_inherit", "materials")


def test_extra_service_the_one_question_that_saves_a_wasted_trip(shipped):
    citizen = Talk(shipped)
    asked = citizen.say("我刚上班一个月,租房住,能取公积金吗", ("wd_rent/overview", 0.9))
    question = next(r for r in asked if r.kind == "question")
    assert question.text in {rule.text for rule in shipped.cards["wd_rent"].ask}
    assert question.why                                          # the citizen may see why it is asked
    answered = citizen.press(question.buttons[0].title)
    assert answered[0].kind == "answer" and answered[0].text


def test_moving_service_a_date_nobody_asked_for_kept_until_it_comes(shipped):
    citizen = Talk(shipped)
    citizen.say("单位8月10号给我封存的,余额怎么查", ("query_certificate/overview", 0.9))
    told = citizen.say("离职提取怎么办", ("wd_after_leave/overview", 0.9))[0]
    assert told.text.startswith("帮您算了一下：从2026年8月10日封存算起，满半年是2027年2月10日")
    assert [a["title"] for a in told.attachments] == ["2027年2月10日 公积金封存满半年，可以申请离职提取"]
    # With consent the browser comes back after the spring festival, and the date is the greeting.
    due = [d for d in citizen.memory.dates if d.title and date.fromisoformat(d.due) <= date(2027, 2, 22)]
    greeting = greetings(shipped, due)[0]
    assert greeting.text.startswith("您好，又见面了。上次帮您记着的日子到了：2027年2月10日，公积金封存满半年，可以申请离职提取。")
    assert citizen.say(greeting.ask, ("wd_after_leave/overview", 0.9))[0].service == "wd_after_leave"
