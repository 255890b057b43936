"""The audit log: complete, in one chain, and nothing in it can be changed without a check saying so."""
import asyncio
import csv
import json
import os
import stat

import pytest
import pytest_asyncio

from bot.gateway.admin import audit_chain, csv_safe, keys
from bot.gateway.admin.audit_chain import HEAD, STREAM, AuditChain
from bot.gateway.admin.audit_entry import differences, kept
from bot.gateway.admin.audit_verify import verify
from bot.state.client import close, connect

pytestmark = pytest.mark.asyncio
KEY = b"k" * 32


@pytest_asyncio.fixture
async def chains(redis_url, tmp_path, empty_console):
    """Call to get one more gateway's view of the same log."""
    opened = []

    def make(folder="var", days=400):
        opened.append(connect(redis_url, 3, decode=True))
        return AuditChain(opened[-1], [KEY], tmp_path / folder / "audit.jsonl", days)

    yield make
    for client in opened:
        await close(client)


async def write(chain, count, who="张三"):
    for number in range(count):
        await chain.append({"who": who, "action": "faq.update", "target": f"faq_{number}"})


def lines(chain):
    return chain.file.path.read_text("utf-8").splitlines()


def rewrite(chain, new):
    chain.file.path.write_text("".join(line + "\n" for line in new), "utf-8")


async def test_whole_log_is_whole(chains):
    chain = chains()
    await write(chain, 5)
    report = await verify(chain)
    assert (report.findings, report.entries, report.last) == ([], 5, 5) and len(report.fingerprint) == 16
    assert [json.loads(line)["number"] for line in lines(chain)] == [1, 2, 3, 4, 5]
    assert stat.S_IMODE(os.stat(chain.file.path).st_mode) == 0o600


async def test_an_empty_log_is_whole(chains):
    report = await verify(chains())
    assert report.whole and report.entries == 0


async def test_several_gateways_write_one_chain(chains):
    one, two, elsewhere = chains(), chains(), chains("other-machine")
    await asyncio.gather(*(write(chain, 20, who) for chain, who in ((one, "a"), (two, "b"), (elsewhere, "c"))))
    await elsewhere.append({"who": "c", "action": "x"})
    for chain in (one, elsewhere):
        await chain.append({"who": "a", "action": "y"})
    entries = [entry async for entry in one.oldest()]
    assert [entry.number for entry in entries] == list(range(1, 64))
    assert (await verify(elsewhere)).whole
    await one.append({"who": "a", "action": "z"})
    assert (await verify(one)).whole


@pytest.mark.parametrize("change, told", [
    (lambda entry: entry.update(who="李四"), "第 3 条（"), (lambda entry: entry.update(at="2020-01-01T00:00:00+08:00"), "第 3 条（"),
    (lambda entry: entry.update(extra=1), "第 3 条（"), (lambda entry: entry.pop("target"), "第 3 条（")])
async def test_a_changed_line_of_the_file_is_named(chains, change, told):
    chain = chains()
    await write(chain, 5)
    changed = [json.loads(line) for line in lines(chain)]
    change(changed[2])
    rewrite(chain, [json.dumps(entry, ensure_ascii=False) for entry in changed])
    findings = (await verify(chain)).findings
    assert any(told in finding and "改动" in finding for finding in findings)
    assert not any(f"第 {number} 条" in finding for number in (1, 2, 4, 5) for finding in findings)


async def test_a_line_written_in_another_order_of_fields_is_no_change(chains):
    chain = chains()
    await write(chain, 2)
    rewrite(chain, [json.dumps(dict(reversed(json.loads(line).items())), ensure_ascii=True) for line in lines(chain)])
    assert (await verify(chain)).whole


@pytest.mark.parametrize("gone, told", [([2], "文件：第 3 条不见了。"), ([1, 2], "文件：第 2 到 3 条不见了。"), ([0], "文件：第 1 条不见了。"), ([4], "文件里没有第 5 条")])
async def test_removed_lines_are_named(chains, gone, told):
    chain = chains()
    await write(chain, 5)
    rewrite(chain, [line for number, line in enumerate(lines(chain)) if number not in gone])
    assert any(told in finding for finding in (await verify(chain)).findings)


async def test_lines_in_another_order_are_named(chains):
    chain = chains()
    await write(chain, 4)
    first, second, third, fourth = lines(chain)
    rewrite(chain, [first, third, second, fourth])
    (finding,) = (await verify(chain)).findings
    assert finding.startswith("文件：第 2 条") and "次序被动过" in finding


async def test_a_line_twice_and_one_that_is_none_are_named(chains):
    chain = chains()
    await write(chain, 3)
    rewrite(chain, [*lines(chain)[:2], lines(chain)[1], "{不是记录", lines(chain)[2]])
    findings = (await verify(chain)).findings
    assert any("第 2 条" in finding and "重复" in finding for finding in findings)
    assert "文件第 4 行读不懂，被改动过或没有写完。" in findings


async def test_an_entry_changed_in_the_database_is_named(chains):
    chain = chains()
    await write(chain, 4)
    entries = await chain._redis.xrange(STREAM)
    await chain._redis.delete(STREAM)
    for identity, fields in entries:
        if identity == "2-0":
            fields = {**fields, "body": fields["body"].replace("张三", "李四")}
        await chain._redis.xadd(STREAM, fields, id=identity)
    findings = (await verify(chain)).findings
    assert any(finding.startswith("数据库：第 2 条") and "李四" in finding for finding in findings)


async def test_entries_removed_from_the_database_are_named(chains):
    chain = chains()
    await write(chain, 4)
    await chain._redis.xdel(STREAM, "2-0")
    assert "数据库：第 2 条不见了。" in (await verify(chain)).findings


async def test_the_newest_entries_cut_off_from_database_and_head_are_missed(chains):
    chain = chains()
    await write(chain, 4)
    third = [entry async for entry in chain.oldest()][2]
    await chain._redis.xdel(STREAM, "4-0")
    assert any("后面的被删掉了" in finding for finding in (await verify(chain)).findings)
    await chain._redis.set(HEAD, third.head)
    assert any("数据库里没有第 4 条" in finding for finding in (await verify(chain)).findings)


async def test_without_the_key_no_entry_can_be_made_up(chains):
    chain = chains()
    await write(chain, 2)
    forger = AuditChain(chain._redis, [b"guess" * 8], chain.file.path, 400)
    await write(forger, 1, "李四")
    assert any("第 3 条" in finding for finding in (await verify(chain)).findings)


async def test_after_the_secret_was_changed_the_old_entries_still_count(chains, tmp_path):
    chain = chains()
    await write(chain, 2)
    later = AuditChain(chain._redis, [b"n" * 32, KEY], chain.file.path, 400)
    await write(later, 2)
    assert (await verify(later)).whole
    assert not (await verify(AuditChain(chain._redis, [b"n" * 32], chain.file.path, 400))).whole


async def test_a_database_restored_from_yesterday_goes_on_after_the_file(chains):
    chain = chains()
    await write(chain, 5)
    await chain._redis.delete(STREAM, HEAD)
    await write(chain, 1)
    assert json.loads(lines(chain)[-1])["number"] == 6
    report = await verify(chain)
    assert report.findings[0] == "数据库：第 1 到 5 条不见了。" and not any(finding.startswith("文件：") for finding in report.findings)


async def test_a_half_written_line_is_told_and_the_log_goes_on(chains):
    chain = chains()
    await write(chain, 3)
    text = chain.file.path.read_text("utf-8")
    chain.file.path.write_text(text[:-40], "utf-8")
    await write(chain, 1)
    findings = (await verify(chain)).findings
    assert findings == ["文件第 3 行读不懂，被改动过或没有写完。"]


async def test_what_could_not_be_written_to_the_file_is_caught_up(chains, monkeypatch):
    chain = chains()
    with monkeypatch.context() as patched:
        patched.setattr(chain.file, "append", lambda entries: (_ for _ in ()).throw(OSError("disk full")))
        await write(chain, 2)
    assert not chain.file.path.exists()
    assert any("文件里没有第 1 条" in finding for finding in (await verify(chain)).findings)
    await write(chain, 1)
    assert (await verify(chain)).whole and len(lines(chain)) == 3


async def test_old_entries_go_and_the_rest_stays_verifiable(chains, monkeypatch):
    chain = chains(days=180)
    with monkeypatch.context() as patched:
        patched.setattr(audit_chain, "_now", lambda: "2020-01-01T08:00:00+08:00")
        await write(chain, 3)
    await write(chain, 2)
    assert [json.loads(line)["number"] for line in lines(chain)] == [4, 5]
    assert (await verify(chain)).whole
    await chain._redis.xdel(STREAM, "4-0")
    rewrite(chain, lines(chain)[1:])
    assert "数据库：第 4 条不见了。" in (await verify(chain)).findings


async def test_the_start_after_retention_cannot_be_made_up(chains):
    chain = chains()
    await write(chain, 4)
    await chain._redis.set(audit_chain.START, json.dumps({"number": 2, "mac": "0" * 64, "signature": "0" * 64}))
    await chain._redis.xtrim(STREAM, minid="3-0")
    assert any("起点记录被改动过" in finding for finding in (await verify(chain)).findings)


async def test_of_two_records_only_what_differs_is_kept():
    assert differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ({"b": 2}, {"b": 3, "c": 4})
    assert differences(None, {"a": 1}) == (None, {"a": 1})
    assert kept("字" * 3000).endswith("（共 3000 字）") and len(kept("字" * 3000)) < 2050
    assert kept({"when": {1, 2}, "lone": "\ud800"}) == {"when": [1, 2], "lone": "?"}


async def test_the_page_filters_and_pages(admin):
    browser = await admin("administrator")
    chain = browser.app[keys.AUDIT]
    await write(chain, 60)
    await chain.append({"who": "王五", "action": "release.publish", "target": "r1", "reason": "<b>紧急</b>"})
    text = await browser.text("/admin/audit")
    assert "&lt;b&gt;紧急" in text and "<b>紧急" not in text and "更早的" in text
    status, first = await browser.api("GET", "/admin/api/v1/audit?who=张三")
    assert len(first["entries"]) == 50 and first["before"] == 11
    status, second = await browser.api("GET", "/admin/api/v1/audit?who=张三&before=11")
    assert [entry["number"] for entry in second["entries"]] == list(range(10, 0, -1)) and second["before"] is None
    for query in ("who=王五", "action=release.", "target=r1"):
        assert [entry["who"] for entry in (await browser.api("GET", f"/admin/api/v1/audit?{query}"))[1]["entries"]] == ["王五"]
    assert (await browser.api("GET", "/admin/api/v1/audit?until=2020-01-01"))[1]["entries"] == []
    assert "没有符合的记录" in await browser.text("/admin/audit?who=没有的人")


async def test_the_page_says_whether_it_is_whole(admin):
    browser = await admin("administrator")
    await write(browser.app[keys.AUDIT], 3)
    assert "没有一条被改动" in await browser.text("/admin/audit/check")
    await browser.app[keys.AUDIT]._redis.xdel(STREAM, "2-0")
    assert "第 2 条不见了" in await browser.text("/admin/audit/check")
    status, report = await browser.api("GET", "/admin/api/v1/audit/check")
    assert not report["whole"] and report["findings"][0] == "数据库：第 2 条不见了。"


async def test_exported_text_cannot_run_in_a_spreadsheet(admin):
    browser = await admin("administrator")
    for text in ("=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\n第二行", "  =1", "普通,\"引号\"\n换行"):
        await browser.app[keys.AUDIT].append({"who": "张三", "action": "faq.update", "target": text})
    response = await browser.get("/admin/audit.csv")
    raw = (await response.read()).decode("utf-8")
    assert raw.startswith("\ufeff") and response.headers["Content-Type"].startswith("text/csv")
    table = list(csv.reader(raw[1:].splitlines(True)))
    assert table[0][:3] == ["编号", "时间", "账号"] and table[1][5] == "导出操作记录"
    targets = [row[6] for row in table[2:]]
    assert targets == ['普通,"引号"\n换行', "'  =1", "'\n第二行", "'\t=1", "'@SUM(A1)", "'-1", "'+1", "'=cmd|'/C calc'!A0"]
    assert csv_safe.cell(-3) == "-3"
