"""What the console's commands in the terminal share: a connection, the audit log, and asking who is there.

Whoever changes content here shows who he is as at the log-in page: same password, second factor, waiting and roles.
"""
from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
import time
from typing import Any, Awaitable, Callable, NoReturn, Optional, Sequence, Type

from bot.cli.console import complain
from bot.cli.problem import Problem, from_os_error
from bot.cli.redis_at_hand import redis_at_hand
from bot.content.library import Library
from bot.content.refusal import Refused, sentences
from bot.gateway.admin import keys, names, policy, roles
from bot.gateway.admin.accounts import Account, Accounts
from bot.gateway.admin.audit_chain import AuditChain
from bot.gateway.admin.audit_entry import differences, kept
from bot.gateway.admin.lockout import Lockout, Who
from bot.gateway.admin.passwords import Passwords
from bot.gateway.admin.proving import Proving
from bot.gateway.admin.second_factor import SecondFactor
from bot.gateway.errors import ApiError
from bot.knowledge.errors import ContentError
from bot.settings import Settings, SettingsError, ensure_secret
from bot.state.client import RedisError, TextClient, close, connect

ADDRESS = "命令行"
"""Where entries of the audit log say an action came from; failures at the terminal are counted under it."""


def parser_for(command: str) -> "type[argparse.ArgumentParser]":
    """argparse that speaks Chinese and points to the help of ``command``."""
    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            complain(f"参数{'不够' if 'required' in message else '不对'}。怎么用见 {command} --help。")
            raise SystemExit(2)
    return Parser


class Terminal:
    """What commands work with while they are connected."""

    def __init__(self, settings: Settings, redis: TextClient) -> None:
        secrets = (settings.secret or ensure_secret(settings.var_dir), *settings.previous_secrets)
        self.settings, self.redis = settings, redis
        self.accounts, self.passwords, self.lockout = Accounts(redis), Passwords(), Lockout(redis, time.time)
        self.library = Library(settings.root / "data")
        self.chain = AuditChain(
            redis, [keys.purpose_key(secret, "audit") for secret in secrets], settings.audit_file, settings.admin_audit_days)
        self._factor = SecondFactor([keys.purpose_key(secret, "sealing") for secret in secrets])
        self._me: Optional[Account] = None

    async def enter(self, role: str, name: str = "") -> Account:
        """Who is at the terminal, asked for; at least ``role``. Raises Problem, ApiError."""
        typed = name or _ask("账号：")
        who = Who(names.normal(typed), ADDRESS)
        proving = Proving(self.accounts, self.passwords, self.lockout, self._factor, time.time, self.record)
        account, left = await proving.password(who, _ask("密码（不显示）：", secret=True)), None
        if account.second_factor:
            account, left = await proving.code(who, _ask("手机上的六位数字（或一个恢复码）："))
        self._me = me = await proving.done(account, left)
        if policy.next_step(self.settings, me) is not None:
            raise Problem("请先在网页上完成密码或两步验证的设置，再用这条命令。")
        if not me.may(role):
            raise Problem(f"这里要{roles.TITLES[role]}或更高的角色，您现在是{me.title}。")
        return me

    async def record(self, action: str, target: str = "", before: Any = None, after: Any = None, reason: str = "", who: str = "") -> None:
        """One entry of the audit log: by whoever entered, else by the user of the machine."""
        old, new = differences(before, after)
        me = self._me
        await self.chain.append({
            "who": who or (me.name if me else f"命令行 {user()}"), "role": me.role if me else "", "address": ADDRESS, "action": action,
            "target": kept(target), "before": kept(old), "after": kept(new), "reason": kept(reason), "request": ""})


def user() -> str:
    """Who is logged in to the machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())


def run(command: Callable[[Any, argparse.Namespace], Awaitable[None]], given: argparse.Namespace, kind: Type[Terminal] = Terminal,
        any_key: bool = False) -> int:
    """Exit status: 0 done, 1 refused – sentences on stderr say why –, 130 interrupted, 141 nobody reads on.

    Unless ``any_key``, nothing is done with another signing key than the system's.
    """
    try:
        settings = Settings.from_env()
        with redis_at_hand(settings) as url:
            asyncio.run(_connected(command, given, kind, settings, url, any_key))
        return 0
    except Refused as refused:
        _complain(sentences(refused.problems))
    except ContentError as error:
        _complain(sentences([f"现有内容有错，先改好再来：{problem}" for problem in error.problems]))
    except ApiError as error:
        complain(error.message)
    except (Problem, SettingsError) as error:
        complain(str(error))
    except RedisError as error:
        complain(f"连不上 Redis（{type(error).__name__}）：请运行 ./gjj doctor 查看。")
    except BrokenPipeError:  # whoever reads had enough: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it ends
        return 141
    except OSError as error:
        complain(str(from_os_error(error)))
    except (KeyboardInterrupt, EOFError):
        complain("已中断，什么都没有改。")
        return 130
    return 1


def obey(argv: Sequence[str], manual: str, arguments: Callable[[Sequence[str]], argparse.Namespace]) -> int:
    """``manual`` for who asks for help or says nothing; otherwise :func:`run` what ``arguments`` make of ``argv``."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(manual)
        return 0
    given = arguments(argv)
    return run(given.run, given)


async def _connected(command: Callable[[Any, argparse.Namespace], Awaitable[None]], given: argparse.Namespace, kind: Type[Terminal],
                     settings: Settings, url: str, any_key: bool) -> None:
    client = connect(url, settings.redis_timeout, decode=True)
    try:
        terminal = kind(settings, client)
        if not any_key and not await terminal.chain.is_ours():
            raise Problem("签名密钥和运行中的系统不一样：请设置同样的 GJJ_SECRET_FILE（或 GJJ_SECRET、GJJ_VAR）再运行。")
        await command(terminal, given)
    finally:
        await close(client)


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        complain(line)


def _ask(prompt: str, secret: bool = False) -> str:
    """Asked on a terminal, without echo for a secret; else the next line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(prompt) if secret else input(prompt)
