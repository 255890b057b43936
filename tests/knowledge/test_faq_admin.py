"""./gjj faq …: command in → files, sentences and exit status out, on a copy of data/."""
from __future__ import annotations

import csv
import json
import os
import shutil
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import openpyxl
import pytest

from bot.knowledge import faq_admin, faq_store
from bot.knowledge.base import DATA, load
from bot.knowledge.check import check

ADD = ["add", "--question", "门口的石狮子几岁了", "--answer", "三百岁。"]


FEW = {
    "services": {"wd_rent.yml", "channel_service.yml"},
    "nlu": {"services", "dialogue"},
    "nlu/services": {"wd_rent.yml"},
    "faq": {"policy_general.yml", "account_merge.yml", "loan_rate.yml", "branch_hours_contact.yml"},
}
"""Reading everything for every test would take minutes; these are the files the tests speak of."""


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("GJJ_TODAY", "2026-11-22")

    def others(folder, names):
        kept = FEW.get(str(Path(folder).relative_to(DATA)))
        return [name for name in names if name not in kept] if kept else []

    return Path(shutil.copytree(DATA, tmp_path / "data", ignore=others))


@pytest.fixture
def complete(data):
    """The same folder with all cards and FAQs."""
    for name in FEW:
        shutil.copytree(DATA / name, data / name, dirs_exist_ok=True)
    return data


@pytest.fixture
def faq(data, capsys):
    """Run a command: (exit status, stdout, stderr)."""

    def run(*arguments):
        try:
            status = faq_admin.main([str(a) for a in arguments], data)
        except SystemExit as stop:
            status = stop.code
        return (status, *capsys.readouterr())

    return run


def files(data):
    return {path.name: path.read_bytes() for path in (data / "faq").iterdir()}


def differing(before, data):
    return sorted(name for name, content in files(data).items() if before.get(name) != content)


def sheet(path, *rows, header=("question", "answer", "similar", "topic", "related", "enabled", "effective_from", "effective_to")):
    if path.suffix == ".csv":
        with open(path, "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    else:
        book = openpyxl.Workbook()
        for row in (header, *rows):
            book.active.append(row)
        book.save(path)
    return path


# ---- add -------------------------------------------------------------------

def test_add_appends_one_record_and_touches_nothing_else(faq, data):
    before = files(data)
    old = before["policy_general.yml"].decode()
    status, out, _ = faq(*ADD, "--similar", "石狮子多大年纪", "--similar", "石狮子哪年雕的", "--related", "channel_service")
    assert status == 0 and "./gjj train 后生效" in out
    assert differing(before, data) == ["policy_general.yml"]
    new = (data / "faq/policy_general.yml").read_text("utf-8")
    assert new.startswith(old)
    assert new[len(old):].splitlines()[1:] == [
        "  question: 门口的石狮子几岁了",
        "  similar:",
        "    - 石狮子多大年纪",
        "    - 石狮子哪年雕的",
        "  answer: 三百岁。",
        "  topic: policy_general",
        "  related: [channel_service]",
        "  source: 管理员录入",
        "  author: 中心",
        "  updated_at: 2026-11-22",
    ]


def test_what_add_writes_passes_the_content_check(faq, complete):
    faq(*ADD, "--similar", "石狮子多大年纪", "--related", "wd_rent")
    assert [problem for problem in check(load(complete), date(2026, 11, 22)) if problem.file.startswith("data/faq")] == []


def test_id_depends_on_the_question_only(faq, data):
    faq(*ADD)
    first = {f.id for f in load(data).faqs.values() if f.question == ADD[2]}
    shutil.copytree(DATA / "faq", data / "faq", dirs_exist_ok=True)
    faq("add", "--question", "门口的石狮子几岁了？", "--answer", "别的答案")
    assert first == {f.id for f in load(data).faqs.values() if f.question == "门口的石狮子几岁了？"}


def test_topic_without_a_file_gets_one(faq, data):
    (data / "faq/account_merge.yml").unlink()
    assert faq(*ADD, "--topic", "account_merge")[0] == 0
    assert (data / "faq/account_merge.yml").read_text("utf-8").startswith("- id: faq_")


@pytest.mark.parametrize("answer", [
    "第一行\n  · 缩进\n\n# 像注释的一行\n- 像清单的一行: 值", "yes", "2026-11-22", "“引号”与 'yaml': {a: b} # 注", "a: b", "- 一", "@@", "0743", "~",
    "第一行 \n行尾有空格", "\ttab里\n不好",
])
def test_any_wording_is_read_back_unchanged(faq, data, answer):
    status, _, err = faq("add", "--question", "门口的石狮子几岁了", "--answer", answer)
    found = [f.answer for f in load(data).faqs.values() if f.question == "门口的石狮子几岁了"]
    if "\t" in answer.strip():
        assert (status, found) == (1, []) and "控制字符" in err
    else:
        assert (status, found) == (0, [answer.strip()])


def test_answer_with_a_figure_and_no_fact_is_stored_with_a_warning(faq):
    assert "没有注明依据" in faq("add", "--question", "石狮子最多值多少钱", "--answer", "最多 5 万元。")[2]
    fact = next(f.id for f in load().facts.values() if f.usable(date(2026, 11, 22)))
    assert faq("add", "--question", "石狮子利率多少", "--answer", "年利率1.5%。", "--fact", fact)[2] == ""


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--question", "  ", "--answer", "答"], "问题不能是空的"),
    (["--question", "石狮子哪天放假", "--answer", " "], "答案不能是空的"),
    (["--question", "假", "--answer", "答"], "太短"),
    (["--question", "长" * 101, "--answer", "答"], "最多 100 个"),
    (["--question", "石狮子哪天放假", "--answer", "长" * 2001], "最多 2000 个"),
    (["--question", "石狮子哪天放假", "--answer", "待补"], "还没写完"),
    (["--question", "石狮子哪天放假", "--answer", "答", "--topic", "weather"], "没有 weather 这个主题"),
    (["--question", "石狮子哪天放假", "--answer", "答", "--related", "wd_car"], "没有 wd_car 这个事项"),
    (["--question", "石狮子哪天放假", "--answer", "答", "--fact", "nothing"], "nothing 不是可以作依据的事实"),
    (["--question", "我想咨询公积金的事", "--answer", "答"], "data/faq/policy_general.yml 的 faq_unclear"),
    (["--question", "公积金的问题？", "--answer", "答"], "faq_unclear“我想咨询公积金的事”里，一种问法只能有一个答案"),
    (["--question", "租房提取公积金", "--answer", "答"], "data/nlu/services/wd_rent.yml 第 "),
    (["--question", "石狮子哪天放假", "--answer", "答", "--similar", "石狮子哪天放假呀", "--similar", "石狮子哪天放假呀！"], "写了两遍"),
    (["--question", "石狮子哪天放假", "--answer", "答", "--similar", "石狮子放假吗；石狮子上班吗"], "不能有分号"),
    (["--question", "13812345678是谁的电话", "--answer", "答"], "像手机号"),
])
def test_refused_with_one_sentence_and_nothing_written(faq, data, arguments, sentence):
    before = files(data)
    status, out, err = faq("add", *arguments)
    assert (status, out) == (1, "") and sentence in err
    assert err.startswith("✗ ") and err.count("\n") == 1
    assert differing(before, data) == []


def test_disk_error_leaves_the_file_as_it_was(faq, data, monkeypatch):
    before = files(data)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(faq_store.os, "fsync", full)
    status, _, err = faq(*ADD)
    assert status == 1 and "磁盘空间" in err
    assert files(data) == before


def test_two_administrators_at_once(faq, data):
    with faq_store.only_one(data / "faq"):
        assert "别人正在修改" in faq(*ADD)[2]
    assert faq(*ADD)[0] == 0


def test_broken_content_is_named_first(faq, data):
    (data / "faq/loan_rate.yml").write_text("- id: x\n  nonsense: 1\n", encoding="utf-8")
    status, _, err = faq(*ADD)
    assert status == 1 and "data/faq/loan_rate.yml" in err and "Traceback" not in err


@pytest.mark.parametrize(("arguments", "sentence"), [
    ([], "缺少 命令"), (["add", "--question", "问"], "缺少 --answer"), (["list", "--color"], "不认识 --color"), (["fly"], "没有这个用法"),
])
def test_wrong_arguments_are_status_2(faq, arguments, sentence):
    status, _, err = faq(*arguments)
    assert status == 2 and sentence in err


# ---- list, show, enable, disable --------------------------------------------

def test_list_and_show(faq):
    status, out, _ = faq("list", "--topic", "account_merge")
    assert status == 0 and "faq_" in out and "共 1 条" in out
    assert "没有 weather 这个主题" in faq("list", "--topic", "weather")[2]
    status, out, _ = faq("show", "faq_unclear")
    assert status == 0 and "问题：我想咨询公积金的事" in out and "gjj" in out
    assert "没有编号是 faq_nothing 的常见问题" in faq("show", "faq_nothing")[2]


def test_disable_and_enable_change_two_lines(faq, data):
    old = (data / "faq/policy_general.yml").read_text("utf-8").splitlines()
    assert faq("disable", "faq_unclear")[0] == 0
    assert load(data).faqs["faq_unclear"].enabled is False
    new = (data / "faq/policy_general.yml").read_text("utf-8").splitlines()
    assert [line for line in new if line not in old or line.strip() == "enabled: false"] == ["  enabled: false"]
    assert "停用" in faq("show", "faq_unclear")[1]
    assert faq("enable", "faq_unclear")[0] == 0
    assert load(data).faqs["faq_unclear"].enabled is True
    assert "本来就是启用的" in faq("enable", "faq_unclear")[1]


def test_comments_survive_a_change(faq, data):
    path = data / "faq/loan_rate.yml"
    path.write_text("# 开头\n- id: faq_one  # 编号\n  question: 一号问题\n  # 说明\n  answer: 一\n  topic: loan_rate\n\n# 第二条\n"
                    "- question: 二号问题\n  answer: |-\n    二\n    # 不是注释\n  topic: loan_rate\n  id: faq_two\n", encoding="utf-8")
    assert faq("disable", "faq_one")[0] == faq("disable", "faq_two")[0] == 0
    assert path.read_text("utf-8") == (
        "# 开头\n- id: faq_one  # 编号\n  question: 一号问题\n  # 说明\n  answer: 一\n  topic: loan_rate\n  enabled: false\n"
        "  updated_at: 2026-11-22\n\n# 第二条\n"
        "- question: 二号问题\n  answer: |-\n    二\n    # 不是注释\n  topic: loan_rate\n  id: faq_two\n  enabled: false\n"
        "  updated_at: 2026-11-22\n")


def test_record_in_braces_is_left_to_a_person(faq, data):
    path = data / "faq/loan_rate.yml"
    path.write_text("- {id: faq_one, question: 一号问题, answer: 一, topic: loan_rate}\n", encoding="utf-8")
    assert "请手工修改" in faq("disable", "faq_one")[2]


# ---- export and import -------------------------------------------------------

@pytest.mark.parametrize("name", ["faq.csv", "faq.xlsx"])
def test_export_then_import_changes_nothing(faq, complete, tmp_path, name):
    data = complete
    before = files(data)
    assert faq("export", tmp_path / name)[0] == 0
    status, out, err = faq("import", tmp_path / name)
    assert (status, err) == (0, "") and f"新增 0 条，修改 0 条，没有变化 {len(load(data).faqs)} 条" in out
    assert files(data) == before


@pytest.mark.parametrize("name", ["faq.csv", "faq.xlsx"])
def test_export_into_an_empty_folder_brings_everything_back(faq, complete, tmp_path, name):
    data = complete
    faqs = load(data).faqs
    faq("export", tmp_path / name)
    for path in (data / "faq").glob("*.yml"):
        path.unlink()
    assert faq("import", tmp_path / name)[0] == 0
    again = load(data).faqs
    assert {i: (f.question, f.answer, f.similar, f.topic, f.related, f.enabled) for i, f in again.items()} == {
        i: (f.question, f.answer, f.similar, f.topic, f.related, f.enabled) for i, f in faqs.items()}


def test_a_training_example_of_this_very_faq_is_no_other_home(faq, data, tmp_path):
    path = sheet(tmp_path / "mine.csv", ["faq_stone_lion", "石狮子几岁", "三百岁。"], ["faq_stone_cat", "石猫几岁", "两百岁。"], header=("id", "question", "answer"))
    examples = "nlu:\n  - intent: ask\n    metadata: {topic: policy_general, home: faq_stone_lion}\n    examples: |\n      - 石狮子几岁\n      - 石猫几岁\n"
    (data / "nlu" / "stone.yml").write_text(examples, "utf-8")
    status, _, err = faq("import", path)
    assert status == 1 and "石猫几岁”已经在训练例句 data/nlu/stone.yml 第 6 行（faq_stone_lion）里" in err and "石狮子" not in err


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_import_adds_and_changes(faq, data, tmp_path, suffix):
    path = sheet(
        tmp_path / f"new.{suffix}",
        ["石狮子几岁", "三百岁。", "石狮子多大年纪\n石狮子哪年雕的；石狮子是谁雕的", "branch_hours_contact", "channel_service", "是", "2026-12-01", "2027/6/30"],
        ["我想咨询公积金的事", "请说。", "", "", "", "", "", ""],
    )
    before = files(data)
    status, out, _ = faq("import", path, "--dry-run")
    assert status == 0 and "没有写入" in out and files(data) == before
    status, out, _ = faq("import", path)
    assert status == 0 and "新增 1 条，修改 1 条" in out and "第 3 行 faq_unclear“我想咨询公积金的事”：修改 answer、updated_at" not in out
    assert differing(before, data) == ["branch_hours_contact.yml", "policy_general.yml"]
    base = load(data)
    new = next(f for f in base.faqs.values() if f.question == "石狮子几岁")
    assert (new.similar, new.effective_from, new.effective_to) == (
        ["石狮子多大年纪", "石狮子哪年雕的", "石狮子是谁雕的"], date(2026, 12, 1), date(2027, 6, 30))
    changed = base.faqs["faq_unclear"]
    assert (changed.answer, len(changed.similar), len(changed.options)) == ("请说。", len(load().faqs["faq_unclear"].similar), 6)


def test_longer_list_keeps_its_lines(faq, data, tmp_path):
    old = (data / "faq/policy_general.yml").read_text("utf-8")
    similar = "\n".join([*load(data).faqs["faq_unclear"].similar, "想摸一摸石狮子"])
    assert faq("import", sheet(tmp_path / "a.csv", ["我想咨询公积金的事", load(data).faqs["faq_unclear"].answer, similar]))[0] == 0
    new = (data / "faq/policy_general.yml").read_text("utf-8").splitlines()
    assert [line for line in new if line not in old.splitlines()] == ["    - 想摸一摸石狮子"]


def test_wrong_rows_are_all_named_and_nothing_is_written(faq, data, tmp_path):
    before = files(data)
    path = sheet(
        tmp_path / "bad.xlsx",
        ["石狮子几岁", "三百岁。"],
        ["", "没有问题"],
        ["石狮子几斤", ""],
        ["石狮子几两", "答", "公积金咨询"],
        ["石狮子几尺", "答", "", "weather"],
        ["石狮子几岁？", "又一遍"],
        ["石狮子几寸", "答", "石狮子几分"],
        ["石狮子几钱", "答", "石狮子几分"],
    )
    status, _, err = faq("import", path)
    assert status == 1 and differing(before, data) == []
    for sentence in ("第 3 行：问题不能是空的", "第 4 行：答案不能是空的", "第 5 行：“公积金咨询”已经在", "第 6 行：没有 weather 这个主题",
                     "第 7 行：和第 2 行是同一条", "第 8 行：“石狮子几分”已经在第 9 行里", "一条也没有写入"):
        assert sentence in err
    assert "第 2 行：" not in err


@pytest.mark.parametrize(("row", "sentence"), [
    (["石狮子几岁", "答", "", "", "", "也许"], "第 2 行：enabled 是“也许”"),
    (["石狮子几岁", "答", "", "", "", "", "明年"], "第 2 行：日期“明年”应写成 2026-11-22 这样"),
    (["石狮子几岁", "答", "", "", "", "", "2026-12-02", "2026-12-01"], "第 2 行：失效日期早于生效日期"),
    (["=1+1", "答"], "第 2 行：有公式"),
])
def test_bad_cells(faq, data, tmp_path, row, sentence):
    assert sentence in faq("import", sheet(tmp_path / "bad.xlsx", row))[2]


def test_minus_clears_a_cell(faq, data, tmp_path):
    faq("import", sheet(tmp_path / "a.csv", ["石狮子几岁", "答", "石狮子今年多大", "", "wd_rent", "", "2026-12-01", ""]))
    faq("import", sheet(tmp_path / "a.csv", ["石狮子几岁", "答", "-", "", "-", "", "-", ""]))
    found = next(f for f in load(data).faqs.values() if f.question == "石狮子几岁")
    assert (found.similar, found.related, found.effective_from) == ([], [], None)


def test_excel_in_china_saves_csv_as_gbk_with_chinese_headings(faq, data, tmp_path):
    path = tmp_path / "gbk.csv"
    path.write_bytes("问题,答案,相似问法\r\n石狮子几岁,三百岁,石狮子今年多大\r\n".encode("gbk"))
    assert faq("import", path)[0] == 0
    assert any(f.similar == ["石狮子今年多大"] for f in load(data).faqs.values())


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("a.txt", b"", "应是 .xlsx 或 .csv"), ("a.csv", b"", "是空的"), ("a.csv", "问题,答案\n".encode(), "只有列名"),
    ("a.csv", "问题,天气\n".encode(), "不认识列名 天气"), ("a.csv", "问题\n".encode(), "缺少列 answer"),
    ("a.csv", b"\x81\xff\xff\xff", "编码认不出来"), ("a.xlsx", b"no", "不是有效的 Excel 文件"),
])
def test_unusable_files(faq, tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    status, _, err = faq("import", tmp_path / name)
    assert status == 1 and sentence in err and err.count("\n") == 1


def test_missing_file(faq, tmp_path):
    status, _, err = faq("import", tmp_path / "none.csv")
    assert status == 1 and "找不到文件" in err and "none.csv" in err


def test_formula_injection_exported_cells_are_text(faq, data, tmp_path):
    attack = "=HYPERLINK(\"http://x\",\"点我\")"
    assert faq("add", "--question", "石狮子几岁", "--answer", attack)[0] == 0
    faq("export", tmp_path / "out.csv")
    faq("export", tmp_path / "out.xlsx")
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'" + attack in cells and not any(cell[:1] in "=+-@" for cell in cells if cell)
    found = [c for row in openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows() for c in row if c.value == attack]
    assert [c.data_type for c in found] == ["s"]
    before = files(data)
    for name in ("out.csv", "out.xlsx"):
        assert faq("import", tmp_path / name)[0] == 0 and files(data) == before


# ---- test: ask the running system --------------------------------------------

class _System(BaseHTTPRequestHandler):
    """Answers like the gateway."""

    calls: list = []

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.calls.append((self.command, self.path, self.headers.get("Authorization"), json.loads(body) if body else None))
        content = {"/api/v1/sessions": {"token": "v1.t"}, "/api/v1/messages": {"replies": [
            {"kind": "answer", "topic": "withdraw_rent", "service": "wd_rent", "aspect": "amount", "confidence": 0.93, "text": "看租的房\n第二行"},
            {"kind": "question", "rule": "C08-Q1", "text": "满三个月了吗？"}]}}.get(self.path)
        raw = json.dumps(content).encode() if content else b""
        self.send_response(200 if content else 204)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_POST = do_DELETE = _answer

    def log_message(self, *_):
        pass


def test_test_asks_the_running_system_and_erases_the_conversation(faq, monkeypatch):
    _System.calls = []
    server = HTTPServer(("127.0.0.1", 0), _System)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("GJJ_PORT", str(server.server_port))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    try:
        status, out, _ = faq("test", "租房能提多少")
    finally:
        server.shutdown()
        server.server_close()
    assert status == 0
    assert out == ("[answer] 主题 withdraw_rent  wd_rent／amount  把握 0.93\n    看租的房\n    第二行\n"
                   "[question] 主题 —  C08-Q1\n    满三个月了吗？\n")
    assert [call[:3] for call in _System.calls] == [
        ("POST", "/api/v1/sessions", None), ("POST", "/api/v1/messages", "Bearer v1.t"), ("DELETE", "/api/v1/session", "Bearer v1.t")]
    assert _System.calls[1][3]["text"] == "租房能提多少"


def test_test_without_a_running_system_says_the_way_out(faq, monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), _System)
    port = server.server_port
    server.server_close()
    monkeypatch.setenv("GJJ_PORT", str(port))
    status, _, err = faq("test", "租房能提多少")
    assert status == 1 and err == f"✗ http://127.0.0.1:{port} 上没有运行中的系统：请先在另一个终端运行 ./gjj up，换过端口的设好 GJJ_PORT 再试。\n"


def test_no_temporary_file_stays(faq, data):
    faq(*ADD)
    assert [name for name in os.listdir(data / "faq") if not name.endswith(".yml")] == []
