"""``./gjj inbox …``: the learning inbox from the terminal: what was not answered well, and what is to be done about it.

Exit status: 0 done, 1 refused (sentences say why), 2 wrong arguments.
"""
from __future__ import annotations

import argparse
import sys
from typing import Sequence

from bot.cli.console import say
from bot.cli.problem import Problem
from bot.content.faqs import FaqDesk
from bot.content.history import History
from bot.content.learning import Learning
from bot.gateway.admin import insight
from bot.gateway.admin.inbox import KIND_TITLES, STATE_TITLES, settled
from bot.gateway.admin.terminal import Terminal, obey, parser_for
from bot.state.inbox import Inbox

DEEDS = {"similar": "similar", "faq": "faq", "out-of-scope": "out_of_scope", "ignore": "ignore", "reopen": "reopen"}
_HELP = """用法：./gjj inbox 命令 [参数]

  list [--state 状态] [--kind 种类] [--most 20]
                          列出各组，问的人多的在前。状态：open 待处理、aside 当作题外话的、similar、faq、out_of_scope、ignored；
                          种类：unanswered 没听懂、declined 当作题外话、clarified 反问过、unsure 没把握、down 点了没帮助、handed 找了人工、marked 工作人员标出
  show 组                 一组里市民的原话（已打码）和最接近的条目；“组”是 list 每行开头的编号
  settle 组 similar 条目 [--only 1,3]
                          把话加到条目（show 列出的代码，例如 wd_rent.materials）
  settle 组 faq [--only 1,3]
                          拿去新建常见问题：打印已经填好原话的网址
  settle 组 out-of-scope [--only 1,3]
                          记为不归我们管
  settle 组 ignore        忽略，以后同样的话不再提示
  settle 组 reopen        放回待处理

--only 只取 show 里的第几句。settle 会问编辑员的账号、密码（不显示）和两步验证的数字，操作记录同网页；
不在终端里时从标准输入读，一行一样；账号也可以用 --as 账号名 给。"""


async def list_groups(terminal: Terminal, given: argparse.Namespace) -> None:
    found = await _learning(terminal).groups(given.state, given.kind)
    for group in found[:given.most]:
        kinds = "、".join(KIND_TITLES[kind] for kind in group.kinds)
        nearest = f"  → {group.targets[0].title}" if group.targets else ""
        say(f"{group.ident}  {group.people} 人  {kinds}  {group.text}{nearest}")
    say(f"{STATE_TITLES[given.state]}：{len(found)} 组" + (f"，列出了前 {given.most} 组。" if len(found) > given.most else "。"))


async def show(terminal: Terminal, given: argparse.Namespace) -> None:
    group = await _learning(terminal).group(given.group)
    done = f"，{group.done.by} {insight.when(group.done.at)}" if group.done else ""
    say(f"{STATE_TITLES[group.state]}{done}：{group.people} 人问过，最近 {insight.moment(group.latest)}")
    for number, text in enumerate(group.texts, 1):
        say(f"  {number}. {text}")
    say("最接近的条目：" if group.targets else "没有接近的条目。")
    for target in group.targets:
        say(f"  {target.place}  {target.title}")


async def settle(terminal: Terminal, given: argparse.Namespace) -> None:
    if (given.do == "similar") != bool(given.place):
        raise Problem("similar 后面要写条目的代码，别的不要。用 ./gjj inbox show 看最接近的条目。")
    learning = _learning(terminal)
    group = await learning.group(given.group)
    texts = _chosen(group.texts, given.only)
    me = await terminal.enter("editor", given.account)
    said, location = await settled(learning, me.name, terminal.record, DEEDS[given.do], group.idents, texts, given.place)
    if location:
        say(f"✓ {said}在浏览器里打开（在别的电脑上打开时，把前面换成助手的网址）：")
        say(f"http://127.0.0.1:{terminal.settings.port}{location}")
    else:
        say(f"✓ {said}")


def _learning(terminal: Terminal) -> Learning:
    return Learning(Inbox(terminal.redis), FaqDesk(terminal.library, History(terminal.redis, "faq")))


def _chosen(texts: Sequence[str], only: str) -> Sequence[str]:
    if not only:
        return texts
    try:
        numbers = [int(one) for one in only.replace("，", ",").split(",")]
    except ValueError:
        numbers = [0]
    if not all(0 < number <= len(texts) for number in numbers):
        raise Problem(f"--only 应是 1 到 {len(texts)} 的数，用逗号隔开，例如 1,3。")
    return [texts[number - 1] for number in numbers]


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    speaking = parser_for("./gjj inbox")
    commands = (parser := speaking(prog="./gjj inbox", add_help=False)).add_subparsers(dest="command", required=True, parser_class=speaking)
    made = commands.add_parser("list", add_help=False)
    made.add_argument("--state", choices=list(STATE_TITLES), default="open")
    made.add_argument("--kind", choices=list(KIND_TITLES), default="")
    made.add_argument("--most", type=int, default=20)
    made.set_defaults(run=list_groups)
    made = commands.add_parser("show", add_help=False)
    made.add_argument("group")
    made.set_defaults(run=show)
    made = commands.add_parser("settle", add_help=False)
    made.add_argument("group")
    made.add_argument("do", choices=list(DEEDS))
    made.add_argument("place", nargs="?", default="")
    made.add_argument("--only", default="")
    made.add_argument("--as", dest="account", default="")
    made.set_defaults(run=settle)
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Every foreseen failure is a sentence on stderr and status 1."""
    return obey(argv, _HELP, _arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
