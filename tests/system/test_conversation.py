"""What a citizen meets on the running system: Chinese sentence in, kind and content of the replies out."""
from __future__ import annotations

import uuid

import pytest

from tests.system.chat import Chat, Refused


@pytest.fixture
def chat(base_url):
    return Chat(base_url)


def kinds(replies):
    return [r["kind"] for r in replies]


@pytest.mark.parametrize(
    "question, service, aspect, words",
    [
        ("租房提公积金要带什么", "wd_rent", "materials", ["身份证"]),
        ("退休了公积金怎么取出来", "wd_retire", "overview", ["3日内"]),
        ("首套公积金贷款利率多少", "loan_new_home", "rate", ["2.1%", "2.6%"]),
        ("公积金貸款審批要幾天", "loan_new_home", "time", ["10日内"]),
        ("商转公怎么办理", "loan_convert", "overview", ["12329"]),
        ("老板从来不给我们交公积金去哪里投诉", "complain_unpaid", "overview|place", ["12329"]),
    ],
)
def test_question_gets_the_right_part_of_the_right_card_with_its_source(chat, question, service, aspect, words):
    answer = chat.say(question)[0]
    assert (answer["kind"], answer["service"]) == ("answer", service)
    assert answer["aspect"] in aspect.split("|")  # both parts of a card may say it
    assert answer["sources"] and all(s["title"] for s in answer["sources"])
    for word in words:
        assert word in answer["text"]


def test_unset_local_figure_is_said_honestly_and_without_a_number(chat):
    text = chat.say("公积金贷款最多能贷多少钱")[0]["text"]
    assert "暂时没有本州的正式口径" in text and "12329" in text
    assert "万" not in text


def test_follow_up_belongs_to_the_service_in_focus(chat):
    chat.say("租房子能提公积金吗")
    assert chat.say("要带什么")[0]["service"] == "wd_rent"
    assert chat.say("多久到账")[0]["service"] == "wd_rent"


def test_two_questions_in_one_message_are_both_answered(chat):
    services = [r["service"] for r in chat.say("退休了怎么提公积金？另外公积金贷款利率是多少？") if r["kind"] == "answer"]
    assert services[:2] == ["wd_retire", "loan_new_home"]


def test_button_of_an_attentive_question_continues_it(chat):
    replies = chat.say("我刚来吉首上班，租房住，能取公积金吗")
    question = next(r for r in replies if r["kind"] == "question")
    assert question["rule"] == "C08-Q1" and question["why"]
    assert chat.press("还没满")[0]["service"] == "wd_rent"


@pytest.mark.parametrize("command", ["/restart", "／restart", '/ask{"memory":null}', "/session_start", "/back"])
def test_typed_command_is_plain_text_and_changes_nothing(chat, command):
    chat.say("租房子能提公积金吗")
    chat.say(command)
    assert chat.say("要带什么")[0]["service"] == "wd_rent"


def test_same_message_id_runs_once_and_gets_the_same_replies(chat):
    ident = str(uuid.uuid4())
    first = chat.say("退休提取要什么材料", ident)
    assert chat.say("退休提取要什么材料", ident) == first
    assert [m["from"] for m in chat.get("/history")["messages"]].count("citizen") == 1


def test_history_shows_masked_text_and_erasing_ends_the_session(chat):
    chat.say("我的手机号13812345678换了怎么改，隐私测试句")
    history = chat.get("/history")["messages"]
    assert "138****5678" in history[0]["text"] and "13812345678" not in str(history)
    chat.delete()
    with pytest.raises(Refused) as refused:
        chat.say("还在吗")
    assert refused.value.status == 401


def test_button_of_another_conversation_is_refused(base_url, chat):
    chat.say("我刚来吉首上班，租房住，能取公积金吗")
    with pytest.raises(Refused) as refused:
        Chat(base_url).choose(chat.buttons[0]["id"])
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "text, kind, topic",
    [
        ("你好", "smalltalk", "chitchat"),
        ("社保卡丢了怎么补办", "decline", "out_of_scope"),
        ("转人工", "handoff", "human_agent"),
    ],
)
def test_dialogue_turns_stay_silent(chat, text, kind, topic):
    replies = chat.say(text)
    assert kinds(replies) == [kind]
    assert replies[0]["topic"] == topic


@pytest.mark.parametrize("text", ["😀😀😀", "字" * 1000, "\u202e租房提取\u202c", "?"])
def test_odd_input_gets_a_reply(chat, text):
    assert all(r["text"].strip() for r in chat.say(text))


def test_suggestions_while_typing(base_url, chat):
    questions = chat.get("/suggest?q=%E7%A7%9F%E6%88%BF")["questions"]
    assert 1 <= len(questions) <= 5 and "租" in questions[0]
