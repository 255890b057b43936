"""Custom actions run in this process; one that fails apologises, and the next message works."""
from __future__ import annotations

import asyncio
import logging
import time

import pytest

from actions import actions as module
from actions.actions import ActionAttend, ActionRespond
from actions.attend.usefulness import Attention, Counts
from actions.service_level import Service
from actions.trace import Trace
from bot.knowledge.wording import say
from bot.worker.in_process import InProcessActions

WORDS = "租房提取要带什么材料"


@pytest.fixture(scope="module")
def actions():
    module.live().current()  # as when a release is loaded: the content's first reading takes longer than an action may
    return InProcessActions()


def call(name, memory=None, text=WORDS, home="wd_rent", aspect="materials"):
    """What Rasa sends to an action server."""
    understanding = {"text": text, "candidates": [{"home": home, "aspect": aspect, "score": 0.9}], "clauses": []}
    latest = {"text": text, "intent": {"name": "ask", "confidence": 0.9}, "entities": [], "message_id": "m1", "understanding": understanding}
    return {
        "next_action": name,
        "sender_id": "c1",
        "tracker": {
            "sender_id": "c1", "slots": {"memory": memory}, "latest_message": latest, "events": [], "paused": False,
            "followup_action": None, "active_loop": {}, "latest_action_name": "action_listen",
        },
        "domain": {},
        "version": "3.6.21",
    }


def request(actions, *arguments, **more):
    result = asyncio.run(actions.request(json=call(*arguments, **more)))
    return [r["reply"] for r in result["responses"]], [e for e in result["events"] if e["event"] == "slot"]


def test_respond_answers_and_remembers(actions):
    replies, slots = request(actions, "action_respond")
    assert [(r["kind"], r["service"], r["aspect"], r["id"]) for r in replies] == [("answer", "wd_rent", "materials", "m1.1")]
    assert "身份证" in replies[0]["text"]
    assert [s["name"] for s in slots] == ["memory"] and slots[0]["value"]["focus"]["home"] == "wd_rent"


def test_attend_goes_on_where_respond_stopped(actions):
    _, slots = request(actions, "action_respond")
    replies, after = request(actions, "action_attend", memory=slots[0]["value"])
    assert {r["kind"] for r in replies} <= {"question", "reminder"} and replies
    assert after[0]["value"]["offered"] == [r["rule"] for r in replies]
    assert sum(r["kind"] == "question" for r in replies) <= 1


def fails(self, base, tracker):
    raise RuntimeError(WORDS)


def hangs(self, base, tracker):
    time.sleep(0.5)


@pytest.mark.parametrize("broken", [fails, hangs])
def test_a_broken_answer_apologises_and_the_next_message_works(actions, monkeypatch, caplog, broken):
    monkeypatch.setattr(module, "_limit", lambda: 0.1)
    with monkeypatch.context() as patch, caplog.at_level(logging.DEBUG):
        patch.setattr(ActionRespond, "work", broken)
        replies, slots = request(actions, "action_respond", memory={"turns": 3})
    assert [(r["kind"], r["text"], r["id"]) for r in replies] == [("error", say("error", 0), "m1.e")]
    assert "12329" in replies[0]["text"]
    assert slots == []  # memory stays as it was
    assert "action failed" in caplog.text
    monkeypatch.setattr(module, "_limit", lambda: 6.0)
    assert request(actions, "action_respond", memory={"turns": 3})[0][0]["kind"] == "answer"


@pytest.mark.parametrize("broken", [fails, hangs])
def test_broken_attention_is_silent_because_the_answer_was_given(actions, monkeypatch, broken):
    monkeypatch.setattr(module, "_limit", lambda: 0.1)
    monkeypatch.setattr(ActionAttend, "work", broken)
    assert request(actions, "action_attend") == ([], [])


def test_the_error_log_carries_no_chat_text(actions, monkeypatch, caplog):
    monkeypatch.setattr(ActionRespond, "work", fails)
    with caplog.at_level(logging.DEBUG):
        request(actions, "action_respond")
    assert WORDS not in caplog.text


def test_memory_that_cannot_be_read_apologises(actions):
    replies, _ = request(actions, "action_respond", memory={"turns": "many"})
    assert [r["kind"] for r in replies] == ["error"]


class Kept(list):
    """Stands for service counts, experience and the log of decisions at once."""

    def add(self, conversation, deeds, replies):
        self.append("service")

    def counts(self, rule, situation):
        return Counts(), Counts()

    def record(self, rule, situation, accepted):
        self.append("experience")


@pytest.mark.parametrize("sender, kept", [("c1", {"service", "experience", "decision"}), ("probe", set())])
def test_trying_out_a_release_leaves_no_trace(actions, monkeypatch, sender, kept):
    everything = Kept()
    monkeypatch.setattr(Service, "counts", everything)
    monkeypatch.setattr(Attention, "experience", everything)
    monkeypatch.setattr(Trace, "log", lambda record: everything.append("decision"))
    memory = None
    for ident, words, home, aspect in [("m1", WORDS, "wd_rent", "materials"), ("m2", "那多久到账", "wd_rent", "time"), ("m3", "不用了,谢谢", "intent:thanks", "")]:
        for name in ("action_respond", "action_attend"):
            body = call(name, memory, words, home, aspect)
            body["tracker"]["sender_id"] = sender
            body["tracker"]["latest_message"]["message_id"] = ident
            memory = asyncio.run(actions.request(json=body))["events"][-1]["value"]
    assert set(everything) == kept
