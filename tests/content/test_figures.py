"""The center's figures: filled in by one, confirmed by another; spoken only then."""
from __future__ import annotations

from datetime import date

import msgspec
import pytest
import pytest_asyncio

from bot.content.figures import FigureDesk, FigureValues
from bot.content.history import History
from bot.content.refusal import Conflict, Refused, Unknown
from bot.content.version import version
from bot.knowledge.base import load

VALUES = FigureValues(value="50", unit="万元", applies_to="单方缴存的家庭", document="州住房公积金管委会〔2026〕3号", effective_from=date(2026, 10, 1))
KEY = "max_loan_single"


@pytest_asyncio.fixture
async def figures(library, redis):
    return FigureDesk(library, History(redis, "figure"), redis)


async def proposed(figures, values=VALUES, key=KEY, by="张三"):
    return await figures.propose(key, values, version(await figures.get(key)), by)


async def test_a_figure_nobody_confirmed_is_in_no_file(figures, data):
    before = (data / "policy" / "center.yml").read_bytes()
    waiting = await proposed(figures)
    assert (waiting.filled_by, waiting.values.value) == ("张三", 50)
    assert (data / "policy" / "center.yml").read_bytes() == before
    assert list(await figures.pending()) == [KEY]


async def test_confirmed_by_a_second_person_it_is_in_the_file_with_both_names(figures, data):
    before = (data / "policy" / "center.yml").read_text("utf-8")
    waiting = await proposed(figures)
    await figures.confirm(KEY, waiting.id, "李四")
    after = (data / "policy" / "center.yml").read_text("utf-8")
    setting = load(data).center[KEY]
    assert (setting.value, setting.unit, setting.filled_by, setting.checked_by) == (50, "万元", "张三", "李四")
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert changed == ["    value: 50", "    unit: 万元", "    applies_to: 单方缴存的家庭", "    document: 州住房公积金管委会〔2026〕3号",
                       "    effective_from: 2026-10-01", "    filled_by: 张三", "    checked_by: 李四"]
    assert await figures.pending() == {}
    entry, = await figures.history.list(KEY)
    assert (entry.by, entry.reason, entry.before["value"], entry.after["value"]) == ("李四", "张三填写，李四复核", None, 50)


async def test_nobody_confirms_what_he_filled_in(figures, data):
    waiting = await proposed(figures)
    with pytest.raises(Refused, match="不能复核自己填的数字"):
        await figures.confirm(KEY, waiting.id, "张三")
    assert load(data).center[KEY].value is None


async def test_sent_back_it_is_gone(figures):
    waiting = await proposed(figures)
    await figures.reject(KEY, waiting.id)
    with pytest.raises(Unknown):
        await figures.confirm(KEY, waiting.id, "李四")


async def test_one_waits_at_a_time(figures):
    await proposed(figures)
    with pytest.raises(Refused, match="张三填写的“单缴存人最高贷款额度”还在等复核"):
        await proposed(figures, by="王五")


async def test_a_file_that_changed_meanwhile_is_not_overwritten(figures, data):
    waiting = await proposed(figures)
    path = data / "policy" / "center.yml"
    path.write_text(path.read_text("utf-8").replace("name: 单缴存人最高贷款额度", "name: 单人最高贷款额度"), "utf-8")
    with pytest.raises(Conflict):
        await figures.confirm(KEY, waiting.id, "李四")


@pytest.mark.parametrize(("change", "problem"), [
    ({"document": " "}, "请填写依据的文件和文号"),
    ({"effective_from": None}, "请填写生效日期"),
    ({"effective_to": date(2026, 9, 1)}, "失效日期早于生效日期"),
    ({"value": "多" * 501}, "最多 500 个"),
    ({"value": ""}, "请填写内容"),
])
async def test_what_is_missing_is_named(figures, change, problem):
    values = msgspec.structs.replace(VALUES, **change)
    with pytest.raises(Refused, match=problem):
        await proposed(figures, values)


async def test_offices(figures, data):
    offices = [{"name": "吉首管理部", "address": "人民北路1号：政务中心", "phone": "0743-1234567", "hours": "周一至周五 9:00-17:00"}]
    waiting = await proposed(figures, msgspec.structs.replace(VALUES, value=offices, unit=None), "branches")
    await figures.confirm("branches", waiting.id, "李四")
    assert load(data).center["branches"].value == offices
    with pytest.raises(Refused, match="第 1 处管理部的电话没有填"):
        await proposed(figures, msgspec.structs.replace(VALUES, value=[{**offices[0], "phone": ""}]), "branches")


async def test_a_sentence_with_signs_yaml_knows(figures, data):
    waiting = await proposed(figures, msgspec.structs.replace(VALUES, value="余额的 10 倍: 最多 #50 万“元”"))
    await figures.confirm(KEY, waiting.id, "李四")
    assert load(data).center[KEY].value == "余额的 10 倍: 最多 #50 万“元”"


async def test_taken_away_the_file_is_as_it_was(figures, data):
    before = (data / "policy" / "center.yml").read_bytes()
    waiting = await proposed(figures)
    await figures.confirm(KEY, waiting.id, "李四")
    waiting = await proposed(figures, FigureValues())
    await figures.confirm(KEY, waiting.id, "王五")
    assert (data / "policy" / "center.yml").read_bytes() == before
    assert [entry.after["value"] for entry in await figures.history.list(KEY)] == [None, 50]


async def test_the_same_again_needs_nobody(figures):
    waiting = await proposed(figures)
    await figures.confirm(KEY, waiting.id, "李四")
    with pytest.raises(Refused, match="和现在的内容一样"):
        await proposed(figures)
