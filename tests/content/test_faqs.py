"""FAQs in the console: what a person saves → what the file says, what others are told, what can be brought back."""
from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.content.differences import differences
from bot.content.faqs import FaqDesk, FaqValues, values_of
from bot.content.history import OUTSIDE, History
from bot.content.library import Library
from bot.content.near import Nearest
from bot.content.refusal import Conflict, Refused, Unknown
from bot.content.version import version
from bot.knowledge.base import load

NEW = FaqValues(question="管理部门口能停车吗", similar=["开车去办公积金停哪里"], answer="各管理部不一样，出门前可以打12329问一声。",
                topic="branch_hours_contact")


async def test_a_new_question_is_in_the_file_and_waits_for_training(desk, data):
    saved = await desk.add(NEW, "李四")
    written = load(data).faqs[saved.faq.id]
    assert values_of(written) == NEW and written.author == "李四" and str(written.updated_at) == "2026-11-22"
    assert saved.training is True
    entry, = await desk.history.list(saved.faq.id)
    assert (entry.by, entry.action, entry.before, entry.after["answer"]) == ("李四", "create", None, NEW.answer)


async def test_another_answer_needs_no_training(desk, data):
    faq = await desk.get("faq_branches")
    saved = await desk.save(faq.id, msgspec.structs.replace(values_of(faq), answer="新的答案。"), version(faq), "李四")
    assert saved.training is False and load(data).faqs["faq_branches"].answer == "新的答案。"


async def test_saving_what_was_there_changes_nothing(desk, data):
    before = {path: path.read_bytes() for path in (data / "faq").iterdir()}
    faq = await desk.get("faq_branches")
    saved = await desk.save(faq.id, values_of(faq), version(faq), "李四")
    assert saved.changed is False and await desk.history.list(faq.id) == []
    assert {path: path.read_bytes() for path in (data / "faq").iterdir()} == before


async def test_of_two_who_save_at_once_one_wins_and_the_other_is_told(desk, data, redis):
    other_gateway = FaqDesk(Library(data), History(redis, "faq"))
    faq = await desk.get("faq_branches")
    saves = [
        one.save(faq.id, msgspec.structs.replace(values_of(faq), answer=f"{by}的答案。"), version(faq), by)
        for one, by in ((desk, "李四"), (other_gateway, "王五"))
    ]
    results = await asyncio.gather(*saves, return_exceptions=True)
    (lost,), (won,) = [r for r in results if isinstance(r, Conflict)], [r for r in results if not isinstance(r, Exception)]
    assert load(data).faqs[faq.id].answer == won.faq.answer
    assert lost.current["answer"] == won.faq.answer and lost.version == version(won.faq)
    assert lost.problems == (f"{won.faq.answer[:2]}刚刚改过这一条，您的改动还没有保存",)
    assert len(await desk.history.list(faq.id)) == 1


@pytest.mark.parametrize(("question", "named"), [
    ("公积金中心电话", "faq_branches"),  # a similar question of an FAQ
    ("公 积 金 中 心 电 话？", "faq_branches"),  # the same letters
    ("公积金的租房提取怎么办", "wd_rent"),  # a training example of a card
])
async def test_the_same_question_under_two_answers_is_refused_with_both_named(desk, data, question, named):
    if named == "wd_rent":
        example = next(line.strip()[2:] for line in (data / "nlu/services/wd_rent.yml").read_text("utf-8").splitlines() if line.strip().startswith("- ") and "intent" not in line)
        question = example
    with pytest.raises(Refused) as refused:
        await desk.add(msgspec.structs.replace(NEW, question=question), "李四")
    sentence, = refused.value.problems
    assert f"“{question}”已经在" in sentence and named in sentence and "一种问法只能有一个答案" in sentence


@pytest.mark.parametrize(("change", "problem"), [
    ({"answer": " "}, "答案不能是空的"),
    ({"topic": "weather"}, "没有 weather 这个主题"),
    ({"related": ["nothing"]}, "没有 nothing 这个事项"),
    ({"facts": ["nothing"]}, "nothing 不是可以作依据的事实"),
    ({"local": [{"key": "nothing", "name": "没有的"}]}, "不认识 nothing"),
    ({"similar": ["13800138000怎么打不通"]}, "像手机号"),
])
async def test_what_the_content_check_would_refuse_is_not_written(desk, data, change, problem):
    before = {path: path.read_bytes() for path in (data / "faq").iterdir()}
    with pytest.raises(Refused, match=problem):
        await desk.add(msgspec.convert({**msgspec.to_builtins(NEW), **change}, FaqValues), "李四")
    assert {path: path.read_bytes() for path in (data / "faq").iterdir()} == before


async def test_an_older_state_comes_back_and_the_differences_are_named(desk, data):
    first = (await desk.add(NEW, "李四")).faq
    second = (await desk.save(first.id, msgspec.structs.replace(NEW, answer="各管理部不一样，出门前可以打电话问一声。"), version(first), "王五")).faq
    newest, oldest = await desk.history.list(first.id)
    only, = differences(newest.before, newest.after)
    assert only.field == "answer"
    assert only.pieces == [("same", "各管理部不一样，出门前可以打"), ("gone", "12329"), ("new", "电话"), ("same", "问一声。")]
    restored = await desk.restore(first.id, oldest.id, version(second), "李四")
    assert restored.faq.answer == NEW.answer == load(data).faqs[first.id].answer
    assert [entry.action for entry in await desk.history.list(first.id)] == ["restore", "update", "create"]


async def test_a_change_made_in_a_terminal_gets_its_place_in_the_history(desk, data):
    first = (await desk.add(NEW, "李四")).faq
    path = data / "faq" / "branch_hours_contact.yml"
    path.write_text(path.read_text("utf-8").replace("出门前可以打12329问一声", "请打12329"), "utf-8")
    changed = await desk.get(first.id)
    await desk.save(first.id, msgspec.structs.replace(values_of(changed), enabled=False), version(changed), "王五")
    entries = await desk.history.list(first.id)
    assert [(entry.by, entry.action) for entry in entries] == [("王五", "update"), (OUTSIDE, "outside"), ("李四", "create")]
    assert entries[1].after["answer"] == "各管理部不一样，请打12329。"


async def test_an_unwritable_disk_leaves_no_history(desk, data, monkeypatch):
    from bot.knowledge import faq_store

    def full(*_):
        raise OSError(28, "No space left on device")

    faq = await desk.get("faq_branches")
    monkeypatch.setattr(faq_store.os, "fsync", full)
    with pytest.raises(OSError):
        await desk.save(faq.id, msgspec.structs.replace(values_of(faq), answer="新的答案。"), version(faq), "李四")
    assert await desk.history.list(faq.id) == [] and load(data).faqs[faq.id] == faq


async def test_nothing_is_written_while_the_content_is_broken(desk, data):
    faq = await desk.get("faq_branches")
    (data / "services" / "wd_rent.yml").write_text("id: [", "utf-8")
    with pytest.raises(Refused):
        await desk.save(faq.id, msgspec.structs.replace(values_of(faq), answer="新的答案。"), version(faq), "李四")


async def test_an_unknown_record(desk):
    with pytest.raises(Unknown):
        await desk.get("faq_nothing")


class TestWhileTyping:
    async def test_a_question_asked_otherwise_is_found_near(self, desk):
        near = (await desk.check(msgspec.structs.replace(NEW, question="公积金中心的电话是多少呀"))).near
        assert near[0].faq.id == "faq_branches" and near[0].score > 0.6

    async def test_what_changed_is_found_as_if_it_had_always_been_there(self, desk, library):
        faqs = dict(library.base().faqs)
        followed, fresh, asked = Nearest(), Nearest(), "管理部门口能不能停车"
        followed.follow(faqs)
        before = followed.find("公积金中心的电话是多少呀")
        branches = faqs.pop("faq_branches")
        changed = {**faqs, "faq_new": msgspec.structs.replace(branches, id="faq_new", question="管理部门口能停车吗", similar=[])}
        followed.follow(changed)
        fresh.follow(changed)
        assert [near.score for near in followed.find(asked)] == [near.score for near in fresh.find(asked)]
        assert followed.find(asked)[0].faq.id == "faq_new"
        followed.follow({**faqs, "faq_branches": branches})
        assert followed.find("公积金中心的电话是多少呀")[0] == before[0] and before[0].faq.id == "faq_branches"

    async def test_nonsense_is_near_nothing(self, desk):
        assert await desk.near("石狮子吃不吃草莓") == []

    async def test_the_record_itself_is_not_its_own_double(self, desk):
        faq = await desk.get("faq_branches")
        assert all(near.faq.id != faq.id for near in (await desk.check(values_of(faq), faq.id)).near)

    async def test_an_edited_question_is_found_at_once(self, desk):
        assert await desk.near(NEW.question) == [] or (await desk.near(NEW.question))[0].score < 0.8
        faq = (await desk.add(NEW, "李四")).faq
        assert [(near.faq.id, near.double) for near in (await desk.near("管理部门口能不能停车"))][0] == (faq.id, True)

    async def test_unanswered_messages_are_offered_but_not_twice(self, library, redis):
        async def unanswered(question):
            return ["门口停车要钱吗", "开车去办公积金停哪里"]
        desk = FaqDesk(library, History(redis, "faq"), unanswered)
        assert (await desk.check(NEW)).suggestions == ["门口停车要钱吗"]

    async def test_the_preview_is_the_reply_a_citizen_gets(self, desk):
        faq = await desk.get("faq_branches")
        reply = (await desk.check(values_of(faq), faq.id)).reply
        assert reply["kind"] == "answer" and reply["text"].startswith(faq.answer.strip())
        assert "暂时没有本州的正式口径" in reply["text"] or "12329" in reply["text"]

    async def test_what_is_wrong_is_said_before_saving(self, desk):
        found = await desk.check(msgspec.structs.replace(NEW, answer="每月最多提2000元。", topic="weather"))
        assert any("没有 weather 这个主题" in problem for problem in found.problems)
        assert any("没有注明依据" in warning for warning in found.warnings)
