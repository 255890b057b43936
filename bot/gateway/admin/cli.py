"""``./gjj admin …``: accounts and the audit log from the terminal; the way to the first account, and out of a lock-out.

Exit status: 0 done, 1 refused or the log is not whole (sentences say why), 2 wrong arguments.
"""
from __future__ import annotations

import argparse
import getpass
import sys
from typing import Awaitable, Callable, Sequence, Tuple

from bot.cli.console import complain, say
from bot.cli.problem import Problem
from bot.gateway.admin import names, password_rules, roles, set_up
from bot.gateway.admin.accounts import Account, AccountExists, LastAdministrator
from bot.gateway.admin.audit_verify import verify
from bot.gateway.admin.set_up import SetUpLinks
from bot.gateway.admin.staff import Staff, public
from bot.gateway.admin.terminal import Terminal, parser_for, run
from bot.settings import Settings
from bot.state.client import TextClient

_HELP = """用法：./gjj admin 命令 [参数]

  create 账号名 [--role 角色] [--link]
                         新建账号；第一个账号就是管理员。--link 打印一次性链接，由本人设密码
  list                   列出账号
  passwd 账号名           换密码，并解锁
  disable 账号名 / enable 账号名
                         停用、启用
  role 账号名 角色         改角色
  reset-totp 账号名       重置两步验证，下次登录重新设置
  unlock 账号名           试错太多被拦下时解锁
  audit verify [--known 编号:指纹]
                         检查操作记录有没有被改动、删除、调换

角色：viewer 查看员、editor 编辑员、publisher 发布员、administrator 管理员（后面的能做前面的全部事情）。
密码在终端里输入，不显示；也可以从标准输入给一行。没有默认密码。"""


class Desk(Terminal):
    """What the commands work with while they are connected."""

    def __init__(self, settings: Settings, redis: TextClient) -> None:
        super().__init__(settings, redis)
        self.staff = Staff(self.accounts, self.passwords, SetUpLinks(redis), self.lockout)


async def create(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    role = given.role or ("" if await desk.accounts.exist() else "administrator")
    if not role:
        raise Problem(f"请用 --role 写明角色：{_roles()}。")
    try:
        name = names.check(given.name)
    except names.NameRefused as error:
        raise Problem(str(error)) from None
    if await desk.accounts.get(name) is not None:
        raise Problem(f"已经有账号“{name}”了。换密码用 ./gjj admin passwd {name}。")
    password = "" if given.link else _ask_password(name)
    try:
        created = await desk.staff.create(name, role, "命令行", password)
    except AccountExists:
        raise Problem(f"已经有账号“{name}”了。") from None
    await desk.record("account.create", name, after=public(created))
    say(f"✓ 建好了账号“{name}”，角色是{created.title}。")
    if given.link:
        say("请把这个链接交给本人，三天内有效，只能用一次（在别的电脑上打开时，把前面换成助手的网址）：")
        say(f"http://127.0.0.1:{settings.port}{set_up.PATH}{await desk.staff.link(name)}")


async def list_accounts(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    found = await desk.accounts.all()
    for one in found:
        state = "停用" if not one.enabled else "没设密码" if not one.password else "正常"
        factor = "有两步验证" if one.second_factor else "无两步验证"
        say(f"{one.name}  {one.title}  {state}  {factor}  上次登录 {one.last_log_in.replace('T', ' ')[:16] or '—'}")
    if not found:
        say("还没有账号。新建：./gjj admin create 账号名")


async def passwd(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    account = await _found(desk, given.name)
    await desk.staff.set_password(account.name, _ask_password(account.name))
    await desk.record("account.password", account.name)
    say(f"✓ “{account.name}”的密码换好了，原来的登录都已退出。")


async def disable(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    await _change(desk, given.name, "account.disable", lambda name: desk.staff.set_enabled(name, False), "停用了，所有登录都已退出")


async def enable(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    await _change(desk, given.name, "account.enable", lambda name: desk.staff.set_enabled(name, True), "启用了")


async def set_role(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    await _change(desk, given.name, "account.role", lambda name: desk.staff.set_role(name, given.role),
                  f"现在是{roles.TITLES[given.role]}，要重新登录")


async def reset_totp(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    await _change(desk, given.name, "account.reset_second_factor", desk.staff.reset_second_factor,
                  "的两步验证已重置，下次登录时重新设置")


async def unlock(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    account = await _found(desk, given.name)
    await desk.staff.unlock(account.name)
    await desk.record("account.unlock", account.name)
    say(f"✓ “{account.name}”解锁了，现在就可以再试。")


async def audit(desk: Desk, given: argparse.Namespace, settings: Settings) -> None:
    report = await verify(desk.chain)
    if given.known:
        number, _, fingerprint = given.known.partition(":")
        if not number.isdecimal() or len(fingerprint) < 8:
            raise Problem("--known 后面应是 编号:指纹，例如 120:3f2a9c0d1e4b5a67。")
        found = [entry async for entry in desk.chain.oldest(int(number) - 1)][:1]
        if not found or found[0].number != int(number) or not found[0].mac.startswith(fingerprint):
            report.findings.append(f"第 {number} 条的指纹和您记下的不一样：到那一条为止的记录被换过。")
    for finding in report.findings:
        complain(finding)
    if not report.whole:
        raise Problem(f"操作记录不完好，有 {len(report.findings)} 处不对。请先备份 {settings.audit_file} 和数据库，再找信息安全负责人。")
    say(f"✓ 共 {report.entries} 条，没有一条被改动、删除或调换次序。")
    if report.last:
        say(f"最后是第 {report.last} 条，指纹 {report.fingerprint}。抄下来，以后用 --known {report.last}:{report.fingerprint} 核对。")


Command = Callable[[Desk, argparse.Namespace, Settings], Awaitable[None]]


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    speaking = parser_for("./gjj admin")
    commands = (parser := speaking(prog="./gjj admin", add_help=False)).add_subparsers(dest="command", required=True, parser_class=speaking)

    def command(name: str, run: Command, named: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, add_help=False)
        made.set_defaults(run=run)
        if named:
            made.add_argument("name")
        return made

    made = command("create", create)
    made.add_argument("--role", choices=roles.ROLES)
    made.add_argument("--link", action="store_true")
    command("list", list_accounts, named=False)
    command("passwd", passwd)
    command("disable", disable)
    command("enable", enable)
    command("role", set_role).add_argument("role", choices=roles.ROLES)
    command("reset-totp", reset_totp)
    command("unlock", unlock)
    made = command("audit", audit, named=False)
    made.add_argument("verb", choices=("verify",))
    made.add_argument("--known", default="")
    return parser.parse_args(argv)


async def _found(desk: Desk, typed: str) -> Account:
    account = await desk.accounts.get(names.normal(typed))
    if account is None:
        known = "、".join(one.name for one in await desk.accounts.all())
        raise Problem(f"没有账号“{typed}”。" + (f"现有：{known}。" if known else "还没有任何账号。"))
    return account


async def _change(desk: Desk, typed: str, action: str, change: Callable[[str], Awaitable[Tuple[Account, Account]]], done: str) -> None:
    account = await _found(desk, typed)
    try:
        before, after = await change(account.name)
    except LastAdministrator:
        raise Problem("这是最后一位管理员：请先让另一个账号当管理员。") from None
    await desk.record(action, account.name, public(before), public(after))
    say(f"✓ “{account.name}”{done}。")


def _ask_password(name: str) -> str:
    """Twice without echo on a terminal, else one line of standard input; raises :class:`Problem` for a bad one."""
    if sys.stdin.isatty():
        say(f"密码要求：{password_rules.RULE}")
        password, again = getpass.getpass("密码："), getpass.getpass("再输一遍：")
    else:
        password = again = sys.stdin.readline().rstrip("\r\n")
    errors = password_rules.problems(password, again, name)
    if errors:
        raise Problem(errors[0])
    return password


def _roles() -> str:
    return "、".join(f"{role}（{roles.TITLES[role]}）" for role in roles.ROLES)


def main(argv: Sequence[str]) -> int:
    """Every foreseen failure is one sentence on stderr and status 1."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_HELP)
        return 0
    given = _arguments(argv)
    # Whoever checks the log may hold another key than the system: that is then what the check finds.
    return run(lambda desk, asked: asked.run(desk, asked, desk.settings), given, Desk, any_key=given.run is audit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
