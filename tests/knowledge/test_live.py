"""Editing files while the assistant runs: good edits are live within a second, broken ones change nothing."""
from __future__ import annotations

import os
import time

import msgspec
import pytest

from bot.knowledge.errors import ContentError
from bot.knowledge.live import LiveKnowledge
from tests.knowledge.small import content, remind, write


@pytest.fixture
def data(tmp_path):
    return write(tmp_path, content())


def edit(data, name, change) -> None:
    path = data / name
    value = msgspec.yaml.decode(path.read_bytes())
    change(value)
    path.write_bytes(msgspec.yaml.encode(value))


def overview(live: LiveKnowledge) -> str:
    return live.current().cards["rent"].answers["overview"].text


def wait_for(live: LiveKnowledge, text: str) -> float:
    """Seconds until the overview reads ``text``; at most 3."""
    started = time.monotonic()
    while overview(live) != text and time.monotonic() - started < 3:
        time.sleep(0.05)
    return time.monotonic() - started


def test_an_edited_answer_is_live_within_a_second(data):
    live = LiveKnowledge(data)
    assert overview(live) == "租房总的说法"
    edit(data, "services/rent.yml", lambda card: card["answers"]["overview"].update(text="新的说法"))
    assert wait_for(live, "新的说法") < 1.0
    assert live.last_error is None


def test_a_new_faq_and_a_deleted_one(data):
    live = LiveKnowledge(data, interval=0)
    edit(data, "faq/one.yml", lambda faqs: faqs.append({"id": "faq_new", "question": "新", "answer": "新答", "topic": "law"}))
    assert live.current().faqs["faq_new"].answer == "新答"
    edit(data, "faq/one.yml", lambda faqs: faqs.pop(0))
    assert sorted(live.current().faqs) == ["faq_law", "faq_new"]


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.update(prize=1),
        lambda card: card["answers"]["overview"].update(text="新的说法", facts=["nowhere"]),
        lambda card: card.update(remind=[remind("X01-R1", 3, {"words": ["(假"]})]),
        lambda card: card.update(remind=[remind("X01-R1", 3, {"fact": {"dog": ["yes"]}})]),
    ],
    ids=["unknown key", "unknown fact", "bad regex", "unknown profile fact"],
)
def test_a_broken_edit_keeps_the_last_good_content_and_tells_why(data, change):
    live = LiveKnowledge(data, interval=0)
    edit(data, "services/rent.yml", change)
    assert overview(live) == "租房总的说法"
    assert isinstance(live.last_error, ContentError)
    assert live.last_error.problems[0].file == "data/services/rent.yml"


def test_a_mended_edit_clears_the_error(data):
    live = LiveKnowledge(data, interval=0)
    good = (data / "services" / "rent.yml").read_bytes()
    (data / "services" / "rent.yml").write_text("code: [rent\n", encoding="utf-8")
    assert overview(live) == "租房总的说法" and live.last_error is not None
    (data / "services" / "rent.yml").write_bytes(good.replace("租房总的说法".encode(), "改好的说法".encode()))
    assert overview(live) == "改好的说法" and live.last_error is None


def test_what_is_wrong_already_does_not_stop_other_edits(tmp_path):
    files = content()
    files["services/loan.yml"]["facts"] = ["ended"]  # expired yesterday: reported by the check, served until mended
    data = write(tmp_path, files)
    live = LiveKnowledge(data, interval=0)
    edit(data, "services/rent.yml", lambda card: card["answers"]["overview"].update(text="新的说法"))
    assert overview(live) == "新的说法"


def test_a_file_that_vanishes_for_a_moment(data):
    live = LiveKnowledge(data, interval=0)
    centre = data / "policy" / "center.yml"
    centre.rename(data / "policy" / "center.bak")
    assert overview(live) == "租房总的说法" and live.last_error is not None
    os.replace(data / "policy" / "center.bak", centre)
    assert overview(live) == "租房总的说法" and live.last_error is None


def test_files_are_not_looked_at_more_often_than_agreed(data):
    live = LiveKnowledge(data, interval=60)
    edit(data, "services/rent.yml", lambda card: card["answers"]["overview"].update(text="新的说法"))
    assert overview(live) == "租房总的说法"
