"""The staff shell: what is printed, with and without --explain. The agent is a stub."""
from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from actions.attend.usefulness import Score
from actions.memory import Origin
from actions.trace import Trace
from actions.understanding import Reading, Understanding
from bot.worker.incoming import UnknownChoice
from bot.worker.shell import Paint, Shell


def reply(**fields):
    return {"id": "1", "kind": "answer", "text": "带身份证。", "service": "wd_rent", "aspect": "materials", "faq": None, "rule": None,
            "why": None, "sources": [], "buttons": [], **fields}


REPLIES = [
    reply(sources=[{"title": "提取规范", "article": "第四条", "effective_from": "2026-09-20"}, {"title": "条例"}],
          buttons=[{"id": "c1-1", "title": "多久到账"}]),
    reply(kind="question", rule="C08-Q1", aspect=None, text="租了多久？", why="满三个月才能提"),
    reply(kind="error", service=None, aspect=None, text="出了小状况。"),
]


class StubAgent:
    """Remembers what it was asked and answers with REPLIES."""

    def __init__(self):
        self.messages = []
        self.tracker_store = self

    async def retrieve(self, conversation):
        return None

    async def handle_message(self, message):
        self.messages.append(message)
        readings = [Reading("wd_rent", "materials", "withdraw_rent", 0.91234), Reading("intent:greet", "", "chitchat", 0.05)]
        if Trace.listener:
            Trace.listener("c", {
                "step": "respond", "text": "租房带什么", "readings": readings, "clauses": [Understanding("要带什么", readings)],
                "facts": {"rent_months": 3.0}, "moods": [], "profile": {"rent_kind": "public", "age": 30.0}, "focus": None, "kinds": ["answer"],
                "origins": {"rent_kind": Origin("button", 1), "age": Origin("said", 1)},
            })
            verdict = SimpleNamespace(rule=SimpleNamespace(id="C08-Q1", level=2), chosen=True, reason="条件成立", score=Score(1.0, 1.0, 0.75, 0.0), place=None)
            held = SimpleNamespace(rule=SimpleNamespace(id="C08-R1", level=3), chosen=False, reason="条件不成立", score=None, place=None)
            Trace.listener("c", {"step": "attend", "verdicts": [verdict, held], "silence": ""})
        for each in REPLIES:
            await message.output_channel.send_response("c", {"reply": each})


@pytest.fixture
def talk(monkeypatch, capsys):
    """``talk(lines…)`` → (agent, what was printed)."""

    def run(*lines, explain=False, paint=Paint(False)):
        waiting = [*lines]

        def typed(prompt):
            if not waiting:
                raise EOFError
            return waiting.pop(0)

        monkeypatch.setattr("builtins.input", typed)
        monkeypatch.setattr(Trace, "listener", None)
        agent = StubAgent()
        asyncio.run(Shell(agent, explain, paint).run())
        return agent, capsys.readouterr().out

    return run


def test_replies_sources_reasons_and_numbered_buttons(talk):
    agent, printed = talk("租房带什么", "", "/quit", "不会再读")
    assert [m.text for m in agent.messages] == ["租房带什么"]
    assert printed.splitlines()[1:] == [
        "[答 wd_rent materials] 带身份证。",
        "   依据：提取规范第四条，2026-09-20 起",
        "   依据：条例",
        "   /1 多久到账",
        "[多问一句 C08-Q1] 租了多久？",
        "   为什么：满三个月才能提",
        "[出错] 出了小状况。",
    ]


def test_explain_shows_readings_rules_and_time(talk):
    _, printed = talk("租房带什么", explain=True)
    assert "归一化：租房带什么" in printed
    assert "0.912  withdraw_rent  wd_rent × materials" in printed
    assert "分句：要带什么 → wd_rent × materials 0.912" in printed
    assert "这句话透露：{'rent_months': 3.0}" in printed
    assert "画像：rent_kind=public（按钮，1.0），age=30.0（顺口说的，0.8）" in printed
    assert "✓ C08-Q1（2 级）条件成立" in printed and "✗ C08-R1（3 级）条件不成立" in printed
    assert "毫秒" in printed


def test_explain_is_switched_on_and_off(talk):
    _, printed = talk("/explain", "问", "/explain", "问")
    assert printed.count("归一化") == 1 and "解释：开" in printed and "解释：关" in printed


def test_commands_that_are_not_the_shells_are_text(talk):
    agent, _ = talk("/restart", "/5", "/exit")
    assert [m.text for m in agent.messages] == ["restart", "5"]


def test_a_new_conversation_forgets_buttons(talk):
    agent, printed = talk("问", "/new", "/1")
    assert "新的对话" in printed
    first, second = agent.messages
    assert first.sender_id != second.sender_id and second.text == "1"


def test_a_button_is_pressed_by_its_number(talk):
    with pytest.raises(UnknownChoice):  # the stub keeps no memory: it was looked up there
        talk("问", "/1")


@pytest.mark.parametrize("enabled", [True, False])
def test_colours_only_when_enabled(talk, enabled):
    _, printed = talk("问", paint=Paint(enabled))
    assert ("\033[" in printed) is enabled
