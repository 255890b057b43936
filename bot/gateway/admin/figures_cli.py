"""``./gjj figures …``: the center's own figures from the terminal; one person fills in, another confirms, as in the console.

Exit status: 0 done, 1 refused (sentences say why), 2 wrong arguments.
"""
from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Any, Sequence

from bot.cli.console import say
from bot.cli.problem import Problem
from bot.content.figures import FigureDesk, FigureValues, Pending
from bot.content.history import History
from bot.content.impact import of_figure
from bot.content.version import plain, version
from bot.gateway.admin.figures import FIELDS, OFFICES, STATES, sending_back, shown, state
from bot.gateway.admin.terminal import Terminal, obey, parser_for

_HELP = """用法：./gjj figures 命令 [参数]

  list [--state 状态]     列出全部本州数字；状态：没有填、等复核、有效、未生效、已失效
  show 键                 一项的内容、依据，等复核的那一份，说到它的地方
  set 键 内容 --document 文件和文号 --from 2026-10-01 [--to 日期] [--unit 单位] [--applies-to 适用对象] [--reason 理由]
                          填写；另一位同事复核以前助手不会说出来
  set branches --office 名称 地址 电话 上班时间 [--office …] --document … --from …
                          填写管理部清单，一处一个 --office
  set 键 --clear          填写“去掉这一项”
  confirm 键              复核别人填的，一秒内用上；要发布员
  reject 键 [--reason 理由]
                          退回别人填的（发布员，写明理由），或撤回自己填的

set、confirm、reject 会问账号、密码（不显示）和两步验证的数字，角色、试错等待和操作记录同网页。
不在终端里时从标准输入读，一行一样；账号也可以用 --as 账号名 给。"""


async def list_all(terminal: Terminal, given: argparse.Namespace) -> None:
    waiting = await _desk(terminal).pending()
    for key, setting in terminal.library.base().center.items():
        now = state(setting, waiting.get(key))
        if given.state in ("", now):
            say(f"{key}  {setting.name}  {now}  {_line(setting)}".rstrip())


async def show(terminal: Terminal, given: argparse.Namespace) -> None:
    desk = _desk(terminal)
    setting, waiting = await desk.get(given.key), await desk.waiting(given.key)
    say(f"{setting.name}（{given.key}）：{state(setting, waiting)}")
    _say_fields(setting)
    if waiting is not None:
        _say_pending(waiting)
    touches = of_figure(terminal.library.base(), terminal.library.data, given.key)
    say(f"说到它的地方：{len(touches)} 处" if touches else "还没有哪里说到它。")
    for touch in touches:
        say(f"  {touch.kind}  {touch.title}  {touch.part}".rstrip())


async def fill_in(terminal: Terminal, given: argparse.Namespace) -> None:
    desk = _desk(terminal)
    before = await desk.get(given.key)
    values = _values(given, before)
    me = await terminal.enter("editor", given.account)
    pending = await desk.propose(given.key, values, version(before), me.name, given.reason[:200])
    await terminal.record("figure.propose", given.key, None, plain(pending))
    say(f"✓ “{before.name}”已填写，等另一位同事复核（./gjj figures confirm {given.key}）。复核以前助手不会说出来。")


async def confirm(terminal: Terminal, given: argparse.Namespace) -> None:
    desk = _desk(terminal)
    before, waiting = await desk.get(given.key), await _waiting(desk, given.key)
    _say_pending(waiting)
    me = await terminal.enter("publisher", given.account)
    after = await desk.confirm(given.key, waiting.id, me.name)
    await terminal.record("figure.confirm", given.key, plain(before), plain(after))
    say(f"✓ “{after.name}”已复核，运行中的系统一秒内就用上了。")


async def reject(terminal: Terminal, given: argparse.Namespace) -> None:
    desk = _desk(terminal)
    setting, waiting = await desk.get(given.key), await _waiting(desk, given.key)
    _say_pending(waiting)
    me = await terminal.enter("editor", given.account)
    action = sending_back(waiting, me, given.reason)
    await terminal.record(action, given.key, plain(await desk.reject(given.key, waiting.id)), None, given.reason.strip()[:200])
    say(f"✓ “{setting.name}”等复核的那一份已经拿掉，现在的内容没有变。")


def _desk(terminal: Terminal) -> FigureDesk:
    return FigureDesk(terminal.library, History(terminal.redis, "figure"), terminal.redis)


async def _waiting(desk: FigureDesk, key: str) -> Pending:
    waiting = await desk.waiting(key)
    if waiting is None:
        raise Problem(f"{key} 没有等复核的。全部等着的：./gjj figures list --state 等复核")
    return waiting


def _values(given: argparse.Namespace, before: Any) -> FigureValues:
    """What is to be filled in; unit and whom it is for stay unless given."""
    if given.clear:
        return FigureValues()
    value: Any = given.value
    if given.key == OFFICES:
        value = [dict(zip(("name", "address", "phone", "hours"), office)) for office in given.office]
    elif given.office:
        raise Problem(f"--office 只用来填管理部清单（{OFFICES}）。")
    return FigureValues(
        value=value, unit=before.unit if given.unit is None else given.unit, applies_to=before.applies_to if given.applies_to is None else given.applies_to,
        document=given.document, effective_from=_date(given.effective_from, "--from"), effective_to=_date(given.effective_to, "--to"))


def _date(text: str, option: str) -> "date | None":
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Problem(f"{option} 的日期“{text[:20]}”应写成 2026-11-22 这样。") from None


def _line(values: Any) -> str:
    return shown(values.value, values.unit).replace("\n", "；")


def _say_fields(values: Any) -> None:
    if values.value is None:
        return
    say(f"  内容：{_line(values)}")
    for name in ("applies_to", "document", "effective_from", "effective_to", "filled_by", "checked_by"):
        if getattr(values, name, None):
            say(f"  {FIELDS[name]}：{getattr(values, name)}")


def _say_pending(waiting: Pending) -> None:
    said = "要去掉这一项" if waiting.values.value is None else "要改成下面这样"
    say(f"{waiting.filled_by} {waiting.filled_at.replace('T', ' ')[:16]} 填写，{said}，等另一位同事复核" + (f"。理由：{waiting.reason}" if waiting.reason else ""))
    _say_fields(waiting.values)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    speaking = parser_for("./gjj figures")
    commands = (parser := speaking(prog="./gjj figures", add_help=False)).add_subparsers(dest="command", required=True, parser_class=speaking)
    made = commands.add_parser("list", add_help=False)
    made.add_argument("--state", choices=STATES, default="")
    made.set_defaults(run=list_all)
    made = commands.add_parser("show", add_help=False)
    made.add_argument("key")
    made.set_defaults(run=show)
    for name, command in (("set", fill_in), ("confirm", confirm), ("reject", reject)):
        made = commands.add_parser(name, add_help=False)
        made.add_argument("key")
        made.add_argument("--as", dest="account", default="")
        made.set_defaults(run=command)
        if name != "confirm":
            made.add_argument("--reason", default="")
        if name == "set":
            made.add_argument("value", nargs="?", default="")
            made.add_argument("--clear", action="store_true")
            made.add_argument("--office", nargs=4, action="append", default=[])
            made.add_argument("--document", default="")
            made.add_argument("--from", dest="effective_from", default="")
            made.add_argument("--to", dest="effective_to", default="")
            made.add_argument("--unit")
            made.add_argument("--applies-to")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Every foreseen failure is a sentence on stderr and status 1."""
    return obey(argv, _HELP, _arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
