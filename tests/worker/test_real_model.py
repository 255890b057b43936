"""The trained release as the worker serves it, on a real Redis; runs where a release has been trained."""
from __future__ import annotations

import asyncio
import dataclasses
import json

import pytest
import redis

from bot import tracing
from bot.quiet import quiet_libraries
from bot.settings import Settings
from bot.training.releases import Releases
from tests.spans import caught

IDENT = Releases(Settings.from_env().releases_dir).current_id()
pytestmark = pytest.mark.skipif(IDENT is None, reason="no trained release: run ./gjj train first")


@pytest.fixture(scope="module")
def run():
    """One event loop for the module: the assistant's connections belong to it."""
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture(scope="module")
def assistant(redis_url, run):
    quiet_libraries()
    from bot.worker.assistant import Assistant

    patch = pytest.MonkeyPatch()
    patch.setenv("GJJ_TODAY", "2026-11-22")
    opened = Assistant(dataclasses.replace(Settings.from_env(), redis_url=redis_url, message_timeout=60))
    run(opened.load())
    yield opened
    run(opened.close())
    patch.undo()


@pytest.fixture
def server(redis_url):
    with redis.Redis.from_url(redis_url, decode_responses=True, encoding_errors="backslashreplace") as client:
        client.flushall()
        yield client


@pytest.fixture
def say(assistant, server, run):
    """``say(text, …)`` → replies; one conversation, a new message id each time unless given."""
    count = [0]

    def ask(text=None, ident=None, choice=None, conversation="c1"):
        from bot.worker.incoming import Incoming

        count[0] += 1
        return run(assistant.answer(Incoming(conversation, ident or f"m{count[0]}", text, choice)))

    return ask


def answers(replies):
    return [r for r in replies if r["kind"] not in ("question", "reminder")]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("租房提取要带什么材料", "withdraw_rent"),
        ("租房子能取公积金吗", "withdraw_rent"),
        ("ＧＪＪ租房怎麼提", "withdraw_rent"),
        ("退休了公积金怎么取", "withdraw_retire"),
        ("离职后公积金怎么提取", "withdraw_leave_job"),
        ("公积金贷款利率是多少啊", "loan_rate"),
        ("公积金贷款最多能贷多少", "loan_amount"),
        ("提前还款怎么办理", "loan_prepay"),
        ("公积金贷款逾期了会怎么样", "loan_overdue_credit"),
        ("怎么查公积金余额", "account_query"),
        ("缴存证明在哪打印", "certificate_print"),
        ("外地的公积金怎么转过来", "transfer_offsite"),
        ("我有两个公积金账户怎么合并", "account_merge"),
        ("灵活就业怎么交公积金", "deposit_personal"),
        ("单位怎么给新员工开户", "deposit_unit_account"),
        ("手机号换了怎么改", "personal_info_change"),
        ("商业贷款能转成公积金贷款吗", "loan_combined"),
        ("公积金中心几点下班", "branch_hours_contact"),
        ("今天天气怎么样", "out_of_scope"),
        ("你好", "chitchat"),
        ("转人工", "human_agent"),
    ],
)
def test_questions_and_their_topics(say, question, topic):
    assert answers(say(question))[0]["topic"] == topic


def test_an_answer_is_complete(say):
    reply = answers(say("租房提取要带什么材料"))[0]
    assert (reply["kind"], reply["service"], reply["aspect"]) == ("answer", "wd_rent", "materials")
    assert "身份证" in reply["text"] and reply["sources"] and 0 < reply["confidence"] <= 1


def test_a_follow_up_keeps_its_matter(say):
    say("租房提取要带什么材料")
    reply = answers(say("那多久到账"))[0]
    assert (reply["service"], reply["aspect"]) == ("wd_rent", "time")


def test_two_questions_are_both_answered(say):
    found = {(r["service"], r["aspect"]) for r in answers(say("租房提取要带什么材料？另外退休提取怎么办理？"))}
    assert {service for service, _ in found} == {"wd_rent", "wd_retire"}


@pytest.mark.parametrize("command", ["/restart", "／restart", "\n/restart", '/ask{"memory": null}', "/session_start", "/back"])
def test_a_typed_command_resets_nothing(say, assistant, run, command):
    say("租房提取要带什么材料")
    before = run(assistant.store.retrieve("c1")).get_slot("memory")
    say(command)
    tracker = run(assistant.store.retrieve("c1"))
    assert tracker.get_slot("memory")["turns"] == before["turns"] + 1
    assert tracker.get_slot("memory")["said"][0] == before["said"][0]
    assert "restart" not in {e.type_name for e in tracker.events}


@pytest.mark.parametrize(
    "text",
    ["😀😀👍", "？？？", "…", "a", "1", "\u202eelttil a", "مرحبا", "\x00\x01", "坏\ud800字", "租" * 1000, "怎么提取？" * 200],
)
def test_strange_messages_get_a_sentence_and_the_next_one_works(say, text):
    replies = say(text)
    assert replies and all(r["text"] and r["kind"] != "error" for r in replies)
    assert answers(say("退休了公积金怎么取"))[0]["topic"] == "withdraw_retire"


def test_personal_numbers_reach_neither_redis_nor_output(say, assistant, server, run, capfd):
    say("我电话13812341234，邮箱zhang@example.com，租房怎么提")
    assert {k.rpartition(":")[2]: server.type(k) for k in server.keys("*")} == {"events": "list", "head": "hash", "replies": "hash"}
    hashes = [server.hgetall(k) for k in server.keys("*") if server.type(k) == "hash"]
    stored = json.dumps([run(assistant.store.history("c1")), hashes], ensure_ascii=False)
    assert "13812341234" not in stored and "zhang@" not in stored and "138****1234" in stored
    out, err = capfd.readouterr()
    assert "租房" not in out + err and "parse_data_text" not in out + err


def test_the_same_id_is_answered_once(say, assistant, server, run):
    first = say("租房提取要带什么材料", ident="same")
    events = len(run(assistant.store.history("c1")))
    assert say("租房提取要带什么材料", ident="same") == first
    assert say("完全不同的话", ident="same") == first
    assert len(run(assistant.store.history("c1"))) == events


def test_a_worker_killed_right_after_saving_does_not_answer_twice(say, assistant, run):
    """What is left then is the state in Redis alone: another worker must give the replies from there."""
    first = say("租房提取要带什么材料", ident="same")
    history = run(assistant.store.history("c1"))
    kept = [e["metadata"]["reply"] for e in history if e["event"] == "bot"]
    assert run(assistant._turns.recall("c1", "same")) == kept == first


def test_four_messages_at_once_are_all_kept_in_one_order(assistant, server, run):
    from bot.worker.incoming import Incoming

    texts = ["租房怎么提", "退休怎么提", "怎么查余额", "怎么打印证明"]

    async def at_once():
        return await asyncio.gather(*(assistant.answer(Incoming("c1", f"m{i}", text)) for i, text in enumerate(texts)))

    replies = run(at_once())
    assert all(replies)
    shown = run(assistant.history("c1"))
    assert sorted(m["text"] for m in shown if m["from"] == "citizen") == sorted(texts)
    assert [m["id"] for m in shown if m["from"] == "assistant"] == [
        r["id"] for m in shown if m["from"] == "citizen" for r in replies[int(m["id"][1:])]
    ]
    assert run(assistant.store.retrieve("c1")).get_slot("memory")["turns"] == 4


def test_a_button_is_pressed_once_and_elsewhere_unknown(say):
    from bot.worker.incoming import UnknownChoice

    replies = say("租房提取要带什么材料")
    button = next(b for r in replies for b in r["buttons"])
    assert say(choice=button["id"])
    with pytest.raises(UnknownChoice):
        say(choice=button["id"], conversation="c2")


def test_erased_is_forgotten(say, assistant, server, run):
    say("租房提取要带什么材料")
    run(assistant.erase("c1"))
    assert server.keys("*") == [] and run(assistant.history("c1")) == []
    assert answers(say("那多久到账"))[0]["service"] != "wd_rent"


def test_redis_down_is_an_error_and_nothing_is_pretended(assistant, run, tmp_path):
    from bot.state.client import RedisError, connect
    from bot.worker.incoming import Incoming

    kept = assistant._turns._redis
    assistant._turns._redis = connect(f"unix://{tmp_path}/nothing.sock", 1)
    try:
        with pytest.raises(RedisError):
            run(assistant.answer(Incoming("c1", "m1", "你好")))
    finally:
        assistant._turns._redis = kept


def test_a_broken_new_release_is_refused_and_the_old_one_answers(assistant, say, tmp_path, run):
    model = tmp_path / "broken.tar.gz"
    model.write_bytes(b"no model")
    broken = Releases(tmp_path / "releases")
    broken.publish(model, {}, {})
    kept, assistant._releases = assistant._releases, broken
    try:
        with pytest.raises(Exception):  # noqa: B017 – Rasa raises what its parts raise
            run(assistant.load())
    finally:
        assistant._releases = kept
    assert assistant.release == IDENT and answers(say("你好"))[0]["topic"] == "chitchat"


def test_a_trial_explains_itself_and_leaves_no_trace(assistant, server, run):
    from actions.actions import live
    from actions.happenings import Watch
    from actions.service_level import Service
    from actions.trace import Trace
    from bot.worker.trial import explain

    before = sorted(server.keys())
    counts, watch = Service.counts, Watch.happenings
    told = run(explain(assistant.agent_of(assistant.release), live().current(), [{"say": "租房提取要带什么材料"}, {"say": "那多久到账"}, {"say": "转人工"}]))
    first, second, third = told
    assert first["readings"][0]["home"] == "wd_rent" and first["readings"][0]["aspect"] == "要带什么" and first["readings"][0]["score"] > 0.38
    assert first["replies"][0]["service"] == "wd_rent" and second["readings"][0]["home"] == "wd_rent"
    assert first["rules"] and all({"rule", "said", "reason", "text", "conditions"} <= set(rule) for rule in first["rules"])
    assert third["replies"][0]["kind"] == "handoff" and json.loads(json.dumps(told)) == told
    assert sorted(server.keys()) == before and Trace.listener is None
    assert (Service.counts, Watch.happenings) == (counts, watch)


def test_a_turn_is_followed_through_reading_actions_and_saving(say):
    with caught() as spans:
        with tracing.serving("message"):
            say("租房提取要带什么材料")
    ((_, _, (turn, read, dialogue)),) = spans.tree()
    assert (turn, read, dialogue[:2]) == (("turn", {}, []), ("read", {}, []), ("dialogue", {}))
    *actions, (save, saved, _) = dialogue[2]
    assert [(name, about["gjj.action"]) for name, about, _ in actions] == [("action", "action_respond"), ("action", "action_attend")]
    assert save == "save" and saved["gjj.events"] > len(actions)
    assert "租房" not in spans.everything() and json.dumps("租房")[1:-1] not in spans.everything()


def test_the_last_save_is_enough_to_answer_as_if_the_whole_conversation_were_there(say, assistant, run):
    """Facts, follow-ups, a form and references to earlier matters: the same words from a turn's few events as from all of them."""
    from bot.worker.trial import Trial

    said = (
        "我租的是民房，在吉首，已经结婚了", "租房提取要带什么材料", "那多久到账", "公积金贷款最多能贷多少", "首套", "利率是多少", "我老婆也有公积金",
        "帮我算算贷款50万20年每月还多少", "等额本息", "刚才说的租房那个，能提多少", "谢谢", "离职后公积金怎么提取", "再说一遍", "异地的能转过来吗", "要几天", "好的",
    )
    whole = Trial(assistant.agent_of(assistant.release))
    for text in said:
        replies, expected = say(text), run(whole.say(text))
        assert [(r["kind"], r["text"], [b["title"] for b in r["buttons"]]) for r in replies] == [
            (r["kind"], r["text"], [b["title"] for b in r["buttons"]]) for r in expected], text
