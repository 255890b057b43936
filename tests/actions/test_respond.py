"""One turn after another with the content as shipped: what is answered, asked back, or passed on."""
from __future__ import annotations

import pytest

from actions.memory import Focus
from bot.knowledge.wording import wording
from tests.actions.talk import Talk, latest, pressed, shape

RENT = ("wd_rent/overview", 0.9)


@pytest.fixture
def talk(shipped) -> Talk:
    return Talk(shipped)


def first(talk: Talk, text: str, *readings, clauses=()):
    return talk.say(text, *readings, clauses=clauses)[0]


def answers(talk: Talk):
    return [pair for pair in shape(talk.replies) if pair[0] not in ("question", "reminder")]


def is_said(name: str, text: str) -> bool:
    return text in wording()[name]


# --- answering --------------------------------------------------------------------------------------------------


def test_a_clear_question_is_answered_with_its_sources(talk, shipped):
    reply = first(talk, "租房提取要带什么", ("wd_rent/materials", 0.8), ("wd_property_fee/materials", 0.1))
    assert (reply.kind, reply.service, reply.aspect, reply.faq, reply.topic, reply.confidence) == ("answer", "wd_rent", "materials", None, "withdraw_rent", 0.8)
    assert reply.text == shipped.cards["wd_rent"].answers["materials"].text.strip()
    assert reply.sources and all(s.title for s in reply.sources)
    assert talk.memory.focus == Focus("wd_rent", "materials")


def test_an_faq_is_answered_under_its_own_name(talk, shipped):
    reply = first(talk, "公积金怎么提取", ("faq_withdraw_overview", 0.8))
    assert (reply.kind, reply.service, reply.faq, reply.topic) == ("answer", None, "faq_withdraw_overview", shipped.faqs["faq_withdraw_overview"].topic)


def test_the_button_of_an_faq_opens_the_card(talk, shipped):
    faq = next(f for f in shipped.faqs.values() if f.options)
    talk.say(faq.question, (faq.id, 0.9))
    talk.press(faq.options[0].title)
    assert answers(talk)[0] == ("answer", f"{faq.options[0].service}/{talk.memory.focus.aspect}")


@pytest.mark.parametrize(
    "scores, kind",
    [
        ((0.9, 0.05), "answer"), ((0.42, 0.40), "answer"), ((0.30, 0.20), "answer"), ((0.30, 0.26), "clarify"), ((0.19, 0.05), "clarify"),
        ((0.14, 0.14), "clarify"), ((0.13, 0.12), "decline"),
    ],
)
def test_answer_clarify_or_decline_by_how_clear_it_is(talk, scores, kind):
    reply = first(talk, "房子的钱能不能搞出来用", ("wd_rent/overview", scores[0]), ("wd_decorate/overview", scores[1]))
    assert reply.kind == kind


def test_close_readings_are_offered_best_first(talk):
    reply = first(talk, "房子的钱能不能搞出来用", ("wd_rent/overview", 0.3), ("wd_decorate/time", 0.28), ("loan_new_home/overview", 0.26), ("wd_retire/overview", 0.1))
    assert is_said("clarify", reply.text)
    short = {code: talk.base.cards[code].short for code in ("wd_rent", "wd_decorate", "loan_new_home")}
    assert [(c.service, c.title) for c in reply.candidates] == [
        ("wd_rent", f"{short['wd_rent']}：怎么办"), ("wd_decorate", f"{short['wd_decorate']}：多久办好"), ("loan_new_home", f"{short['loan_new_home']}：怎么办"),
    ]
    assert [b.title for b in reply.buttons] == [c.title for c in reply.candidates]
    talk.press(reply.buttons[1].title)
    assert answers(talk)[0][1].startswith("wd_decorate/")


def test_not_understood_once_then_sent_to_a_person(talk):
    assert is_said("not_understood", first(talk, "嘟嘟嘟", ("wd_rent/overview", 0.05)).text)
    assert is_said("misses_handoff", first(talk, "嘟嘟嘟嘟", ("wd_rent/overview", 0.05)).text)
    assert talk.memory.misses == 2
    talk.say("租房能提吗", RENT)
    assert talk.memory.misses == 0


def test_nothing_read_at_all(talk):
    reply = first(talk, "。。。")
    assert (reply.kind, reply.topic, reply.buttons) == ("decline", "out_of_scope", [])


# --- follow-ups -------------------------------------------------------------------------------------------------


def test_a_fragment_without_a_matter_asks_which_one(talk):
    reply = first(talk, "要带什么", ("focus/materials", 0.9))
    assert reply.kind == "clarify"
    assert [c.service for c in reply.candidates] == ["wd_rent", "wd_new_home", "loan_new_home", "wd_after_leave"]
    assert len(reply.buttons) == 4
    talk.press(reply.buttons[0].title)
    assert answers(talk)[0] == ("answer", "wd_rent/materials")


def test_a_fragment_is_about_the_matter_being_talked_about(talk):
    talk.say("租房能提吗", RENT)
    talk.say("那多久到账", ("focus/time", 0.8))
    assert answers(talk) == [("answer", "wd_rent/time")]


def test_a_general_reading_is_about_the_matter_being_talked_about(talk):
    talk.say("租房能提吗", RENT)
    talk.say("要带什么材料", ("faq_withdraw_materials", 0.8))
    assert answers(talk) == [("answer", "wd_rent/materials")]


def test_a_new_subject_is_not_dragged_back(talk):
    talk.say("租房能提吗", RENT)
    talk.say("公积金贷款的利率现在是多少呢请问", ("loan_new_home/rate", 0.8))
    assert answers(talk) == [("answer", "loan_new_home/rate")]


def test_a_statement_while_a_matter_is_open_goes_on_with_it(talk):
    talk.say("租房能提吗", RENT)
    talk.say("我在外面租房", ("loan_new_home/overview", 0.2), ("wd_rent/overview", 0.1))
    assert answers(talk)[0][1].startswith("wd_rent/")


def told(replies):
    """Home and aspect of the first answer."""
    return next((r.service or r.faq, "" if r.faq else r.aspect) for r in replies if r.kind == "answer")


@pytest.mark.parametrize(("score", "home"), [(0.66, "wd_second_hand"), (0.95, "loan_new_home")])
def test_a_fact_that_was_only_mentioned_changes_the_subject_only_when_it_certainly_does(talk, score, home):
    talk.say("二手房提取怎么办", ("wd_second_hand/overview", 0.9))
    assert told(talk.say("今年三月签的合同", ("loan_new_home/overview", score)))[0] == home


def test_the_kind_of_house_moves_the_question_to_its_card(talk):
    talk.say("购房提取的材料", ("wd_new_home/materials", 0.9))
    assert told(talk.say("我买的是二手房", ("intent:out_of_scope", 0.5), ("loan_second_hand/overview", 0.3))) == ("wd_second_hand", "materials")


@pytest.mark.parametrize(
    ("text", "answer"),
    [("爸妈的房子想装电梯,能提我的公积金吗", ("wd_elevator", "family")), ("爸妈能用我的公积金吗", ("faq_withdraw_family", ""))],
)
def test_the_matter_that_is_named_goes_before_a_general_answer(talk, text, answer):
    assert told(talk.say(text, ("faq_withdraw_family", 0.7), ("wd_elevator/conditions", 0.25))) == answer


@pytest.mark.parametrize(("sure", "aspect"), [(0.99, "fee"), (0.4, "overview")])
def test_the_question_behind_a_named_matter_says_which_aspect(talk, sure, aspect):
    question = ("要收钱吗", (("focus/fee", sure),))
    assert told(talk.say("好的,接着说商转公,要收钱吗", ("loan_convert/overview", 0.99), clauses=(question,))) == ("loan_convert", aspect)


def test_several_questions_are_answered_in_their_order(talk):
    talk.say(
        "租房能提吗?贷款利率多少?", ("wd_rent/overview", 0.5), ("loan_new_home/rate", 0.4),
        clauses=(("租房能提吗", (("wd_rent/overview", 0.9),)), ("贷款利率多少", (("loan_new_home/rate", 0.9),))),
    )
    assert answers(talk) == [("answer", "wd_rent/overview"), ("answer", "loan_new_home/rate")]


def test_two_aspects_of_one_matter_in_one_message(talk):
    talk.say("租房要带什么?多久到账?", ("wd_rent/materials", 0.6),
             clauses=(("租房要带什么", (("wd_rent/materials", 0.9),)), ("多久到账", (("focus/time", 0.8),))))
    assert answers(talk) == [("answer", "wd_rent/materials"), ("answer", "wd_rent/time")]


def test_the_same_question_twice_in_one_message_is_answered_once(talk):
    talk.say("租房能提吗?能不能提?", RENT, clauses=(("租房能提吗", (RENT,)), ("能不能提", (RENT,))))
    assert answers(talk) == [("answer", "wd_rent/overview")]


def test_an_unset_figure_is_admitted_in_full_only_once_a_turn(talk):
    talk.say("租房能提多少?提几次?", ("wd_rent/amount", 0.5),
             clauses=(("租房能提多少", (("wd_rent/amount", 0.9),)), ("提几次", (("wd_rent/frequency", 0.9),))))
    told = [r.text for r in talk.replies if r.kind == "answer"]
    assert ["暂时没有本州的正式口径" in t for t in told[:2]] == [True, False]
    assert all("12329" in t for t in told[:2])


# --- dialogue ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, intent, kind, topic, name",
    [
        ("你好", "greet", "smalltalk", "chitchat", "greet"), ("谢谢", "thanks", "smalltalk", "chitchat", "thanks"), ("再见", "bye", "smalltalk", "chitchat", "bye"),
        ("今天天气真好", "chitchat", "smalltalk", "chitchat", "chitchat"), ("转人工", "human", "handoff", "human_agent", "handoff"),
        ("医保怎么报销", "out_of_scope", "decline", "out_of_scope", "decline"), ("还有呢", "more", "smalltalk", "chitchat", "more"),
        ("再说一遍", "repeat", "smalltalk", "chitchat", "nothing_to_repeat"), ("好的", "affirm", "smalltalk", "chitchat", "acknowledged"),
    ],
)
def test_dialogue(talk, text, intent, kind, topic, name):
    (reply,) = talk.say(text, (f"intent:{intent}", 0.95))
    assert (reply.kind, reply.topic, reply.confidence) == (kind, topic, 0.95)
    assert is_said(name, reply.text.split("\n")[0])


def test_say_it_again_repeats_the_answer_and_adds_nothing(talk):
    told = first(talk, "租房能提吗", RENT)
    again = talk.say("再说一遍", ("intent:repeat", 0.9))
    assert [(r.kind, r.text, r.service, r.sources) for r in again] == [("answer", told.text, "wd_rent", told.sources)]
    assert talk.silence == "只是再说一遍"


def test_no_more_suggestions_after_declining(talk):
    talk.say("我刚参加工作，租房能提吗", RENT)
    assert talk.memory.offered
    (reply,) = talk.say("不用了", ("intent:deny", 0.6))
    assert is_said("declined", reply.text)
    assert talk.memory.declined and talk.memory.pending is None
    talk.say("提取公积金付房租怎么办理手续呢", ("wd_rent/steps", 0.9))
    assert [r for r in talk.replies if r.kind == "question"] == []
    assert all(r.level <= 2 for r in talk.replies if r.kind == "reminder")


def test_declining_before_anything_was_offered_is_no_decline(talk):
    talk.say("不用了", ("intent:deny", 0.6))
    assert not talk.memory.declined


def test_nothing_at_all_is_suggested_until_it_is_welcome_again(talk):
    talk.say("我刚参加工作，租房能提吗", RENT)
    (reply,) = talk.say("以后不用再提醒我了", ("intent:deny", 0.6))
    assert is_said("muted", reply.text) and talk.memory.pending is None
    talk.say("提取公积金付房租怎么办理手续呢", ("wd_rent/steps", 0.9))
    assert [r.kind for r in talk.replies] == ["answer"] and talk.silence == "市民说了不再提醒"
    (reply,) = talk.say("可以继续提醒我", ("intent:affirm", 0.6))
    assert is_said("unmuted", reply.text) and not talk.memory.muted


@pytest.mark.parametrize("text", ["别再提醒我了", "不要老是追问", "以后不用提醒"])
def test_the_citizen_s_own_words_switch_suggestions_off(talk, text):
    talk.say(text, ("intent:deny", 0.6))
    assert talk.memory.muted


@pytest.mark.parametrize("text", ["提醒我还款的短信怎么没有了", "不用了", "还不用还款是吗"])
def test_other_words_leave_them_on(talk, text):
    talk.say(text, ("intent:deny", 0.6))
    assert not talk.memory.muted


# --- what comes first -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["我没租房，能弄个假合同提吗", "办个假的租房合同行不行", "我已经把验证码发给中介了，他帮我提租房的"])
def test_fraud_is_answered_first_whatever_was_asked(talk, text):
    talk.say(text, RENT)
    assert answers(talk)[0] == ("answer", "fraud_consult/overview")


def test_grief_that_is_only_told_gets_comfort_and_no_procedure(talk):
    (reply,) = talk.say("我妈妈上周走了", ("wd_inherit/overview", 0.4))
    assert reply.kind == "smalltalk"
    opening, _, comfort = reply.text.partition("\n")
    assert opening in talk.base.moods["bereaved"].opening and is_said("comfort", comfort)
    assert [b.title for b in reply.buttons] == [f"{talk.base.cards['wd_inherit'].short}怎么办"]
    assert talk.silence == "只是倾诉，先不说别的"
    talk.press(reply.buttons[0].title)
    assert answers(talk)[0] == ("answer", "wd_inherit/overview")


def test_grief_with_a_question_gets_a_human_sentence_and_the_answer(talk):
    reply = first(talk, "我父亲去世了，他的公积金怎么取", ("wd_inherit/overview", 0.8))
    assert reply.kind == "answer" and reply.service == "wd_inherit"
    assert reply.text.split("\n")[0] in talk.base.moods["bereaved"].opening
    assert len(talk.replies) <= 2
    again = first(talk, "父亲去世了，要带什么去取他的公积金呢", ("wd_inherit/materials", 0.8))
    assert again.text.split("\n")[0] not in talk.base.moods["bereaved"].opening


@pytest.mark.parametrize(
    "text, score, service, also",
    [("我快结婚了，公积金有什么要办的", 0.3, "personal_info", "loan_new_home"), ("下个月我就失业了", 0.2, "wd_after_leave", "flexible_join")],
)
def test_a_life_event_decides_where_the_words_name_no_service(talk, text, score, service, also):
    reply = first(talk, text, ("wd_decorate/overview", score), ("wd_elevator/overview", 0.1))
    assert (reply.kind, reply.service) == ("answer", service)
    assert [b.title for b in reply.buttons] == [talk.base.cards[also].short]


def test_a_life_event_does_not_overrule_a_clear_question(talk):
    assert first(talk, "我快结婚了，装修能提吗", ("wd_decorate/overview", 0.8)).service == "wd_decorate"


def test_a_remark_while_a_matter_is_open_is_noted_not_turned_away(talk):
    talk.say("租房能提吗", RENT)
    (reply,) = talk.say("昨天看了场电影", ("intent:out_of_scope", 0.9))
    assert reply.kind == "smalltalk"
    assert reply.text in [v.format(name=talk.base.cards["wd_rent"].short) for v in wording()["noted"]]


# --- dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, reading, sentence",
    [
        ("今年6月3日封存的，什么时候能取", "wd_after_leave/overview", "从2026年6月3日封存算起，满半年是2026年12月3日"),
        ("2026年8月31日封存的，什么时候能取", "wd_after_leave/conditions", "从2026年8月31日封存算起，满半年是2027年2月28日"),
        ("今年5月22日封存的，什么时候能取", "wd_after_leave/overview", "满半年是2026年11月22日，现在已经满了"),
        ("今年5月23日封存的，什么时候能取", "wd_after_leave/overview", "满半年是2026年11月23日，那之后"),
        ("2026年9月开始缴的，什么时候能租房提取", "wd_rent/overview", "第一笔是2026年9月，这个月算第1个月，中间不断的话，2026年11月那笔"),
        ("今年11月缴的第一笔，什么时候能租房提取", "wd_rent/conditions", "中间不断的话，2027年1月那笔缴上就连续满3个月"),
        ("今年8月缴的第一笔，租房能提吗", "wd_rent/overview", "2026年10月那笔缴上就已经连续满3个月了"),
        ("今年9月缴的第一笔，多久能贷款", "loan_new_home/conditions", "2027年2月那笔缴上就连续满6个月"),
    ],
)
def test_computed_dates(talk, text, reading, sentence):
    assert sentence in first(talk, text, (reading, 0.9)).text


def test_only_a_year_is_too_little_to_compute_with(talk):
    assert "帮您算了一下" not in first(talk, "去年封存的，什么时候能取", ("wd_after_leave/overview", 0.9)).text


def test_a_date_is_computed_only_for_the_matter_it_belongs_to(talk):
    assert "帮您算了一下" not in first(talk, "今年6月3日封存的，装修能提吗", ("wd_decorate/overview", 0.9)).text


# --- replies and buttons ----------------------------------------------------------------------------------------


def test_ids_are_unique_and_follow_the_message(talk):
    replies = talk.say("我刚参加工作，租房能提吗", RENT)
    assert [r.id for r in replies] == [f"m1.{n}" for n in range(1, len(replies) + 1)]


def test_the_same_message_in_the_same_state_gets_the_same_replies(shipped):
    talks = [Talk(shipped) for _ in range(3)]
    for t in talks:
        t.say("你好", ("intent:greet", 0.9))
    assert len({str(t.say("我刚参加工作，租房能提吗", RENT)) for t in talks}) == 1


def test_a_button_of_another_conversation_is_refused(shipped):
    one, other = Talk(shipped), Talk(shipped)
    one.say("你好", ("intent:greet", 0.9))
    button = one.say("要带什么", ("focus/materials", 0.9))[0].buttons[0].id
    with pytest.raises(KeyError):
        other.hear(pressed(button))


def test_rent_question_and_reply_with_the_shipped_rules(talk):
    talk.say("我刚参加工作，租房能提吗", RENT)
    assert talk.memory.pending.rule == "C08-Q1"
    replies = talk.say("还没满")
    assert replies[0].text.startswith("那现在还办不了，要等连续缴满3个月")
    assert talk.memory.profile["three_months"] == "no"


def test_a_message_without_a_reading_of_its_own_still_has_text(shipped):
    talk = Talk(shipped)
    message = latest("在吗", ("intent:greet", 0.9))
    message.pop("understanding")
    assert talk.hear(message)[0].kind == "decline"


@pytest.mark.parametrize("text", ["不对", "说错了", "搞错了吧", "你理解错了", "答非所问"])
def test_only_saying_that_it_is_wrong_asks_what_is_meant(shipped, text):
    t = Talk(shipped)
    t.say("贷款怎么申请", ("loan_new_home/overview", 0.9))
    t.say("租房提取要带什么", ("wd_rent/materials", 0.9))
    replies = t.say(text, ("intent:deny", 0.9))
    assert [r.kind for r in replies] == ["clarify"]
    offered = [c.service for c in replies[0].candidates]
    assert offered[0] == "loan_new_home" and "wd_rent" not in offered and not t.memory.declined


@pytest.mark.parametrize("text", ["123456", "13812345678", "43310119900101123x"])
def test_a_bare_number_is_no_question(shipped, text):
    replies = Talk(shipped).say(text, ("faq_hotline/overview", 0.7))
    assert [r.kind for r in replies] == ["clarify"] and "不用发在这里" in replies[0].text


def test_12329_is_one(shipped):
    assert Talk(shipped).say("12329", ("faq_hotline/overview", 0.7))[0].faq == "faq_hotline"


def test_a_death_in_the_family_counts_whoever_goes_on_to_ask(shipped):
    reply = Talk(shipped).say("姐姐走了,公积金房贷每月还在她卡上扣,我们家里人怎么办", ("loan_overdue/overview", 0.47))[0]
    assert reply.service == "wd_inherit"


def test_what_is_told_before_the_question_is_no_question(shipped):
    told = ("老伴前几天过世了", (("intent:out_of_scope", 0.65), ("wd_inherit/time", 0.24)))
    asked = ("他公积金账户上的钱怎么领", (("wd_inherit/overview", 0.7),))
    replies = Talk(shipped).say("老伴前几天过世了,他公积金账户上的钱怎么领", ("wd_inherit/overview", 0.99), clauses=(told, asked))
    assert [(r.service, r.aspect) for r in replies if r.kind == "answer"] == [("wd_inherit", "overview")]
