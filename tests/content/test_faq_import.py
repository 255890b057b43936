"""An uploaded file → rehearsal → the files on disk; and an export imports back as it was."""
from __future__ import annotations

import csv
import io

import openpyxl
import pytest
import pytest_asyncio

from bot.content.faq_import import Imports, placed
from bot.content.refusal import Refused, Unknown
from bot.knowledge import faq_sheet
from bot.knowledge.base import load
from bot.knowledge.faq_table import SheetError


@pytest_asyncio.fixture
async def imports(desk, redis):
    return Imports(desk, redis)


def table(*rows, header=("问题", "答案", "相似问法", "主题")):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")


def files(data):
    return {path.name: path.read_bytes() for path in (data / "faq").iterdir()}


async def test_rehearsed_then_imported(imports, desk, data):
    before = files(data)
    rehearsal = await imports.rehearse("新问题.csv", table(("门口能停车吗", "能。", "停哪里；有停车场没有", "branch_hours_contact"), ("公积金中心的地址、电话和上班时间", "改过的答案。", "", "")), "李四")
    assert [(row, old is None, new.answer) for row, old, new in rehearsal.plan.changed] == [(2, True, "能。"), (3, False, "改过的答案。")]
    assert files(data) == before
    plan = await imports.apply(rehearsal.upload.id, "李四")
    assert plan.added == 1 and plan.training is True
    written = load(data).faqs
    assert written["faq_branches"].answer == "改过的答案。"
    entry, = await desk.history.list("faq_branches")
    assert (entry.by, entry.action, entry.reason) == ("李四", "import", "从 新问题.csv 导入")


async def test_imported_once(imports):
    rehearsal = await imports.rehearse("新问题.csv", table(("门口能停车吗", "能。", "", "")), "李四")
    await imports.apply(rehearsal.upload.id, "李四")
    with pytest.raises(Unknown):
        await imports.apply(rehearsal.upload.id, "李四")


async def test_nobody_imports_what_another_uploaded(imports):
    rehearsal = await imports.rehearse("新问题.csv", table(("门口能停车吗", "能。", "", "")), "李四")
    with pytest.raises(Unknown):
        await imports.apply(rehearsal.upload.id, "王五")


async def test_every_bad_row_is_named_and_nothing_can_be_imported(imports, data):
    before = files(data)
    rehearsal = await imports.rehearse("新问题.csv", table(
        ("门口能停车吗", "能。", "", ""), ("", "没有问题", "", ""), ("公积金中心电话", "抢了别人的问法。", "", ""), ("几点关门", "五点。", "", "weather"), ("门口能停车吗？", "不能。", "", "")), "李四")
    assert [row for row, _ in rehearsal.plan.problems] == [3, 4, 5, 5, 6]
    assert "已经在" in dict(rehearsal.plan.problems)[4] and "没有 weather 这个主题" in rehearsal.plan.problems[2][1] + rehearsal.plan.problems[3][1]
    with pytest.raises(Unknown):
        await imports.apply(rehearsal.upload.id, "李四")
    assert files(data) == before


async def test_content_that_changed_after_the_rehearsal_is_not_overwritten(imports, data):
    rehearsal = await imports.rehearse("新问题.csv", table(("公积金中心的地址、电话和上班时间", "改过的答案。", "", "")), "李四")
    path = data / "faq" / "branch_hours_contact.yml"
    path.write_text(path.read_text("utf-8").replace("公积金座机号码", "公积金的座机号码"), "utf-8")
    before = files(data)
    with pytest.raises(Refused, match="预演以后内容又有人改过"):
        await imports.apply(rehearsal.upload.id, "李四")
    assert files(data) == before


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_imports_back_without_touching_a_byte(imports, data, kind):
    before = files(data)
    exported = faq_sheet.content(kind, load(data).faqs.values())
    rehearsal = await imports.rehearse(f"导出.{kind}", exported, "李四")
    assert (rehearsal.plan.problems, rehearsal.plan.changed, rehearsal.plan.same) == ([], [], len(load(data).faqs))
    await imports.apply(rehearsal.upload.id, "李四")
    assert files(data) == before
    assert cells(kind, faq_sheet.content(kind, load(data).faqs.values())) == cells(kind, exported)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_was_imported_is_exported_the_same(imports, data, kind):
    all_faqs = list(load(data).faqs.values())
    for path in (data / "faq").iterdir():
        path.unlink()
    exported = faq_sheet.content(kind, all_faqs)
    rehearsal = await imports.rehearse(f"导出.{kind}", exported, "李四")
    await imports.apply(rehearsal.upload.id, "李四")
    again = {faq.id: faq for faq in load(data).faqs.values()}
    assert cells(kind, faq_sheet.content(kind, [again[faq.id] for faq in all_faqs])) == cells(kind, exported)


def cells(kind, content):
    """Of an Excel file what is in it: its archive also holds the time of writing."""
    if kind == "csv":
        return content
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]


async def test_three_thousand_at_once_go_into_files_of_a_bearable_size(imports, data):
    rows = [(f"第{n}号窗口在哪里排队", f"第{n}号窗口在左手边。", "", "") for n in range(3000)]
    rehearsal = await imports.rehearse("很多.csv", table(*rows), "李四")
    plan = await imports.apply(rehearsal.upload.id, "李四")
    assert plan.added == 3000
    base = load(data)
    assert sum(faq.topic == "policy_general" for faq in base.faqs.values()) >= 3000
    assert max(sum(place == name for place in base.files.values()) for name in set(base.files.values()) if "/faq/" in name) == 100


@pytest.mark.parametrize(("name", "raw", "problem"), [
    ("表.xls", b"x", "应是 Excel"),
    ("表.xlsx", b"x", "不是有效的 Excel 文件"),
    ("表.csv", b"\0\0", "不是 CSV 文字文件"),
    ("表.csv", b"a" * (10 * 1024 * 1024 + 1), "超过 10 MB"),
    ("../../etc/passwd.csv", "问题,答案\n".encode(), "只有列名，没有内容"),
])
async def test_unusable_files(imports, name, raw, problem):
    with pytest.raises(SheetError, match=problem):
        await imports.rehearse(name, raw, "李四")


def test_places():
    assert placed("第 12 行：有公式，请改成文字") == (12, "有公式，请改成文字")
    assert placed("文件是空的") == (None, "文件是空的")


def test_the_template_has_a_heading_only_and_reads_as_empty(tmp_path):
    path = tmp_path / "模板.xlsx"
    path.write_bytes(faq_sheet.content("xlsx", []))
    with pytest.raises(SheetError, match="只有列名"):
        faq_sheet.read(path)
