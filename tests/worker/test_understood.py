"""Several questions in one message, context, and whatever else people send: the trained release, judged as ratios.

The sets are in tests/scenarios/understanding; tests/worker/understood.py explains how they are judged.
"""
from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.quiet import quiet_libraries
from bot.settings import Settings
from bot.training.releases import Releases
from tests.worker.understood import Player, context, several

RELEASES = Releases(Settings.from_env().releases_dir)
IDENT = RELEASES.current_id()
SETS = Path(__file__).resolve().parents[1] / "scenarios" / "understanding"
pytestmark = pytest.mark.skipif(IDENT is None, reason="no trained release: run ./gjj train first")


@pytest.fixture(scope="module")
def player():
    quiet_libraries()
    patch = pytest.MonkeyPatch()
    patch.setenv("GJJ_TODAY", "2026-11-22")
    patch.setenv("GJJ_ACTION_TIMEOUT", "60")  # judged is what was understood, not how busy the machine is
    opened = Player(RELEASES.model_path(IDENT))
    yield opened
    opened.close()
    patch.undo()


def sets(name):
    return [item for path in sorted(SETS.glob(f"{name}_*.yml")) for item in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)]


def test_every_question_of_a_message_is_answered(player):
    messages = sets("several")
    assert len(messages) >= 60
    result = several(player, messages)
    assert result.share >= 0.90, str(result)


def test_context_is_resolved(player):
    dialogues = sets("context")
    assert len(dialogues) >= 90
    result = context(player, dialogues)
    assert result.share >= 0.95, str(result)


NOISE = [
    "。。。", "？？？？", "!@#$%^&*()", "……", ",", "😀", "😭😭😭", "👍🏻🙏", "1", "123456", "3.14159", "0", "²", "①②③", "－1", "一", "啊啊啊啊", "asdfghjkl",
    "hello", "How do I withdraw my housing provident fund?", "SELECT * FROM users; --", "def f(x):\n    return x", "<script>alert(1)</script>", "{{7*7}}",
    '{"intent": "greet"}', "/restart", "\\n\\n", "http://example.com", "的的的的的", "不是，是", "说错了", "不对", "不是不是不是", "呢", "那个呢", "回到刚才", "前面那个",
    "第一个问题", "说回", "第一，第二，第三", "1、2、3、", "还有", "另外", "吗吗吗吗", "？吗？呢？", "他", "我爸我妈我爱人", "不是八百是一千二", "\u202e倒过来",
    "👨‍👩‍👧‍👦", "\u200b\u200b\u200b", "\x00", "　　", "null", "NaN", "1e999", "$(rm -rf /)", "公积金" * 600, "我爸爸上班，" * 330, "去年5月" * 500, "不是买房，是租房" * 250, "还是" * 1000,
    "租房" * 1000, "我想提取公积金，" * 250, "吗" * 2000, "1、" * 700, "我爸" * 1000, "不是" * 1000, "a" * 2000, "😀" * 2000, "，" * 2000,
]


@pytest.mark.parametrize("before", [None, "租房能提公积金吗"])
def test_anything_gets_a_kind_answer(player, before):
    for number, text in enumerate(NOISE):
        name = f"noise-{before}-{number}"
        if before:
            player.say(name, before)
        replies = player.say(name, text)
        assert replies, text[:40]
        for reply in replies:
            assert reply["kind"] != "error" and len(reply["text"]) >= 4, (text[:40], reply)
