"""Forms in conversation: citizen's words in, questions and sums out; leaving, returning, going back, giving up."""
from __future__ import annotations

import dataclasses
from datetime import date

import msgspec
import pytest

from tests.actions.talk import Talk

CALC = ("faq_loan_calc/overview", 0.8)
PREPAY = ("loan_prepay/rate", 0.8)
AMOUNT = ("loan_new_home/amount", 0.8)
RENT = ("wd_rent/materials", 0.9)


@pytest.fixture
def talk(shipped) -> Talk:
    return Talk(shipped)


def first(talk: Talk, text: str, *readings):
    return talk.say(text, *readings)[0]


def asked(talk: Talk) -> str:
    return talk.memory.form.asking if talk.memory.form else ""


def test_everything_said_at_once_needs_no_question(talk):
    reply = first(talk, "贷30万20年月供多少", CALC)
    assert (reply.kind, reply.service, reply.topic) == ("answer", None, "loan_monthly_payment_calc") or reply.service == "loan_new_home"
    assert "每月还1,604.36元，一共付利息85,047.73元" in reply.text and "首月还1,900元" in reply.text
    assert "年利率2.6%（2025年5月8日起执行）" in reply.text and "2026年11月22日" in reply.text and "以借款合同为准" in reply.text
    table, chart = reply.attachments
    assert (table["type"], table["columns"], table["rows"][2]) == ("table", ["", "等额本息", "等额本金"], ["总利息", "85,047.73元", "78,325.20元"])
    assert chart["type"] == "chart" and len(chart["labels"]) == 20 and [len(s["values"]) for s in chart["series"]] == [20, 20]
    assert any("中国人民银行" in s.title for s in reply.sources)


@pytest.mark.parametrize(
    "text, words",
    [
        ("贷5万3年月供多少", "年利率2.1%"), ("贷5万5年月供多少", "年利率2.1%"), ("贷5万6年月供多少", "年利率2.6%"), ("二套贷30万20年月供多少", "年利率3.075%"),
        ("我家有一套房，第二套贷10万5年月供多少", "年利率2.525%"), ("贷30万20年利率3.1%月供多少", "您说的年利率3.1%"), ("贷三十万分240期，等额本金每月还多少", "首月还1,900元"),
        ("首付二十万，剩下四十万用公积金，贷二十五年，每个月还多少", "贷款40万元、25年"), ("60万贷二十年和三十年月供差多少", "换成30年：等额本息每月还2,402.04元"),
    ],
)
def test_words_decide_rate_and_method(talk, text, words):
    assert words in first(talk, text, CALC).text


def test_an_old_rate_is_not_used_after_its_day(shipped):
    reply = Talk(shipped, today=date(2025, 5, 8)).say("贷30万20年月供多少", CALC)[0]
    assert "2.6%" in reply.text
    before = Talk(shipped, today=date(2025, 5, 7)).say("贷30万20年月供多少", CALC)[0]
    assert "没有查到" in before.text and "元，一共" not in before.text


def test_questions_come_one_by_one_with_the_reason(talk):
    reply = first(talk, "帮我算一下月供", CALC)
    assert (reply.kind, asked(talk)) == ("form", "principal") and reply.why and [b.title for b in reply.buttons] == ["不算了"]
    reply = first(talk, "问这个干嘛")
    assert reply.text.startswith(reply.why) and asked(talk) == "principal"
    assert first(talk, "30").kind == "form" and asked(talk) == "term"
    assert "公积金贷款30万元、20年" in first(talk, "20").text and talk.memory.form.done


@pytest.mark.parametrize(
    "text, error", [("5000万", "1,000元到1000万元"), ("100块", "1,000元到1000万元"), ("我也不晓得诶", "贷款金额要在")],
)
def test_an_impossible_amount_is_explained_kindly(talk, text, error):
    talk.say("帮我算一下月供", CALC)
    assert error in first(talk, text).text and asked(talk) == "principal"
    assert "不方便说也没关系" in first(talk, text).text


def test_a_term_beyond_thirty_years_is_asked_again(talk):
    assert "最长30年" in first(talk, "贷30万40年月供多少", CALC).text and asked(talk) == "term"
    assert talk.memory.form.values["principal"] == "300000"
    assert "30万元、30年" in first(talk, "那就30年").text


def test_going_back_and_changing(talk):
    talk.say("帮我算一下月供", CALC)
    assert "前面没有了" in first(talk, "上一步").text
    talk.say("30万")
    assert (first(talk, "上一步").kind, asked(talk)) == ("form", "principal")
    talk.say("35万")
    talk.say("20年")
    assert asked(talk) == "" and first(talk, "改一下金额").kind == "form" and asked(talk) == "principal"
    assert "40万元、20年" in first(talk, "40万").text


@pytest.mark.parametrize(
    "text, words",
    [("那30年呢", "30年（360期）"), ("换成二套", "3.075%"), ("40万呢", "贷款40万元"), ("等额本金呢", "首月还1,900元"), ("利率3.1%的话", "您说的年利率3.1%")],
)
def test_a_short_follow_up_computes_again(talk, text, words):
    talk.say("贷30万20年月供多少", CALC)
    assert words in first(talk, text, ("loan_new_home/second_home", 0.6)).text


def test_a_real_question_after_the_result_is_answered(talk):
    talk.say("贷30万20年月供多少", CALC)
    assert first(talk, "二套房首付要几成", ("loan_new_home/second_home", 0.9)).text.startswith(talk.base.cards["loan_new_home"].answers["second_home"].text[:10])


def test_leaving_for_another_question_and_returning(talk):
    talk.say("帮我算一下月供", CALC)
    talk.say("30万")
    reply = first(talk, "租房提取要带什么", RENT)
    assert (reply.kind, reply.service) == ("answer", "wd_rent") and [b.title for b in reply.buttons][-1] == "继续算：月供和利息"
    reply = first(talk, "继续算")
    assert reply.kind == "form" and asked(talk) == "term" and reply.text.startswith("好，接着算")
    assert "30万元、20年" in first(talk, "20年").text


def test_the_button_returns_too(talk):
    talk.say("帮我算一下月供", CALC)
    talk.say("租房提取要带什么", RENT)
    talk.press("继续算：月供和利息")
    assert talk.replies[0].kind == "form" and asked(talk) == "principal"


@pytest.mark.parametrize("text", ["不算了", "算了", "取消", "先不算了"])
def test_giving_up(talk, text):
    talk.say("帮我算一下月供", CALC)
    assert first(talk, text).kind == "smalltalk" and talk.memory.form is None


def test_a_wish_for_a_person_leaves_the_form(talk):
    talk.say("帮我算一下月供", CALC)
    assert first(talk, "转人工", ("intent:human", 0.95)).kind == "handoff"


def test_no_attentive_question_while_a_form_asks(talk):
    kinds = [r.kind for r in talk.say("我能贷多少", AMOUNT)]
    assert kinds[:2] == ["answer", "form"] and "question" not in kinds


# --- early repayment --------------------------------------------------------------------------------------------


def test_early_repayment_shows_both_ways(talk):
    reply = first(talk, "我还剩25万没还，还有15年，提前还10万能省多少利息", PREPAY)
    assert "提前6年8个月还清，少付利息35,281.11元" in reply.text and "每月还1,007.26元，每月少还671.51元，少付利息20,871.02元" in reply.text
    assert [a["type"] for a in reply.attachments] == ["table", "chart"] and reply.attachments[1]["series"][0]["values"] == [52178, 16897, 31307]
    assert "12329" in reply.text  # the local conditions are not configured
    assert "D08-Q1" not in [r.rule for r in talk.replies]


def test_what_is_left_can_be_derived(talk):
    talk.say("提前还10万能省多少", PREPAY)
    for words, field in (("不清楚", "principal"), ("30万", "term"), ("20年", "paid")):
        talk.say(words)
        assert asked(talk) == field
    assert "现在大约还剩本金264,307.79元，还有17年" in first(talk, "3年").text


def test_paying_longer_than_the_term_is_asked_again(talk):
    reply = first(talk, "贷了30万10年，已经还了12年，提前还10万能省多少", PREPAY)
    assert "要比贷款年限短" in talk.replies[-1].text or "要比贷款年限短" in reply.text
    assert asked(talk) == "paid"


def test_paying_everything_is_settling(talk):
    assert "就是一次还清" in first(talk, "还剩8万没还，还有5年，提前还10万能省多少", PREPAY).text


def test_a_short_rest_of_a_long_loan_keeps_the_higher_rate(talk):
    reply = first(talk, "还剩8万没还，还有4年，提前还2万能省多少", PREPAY)
    assert "2.6%" in reply.text and "当初贷5年以内" in [b.title for b in reply.buttons]
    talk.press("当初贷5年以内")
    assert "2.1%" in talk.replies[0].text


# --- combination, borrowing, withdrawing, dates -----------------------------------------------------------------


def test_combination_loans_need_the_banks_rate(talk):
    reply = first(talk, "组合贷款，公积金40万，商贷20万，30年，月供多少", CALC)
    assert reply.kind == "form" and asked(talk) == "rate" and "不能替您猜" in reply.why
    assert "每月一共还2,455.39元（公积金1,601.36元，商贷854.03元）" in first(talk, "3.1%").text


def configured(base, **settings):
    center = {**base.center}
    for key, (value, unit) in settings.items():
        center[key] = msgspec.structs.replace(
            center[key], value=value, unit=unit, document="州管委会〔2026〕例号", effective_from=date(2026, 10, 1), filled_by="甲", checked_by="乙")
    return dataclasses.replace(base, center=center)


def test_borrowing_states_no_local_figure_that_is_not_configured(talk):
    talk.say("我能贷多少", AMOUNT)
    talk.say("一个月8000")
    reply = first(talk, "20年")
    assert "大约承担得起本金74.7万元到89.7万元" in reply.text and "不是能批下来的数" in reply.text
    assert "最高贷款额度、" in reply.text and "12329" in reply.text and "本州单人最高贷款额度" not in reply.text


@pytest.mark.parametrize("value, unit, words", [(50, "万元", "本州单人最高贷款额度50万元\n·两样取低的：大约50万元"), ("80", "万元", "大约74.7万元到80万元")])
def test_a_configured_limit_bounds_the_estimate(shipped, value, unit, words):
    talk = Talk(configured(shipped, max_loan_single=(value, unit)))
    assert words in first(talk, "月收入八千，贷20年，帮我估估能贷多少", AMOUNT).text


def test_a_limit_that_is_a_sentence_is_quoted_not_computed(shipped):
    talk = Talk(configured(shipped, max_loan_single=("按县市分档，最高60万元", None)))
    reply = first(talk, "月收入八千，贷20年，帮我估估能贷多少", AMOUNT)
    assert "按县市分档，最高60万元" in reply.text and "两样取低" not in reply.text


def test_rent_of_public_housing_is_added_up(talk):
    talk.say("帮我算算公租房能提多少", ("wd_rent/amount", 0.8))
    talk.say("600")
    assert "最多提7,200元" in first(talk, "12个月").text


def test_market_rent_is_only_computed_with_the_centers_quota(shipped, talk):
    talk.say("帮我算一下能提多少", ("wd_rent/amount", 0.8))
    talk.press("租一般商品房")
    assert "算不出总数" in talk.replies[0].text
    talk = Talk(configured(shipped, rent_cap_market=(900, "元/月")))
    talk.say("帮我算一下能提多少", ("wd_rent/amount", 0.8))
    talk.press("租一般商品房")
    assert "每月900元（依据州管委会〔2026〕例号，自2026年10月1日起），6个月最多5,400元" in first(talk, "6个月").text


@pytest.mark.parametrize(
    "goal, day, words",
    [
        ("租房提取", "今年9月", "2026年11月那笔缴上就连续满3个月，那之后可以"), ("租房提取", "2026年7月", "现在已经够了"), ("公积金贷款", "2026年9月", "2027年2月那笔缴上就连续满6个月"),
        ("离职提取", "2026年6月15日", "满半年是2026年12月15日，那之后可以"), ("离职提取", "2026年5月22日", "满半年是2026年11月22日，现在已经够了"),
    ],
)
def test_when_it_is_time(talk, goal, day, words):
    talk.say("帮我算算什么时候能办", ("wd_rent/conditions", 0.5))
    talk.press(goal)
    assert words in first(talk, day).text


@pytest.mark.parametrize("goal, day, entry", [("离职提取", "2026年6月15日", "20261215"), ("公积金贷款", "2026年9月", "20270301")])
def test_a_date_ahead_goes_into_the_calendar(talk, goal, day, entry):
    talk.say("帮我算算什么时候能办", ("wd_rent/conditions", 0.5))
    talk.press(goal)
    (attached,) = first(talk, day).attachments
    assert attached["type"] == "ics" and f"可以办{goal}了" in attached["title"] and f"DTSTART;VALUE=DATE:{entry}" in attached["content"]


def test_a_day_in_the_future_is_asked_again(talk):
    talk.say("算算哪天能贷款", ("loan_new_home/conditions", 0.5))
    assert "不能晚于这个月" in first(talk, "2027年3月").text


# --- what does not open a form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, reading",
    [
        ("公积金贷款利率是多少", ("loan_new_home/rate", 0.9)), ("公积金账户一万块一年多少利息", ("faq_interest_rate/overview", 0.9)),
        ("提前还十万，我就选缩短年限、月供不变，怎么申请", ("loan_prepay/steps", 0.9)), ("月供2500，一年最多提多少出来还贷", ("wd_offset/amount", 0.9)),
        ("打算提前还款选哪种还款方式", ("loan_prepay/overview", 0.9)), ("我45岁能贷多少年", ("loan_new_home/term", 0.9)), ("月供还不上了怎么办", ("loan_overdue/overview", 0.9)),
    ],
)
def test_other_questions_are_answered_as_before(talk, text, reading):
    assert first(talk, text, reading).kind == "answer" and talk.memory.form is None


def test_matching_answers_offer_to_compute(talk):
    reply = first(talk, "公积金贷款利率是多少", ("loan_new_home/rate", 0.9))
    assert "帮我算月供" in [b.title for b in reply.buttons]
    talk.press("帮我算月供")
    assert talk.replies[0].kind == "form"


def test_nothing_is_offered_to_the_bereaved(talk):
    reply = first(talk, "我妈去世了，公积金贷款利率是多少", ("loan_new_home/rate", 0.9))
    assert "帮我算月供" not in [b.title for b in reply.buttons]


def test_the_answer_before_the_question_is_about_what_was_asked(talk):
    reply = first(talk, "提前还10万能省多少", ("loan_prepay/amount", 0.9))
    assert reply.text == talk.base.cards["loan_prepay"].answers["rate"].text.strip() or reply.text.startswith("提前还能省利息")
    assert first(Talk(talk.base), "买这套房我能贷多少", ("loan_second_hand/amount", 0.9)).service == "loan_second_hand"


def test_a_bare_number_is_a_reply_whatever_it_was_read_as(talk):
    talk.say("我能贷多少", AMOUNT)
    assert first(talk, "8000", ("intent:bye", 0.92)).kind == "form" and asked(talk) == "term"
