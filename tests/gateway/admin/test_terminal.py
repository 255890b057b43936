"""``./gjj figures``, ``./gjj inbox`` and ``./gjj statistics`` as they are typed: the console's rules, roles and audit entries."""
from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import os
import subprocess
import sys
import time
from datetime import date

import pyotp
import pytest

from bot.clock import now, today
from bot.gateway.admin import figures_cli, inbox_cli, keys, statistics_cli, terminal
from bot.gateway.admin.accounts import Account, Accounts
from bot.gateway.admin.passwords import Passwords
from bot.gateway.admin.second_factor import SecondFactor
from bot.knowledge.base import load
from bot.settings import ROOT, Settings
from bot.state.client import close, connect
from bot.state.inbox import Entry, Guess
from bot.state.talks import Note, Talks
from tests.content import copies
from tests.gateway.admin import seeded
from tests.gateway.admin.conftest import PASSWORD

content_copy, root = copies.content_copy, copies.root
SECRET = b"of-the-terminal-0123456789abcdef"
KEY = "max_loan_single"
SET = ("set", KEY, "50", "--unit", "万元", "--document", "州住房公积金管委会〔2026〕3号", "--from", "2026-10-01")
RENT = [Guess("wd_rent", "materials", "withdraw_rent", 0.45)]


@pytest.fixture
def stored(redis_url):
    """Call with a coroutine function to run it with a client of the Redis the commands use."""
    def run(work):
        async def connected():
            client = connect(redis_url, 3.0, decode=True)
            try:
                return await work(client)
            finally:
                await close(client)
        return asyncio.run(connected())
    return run


@pytest.fixture
def command(redis_url, root, tmp_path, empty_console, monkeypatch, capsys):
    """Call with a module and arguments (and the lines that are typed) to get (status, output, errors)."""
    for name in [name for name in os.environ if name.startswith(("GJJ_", "REDIS_")) and name != "GJJ_TODAY"]:
        monkeypatch.delenv(name)
    settings = Settings(root=root, var_dir=tmp_path, secret=SECRET, redis_url=redis_url)

    def run(module, *arguments, typed=(), **changes):
        monkeypatch.setattr(terminal.Settings, "from_env", lambda: dataclasses.replace(settings, **changes))
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(line + "\n" for line in typed)))
        try:
            status = module.main(arguments)
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()
    return run


class People:
    """Call with a name and a role to get the lines this person types: the name, the password, and with a second factor the code."""

    def __init__(self, stored):
        self._stored = stored
        self._factor = SecondFactor([keys.purpose_key(SECRET, "sealing")])
        self._sealed = {}

    def __call__(self, name, role):
        sealed = self._factor.propose(name) if role in ("publisher", "administrator") else ""
        hashed = asyncio.run(Passwords().hash(PASSWORD))
        self._stored(lambda client: Accounts(client).create(Account(name=name, role=role, password=hashed, second_factor=sealed)))
        self._sealed[name] = sealed
        return [name, PASSWORD, *([self._code(name, time.time())] if sealed else [])]

    def again(self, name):
        """The same with the next code."""
        return [name, PASSWORD, self._code(name, time.time() + 30)]

    def _code(self, name, at):
        return pyotp.TOTP(self._factor.typed(name, self._sealed[name]).replace(" ", "")).at(at)


@pytest.fixture
def person(stored):
    return People(stored)


@pytest.fixture
def entries(tmp_path):
    """The audit log's (who, role, action, target), oldest first."""
    def read():
        path = tmp_path / "log" / "audit.jsonl"
        found = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        assert all(entry["address"] == "命令行" for entry in found)
        return [(entry["who"], entry["role"], entry["action"], entry["target"]) for entry in found]
    return read


class TestFigures:
    def test_one_fills_in_another_confirms(self, command, person, root, entries):
        zhang, li = person("张三", "editor"), person("李四", "publisher")
        status, output, errors = command(figures_cli, *SET, typed=zhang)
        assert (status, errors) == (0, "") and output.startswith("✓ “单缴存人最高贷款额度”已填写，等另一位同事复核")
        assert load(root / "data").center[KEY].value is None
        assert f"{KEY}  单缴存人最高贷款额度  等复核" in command(figures_cli, "list", "--state", "等复核")[1]
        shown = command(figures_cli, "show", KEY)[1]
        assert "张三 2026-" in shown and "内容：50万元" in shown and "依据文件：州住房公积金管委会〔2026〕3号" in shown and "说到它的地方：" in shown
        status, output, errors = command(figures_cli, "confirm", KEY, typed=li)
        assert (status, errors) == (0, "") and "内容：50万元" in output and output.endswith("已复核，运行中的系统一秒内就用上了。\n")
        setting = load(root / "data").center[KEY]
        assert (setting.value, setting.unit, setting.effective_from, setting.filled_by, setting.checked_by) == (50, "万元", date(2026, 10, 1), "张三", "李四")
        assert "有效  50万元" in command(figures_cli, "list")[1]
        assert entries() == [("张三", "", "log_in.in", ""), ("张三", "editor", "figure.propose", KEY),
                             ("李四", "", "log_in.in", ""), ("李四", "publisher", "figure.confirm", KEY)]

    def test_nobody_confirms_what_he_filled_in(self, command, person, root):
        li = person("李四", "publisher")
        assert command(figures_cli, *SET, typed=li)[0] == 0
        status, _, errors = command(figures_cli, "confirm", KEY, typed=li)
        assert status == 1 and "验证码不对" in errors  # a code is good once, here as in the browser
        status, _, errors = command(figures_cli, "confirm", KEY, typed=person.again("李四"))
        assert (status, errors) == (1, "✗ 填写人不能复核自己填的数字，请另一位同事来复核。\n")
        assert load(root / "data").center[KEY].value is None

    def test_an_editor_does_not_confirm_and_nothing_is_said_without_a_log_in(self, command, person, root, entries):
        zhang, chen = person("张三", "editor"), person("陈七", "editor")
        assert command(figures_cli, *SET, typed=["张三", "不是这个密码不是这个"]) == (1, "", "✗ 账号或密码不对。请检查大小写和输入法，再试一次。\n")
        assert command(figures_cli, *SET) == (1, "", "✗ 账号或密码不对。请检查大小写和输入法，再试一次。\n")
        assert command(figures_cli, *SET, typed=zhang)[0] == 0
        status, _, errors = command(figures_cli, "confirm", KEY, typed=chen)
        assert (status, errors) == (1, "✗ 这里要发布员或更高的角色，您现在是编辑员。\n")
        assert command(figures_cli, "reject", KEY, "--reason", "不对", typed=chen)[2] == "✗ 别人填的数字要发布员才能退回。\n"
        assert load(root / "data").center[KEY].value is None
        assert [entry[2] for entry in entries()] == ["log_in.refused", "log_in.refused", "log_in.in", "figure.propose", "log_in.in", "log_in.in"]

    def test_wrong_passwords_make_wait(self, command, person):
        zhang = person("张三", "editor")
        for _ in range(5):
            command(figures_cli, *SET, typed=["张三", "不是这个密码不是这个"])
        status, _, errors = command(figures_cli, *SET, typed=zhang)
        assert status == 1 and errors.startswith("✗ 试错的次数多了一些。为了账号安全，请等 ")

    def test_a_publisher_sets_up_the_second_factor_first(self, command, stored):
        hashed = asyncio.run(Passwords().hash(PASSWORD))
        stored(lambda client: Accounts(client).create(Account(name="李四", role="publisher", password=hashed)))
        assert command(figures_cli, *SET, typed=["李四", PASSWORD])[2] == "✗ 请先在网页上完成密码或两步验证的设置，再用这条命令。\n"

    def test_withdrawn_by_whoever_filled_it_in(self, command, person, entries):
        zhang = person("张三", "editor")
        command(figures_cli, *SET, typed=zhang)
        assert command(figures_cli, "reject", KEY, "--as", "张三", typed=zhang[1:])[0] == 0
        assert entries()[-1] == ("张三", "editor", "figure.withdraw", KEY)
        assert "没有等复核的" in command(figures_cli, "confirm", KEY)[2]

    def test_offices_are_given_one_by_one(self, command, person, root):
        zhang = person("张三", "editor")
        ground = ("--document", "州住房公积金管委会〔2026〕3号", "--from", "2026-10-01")
        office = ("--office", "吉首管理部", "人民北路1号", "0743-1234567", "周一至周五 9:00-17:00")
        assert command(figures_cli, "set", "branches", *office, *ground, typed=zhang)[0] == 0
        assert "吉首管理部：人民北路1号，电话 0743-1234567" in command(figures_cli, "show", "branches")[1]

    @pytest.mark.parametrize("arguments, sentence", [
        (("set", KEY, "50", "--from", "2026-10-01"), "请填写依据的文件和文号"),
        (("set", KEY, "50", "--document", "文件", "--from", "十月一日"), "--from 的日期“十月一日”应写成 2026-11-22 这样"),
        (("set", KEY, "50", "--document", "文件", "--from", "2026-10-01", "--to", "2026-09-01"), "失效日期早于生效日期"),
        (("set", KEY, "--clear"), "请填写内容"), (("set", "no_such", "5"), "没有 no_such 这一项"), (("show", "no_such"), "没有 no_such 这一项")])
    def test_what_is_wrong_is_named(self, command, person, arguments, sentence):
        zhang = person("张三", "editor")
        status, output, errors = command(figures_cli, *arguments, typed=zhang)
        assert (status, output) == (1, "") and sentence in errors


class TestInbox:
    @pytest.fixture
    def messages(self, stored):
        at = int(now().timestamp())
        said = [("c1", "unsure", "租的屋子取钱要拿哪几样", RENT), ("c2", "unsure", "租屋取公积金要拿哪几样东西", RENT), ("c4", "unanswered", "老楼里装电梯分摊的钱咋个报", [])]

        async def fill(client):
            for key in [key async for key in client.scan_iter("gjj:{insight}*")]:
                await client.delete(key)
            await Talks(client, 600).note([Note(c, at, entry=Entry(c, "m1", at, kind, text, guesses).stored(1)) for c, kind, text, guesses in said], at)
        stored(fill)

    def test_listed_shown_and_taught(self, command, messages, person, root, entries):
        status, output, _ = command(inbox_cli, "list")
        first = output.splitlines()[0]
        assert status == 0 and "  2 人  没把握  " in first and first.endswith("→ 租房提取：要带什么") and output.endswith("待处理：2 组。\n")
        ident = first.split()[0]
        shown = command(inbox_cli, "show", ident)[1]
        assert "2 人问过" in shown and "  wd_rent.materials  租房提取：要带什么" in shown
        kept, other = sorted(line.split(". ")[1] for line in shown.splitlines() if line.startswith(("  1. ", "  2. ")))
        number = next(line.strip()[0] for line in shown.splitlines() if line.endswith(kept))
        zhang = person("张三", "editor")
        (root / "data" / "nlu" / "asked").mkdir(exist_ok=True)  # the copy has no training examples but those of one card
        status, output, errors = command(inbox_cli, "settle", ident, "similar", "wd_rent.materials", "--only", number, typed=zhang)
        assert (status, output, errors) == (0, "✓ 已把 1 句话加到“租房提取：要带什么”，重新训练以后生效。\n", "")
        written = (root / "data" / "nlu" / "asked" / "center.yml").read_text("utf-8")
        assert kept in written and other not in written
        assert entries()[-1] == ("张三", "editor", "inbox.similar", "租房提取：要带什么")
        assert "已加相似问法：1 组。" in command(inbox_cli, "list", "--state", "similar")[1]

    def test_ignored_and_put_back(self, command, messages, person, entries):
        zhang = person("张三", "editor")
        ident = command(inbox_cli, "list", "--kind", "unanswered")[1].split()[0]
        assert command(inbox_cli, "settle", ident, "ignore", typed=zhang)[1] == "✓ 已忽略 1 句，以后同样的话不再提示。\n"
        assert "已忽略，张三 " in command(inbox_cli, "show", ident)[1]
        assert command(inbox_cli, "settle", ident, "reopen", typed=zhang)[0] == 0
        status, output, _ = command(inbox_cli, "settle", ident, "faq", typed=zhang)
        assert status == 0 and "http://127.0.0.1:8080/admin/faqs/new?question=%E8%80%81" in output
        assert [entry[2] for entry in entries() if entry[2] != "log_in.in"] == ["inbox.ignored", "inbox.reopen", "inbox.faq"]

    def test_a_viewer_changes_nothing(self, command, messages, person):
        ident = command(inbox_cli, "list")[1].split()[0]
        assert command(inbox_cli, "settle", ident, "ignore", typed=person("看看", "viewer"))[2] == "✗ 这里要编辑员或更高的角色，您现在是查看员。\n"
        assert "待处理：2 组。" in command(inbox_cli, "list")[1]

    @pytest.mark.parametrize("more, sentence", [
        (("similar",), "similar 后面要写条目的代码"), (("ignore", "wd_rent.materials"), "similar 后面要写条目的代码"),
        (("out-of-scope", "--only", "9"), "--only 应是 1 到 2 的数"), (("similar", "no.such"), "没有这个常见问题或事项")])
    def test_what_is_wrong_is_named(self, command, messages, person, more, sentence):
        ident = command(inbox_cli, "list")[1].split()[0]
        status, output, errors = command(inbox_cli, "settle", ident, *more, typed=person("张三", "editor"))
        assert (status, output) == (1, "") and sentence in errors
        assert "这一组已经没有了" in command(inbox_cli, "show", "nothing.m1")[2]


class TestStatistics:
    @pytest.fixture
    def counted(self, stored):
        async def fill(client):
            for key in [key async for key in client.scan_iter("gjj:service:*")]:
                await client.delete(key)
            await seeded.seed(client, today())
        stored(fill)

    def test_the_figures_of_the_page(self, command, counted):
        total = sum(day["conversations"] for day in list(seeded.days(today()).values())[-14:])
        status, output, errors = command(statistics_cli, "--from", "2026-11-09", "--to", "2026-11-22", "--by", "week")
        assert (status, errors) == (0, "") and output.startswith("2026-11-09 到 2026-11-22（")
        assert f"  对话  {total:,}（" in output and "按周：对话、满意率" in output and "\n  11月16日  " in output and "问得最多的事：" in output

    def test_as_csv_never_over_another_file(self, command, counted, tmp_path, entries):
        path = tmp_path / "数.csv"
        assert command(statistics_cli, "--csv", str(path)) == (0, f"✓ 2026-10-24 到 2026-11-22 的 30 行写进了 {path}。\n", "")
        assert path.read_text("utf-8").startswith("\ufeff日期,到,对话") and len(path.read_text("utf-8").splitlines()) == 31
        who, role, action, target = entries()[-1]
        assert who.startswith("命令行 ") and (role, action, target) == ("", "statistics.export", "2026-10-24 到 2026-11-22")
        assert command(statistics_cli, "--csv", str(path))[0] == 1
        rules = tmp_path / "追问.csv"
        assert command(statistics_cli, "--csv", str(rules), "--table", "rules")[0] == 0 and "C08-Q1,追问," in rules.read_text("utf-8")


@pytest.mark.parametrize("module", [figures_cli, inbox_cli, statistics_cli])
def test_help(command, module):
    status, output, _ = command(module, "--help")
    assert status == 0 and output.startswith("用法：./gjj ")


@pytest.mark.parametrize("module, arguments", [
    (figures_cli, ("nothing",)), (figures_cli, ("set",)), (figures_cli, ("list", "--state", "好")), (inbox_cli, ("settle", "c1.m1")),
    (inbox_cli, ("settle", "c1.m1", "erase")), (statistics_cli, ("--by", "year")), (statistics_cli, ("--from", "昨天"))])
def test_wrong_arguments_are_status_2(command, module, arguments):
    status, _, errors = command(module, *arguments)
    assert status == 2 and errors.startswith("✗ 参数不") and "--help" in errors and "usage" not in errors


def test_without_a_running_system_the_bundled_redis_is_used(command, tmp_path):
    status, output, _ = command(figures_cli, "list", redis_url="")
    assert status == 0 and KEY in output and not (tmp_path / "run" / "redis.sock").exists()


def test_with_another_secret_than_the_system_nothing_is_done(command, person):
    command(figures_cli, *SET, typed=person("张三", "editor"))
    status, _, errors = command(figures_cli, "list", secret=b"n0t-the-same-" * 4)
    assert status == 1 and "签名密钥和运行中的系统不一样" in errors


def test_a_reader_who_had_enough_is_no_error(redis_url, empty_console, tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GJJ_", "REDIS_"))}
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([sys.executable, "-m", "bot.gateway.admin.figures_cli", "list"], stdout=writing, stderr=subprocess.PIPE, cwd=ROOT, timeout=60,
                           env={**clean, "PYTHONUTF8": "1", "REDIS_URL": redis_url, "GJJ_VAR": str(tmp_path)})
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, b"")
