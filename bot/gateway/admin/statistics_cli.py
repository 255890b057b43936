"""``./gjj statistics …``: the director's figures in the terminal, and as CSV.

Exit status: 0 done, 1 refused (sentences say why), 2 wrong arguments.
"""
from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Sequence

from bot.cli.console import say
from bot.cli.problem import Problem
from bot.clock import today
from bot.content.statistics import STEPS, Period, Statistics
from bot.gateway.admin import csv_safe
from bot.gateway.admin.statistics import read, table, tiles
from bot.gateway.admin.terminal import Terminal, parser_for, run
from bot.knowledge.handoff import handoff_wording

TABLES = ("days", "questions", "rules")
_HELP = """用法：./gjj statistics [--from 2026-10-01] [--to 2026-10-31] [--by day|week|month] [--csv 文件 [--table days|questions|rules]]

  --from、--to   从哪天到哪天，两头都算；不写时是最近 30 天
  --by           按天、按周、按月；不写时看长短
  --csv          写成 CSV，Excel 能直接打开；文件已经有了就不写
  --table        CSV 里写什么：days 每天的数（不写时）、questions 问的事、rules 追问和提醒

数字怎么算见 docs/admin.md 的“统计”。"""


async def show(terminal: Terminal, given: argparse.Namespace) -> None:
    found = await read(terminal.redis, terminal.library, Period.read({"from": given.first or "", "to": given.last or "", "by": given.by}, today()))
    period = f"{found.period.first} 到 {found.period.last}"
    if given.csv:
        header, lines = table(found, given.table)
        try:
            with Path(given.csv).open("x", encoding="utf-8", newline="") as file:
                file.write(csv_safe.BOM + csv_safe.rows([header, *lines]))
        except FileExistsError:
            raise Problem(f"{given.csv} 已经有了，没有写。请换一个名字。") from None
        await terminal.record("statistics.export", period)
        say(f"✓ {period} 的 {len(lines)} 行写进了 {given.csv}。")
        return
    say(f"{period}（括号里是上一段同样长的日子）")
    for tile in tiles(found):
        say(f"  {tile['title']}  {tile['value']}" + (f"（{tile['before']}）" if tile["before"] else ""))
    _say_steps(found)
    _say_ranks("问得最多的事", [(one.title, one.times) for one in found.asked(10)])
    _say_ranks("问得越来越多的事", [(one.title, one.times) for one in found.rising()])
    _say_ranks("为什么转人工", found.reasons(handoff_wording().reasons))
    _say_ranks("等人工等了多久", found.waits())


def _say_steps(found: Statistics) -> None:
    say(f"{STEPS[found.period.by]}：对话、满意率、助手办结率、直接答上率")
    for step, *shares in zip(found.steps, *(found.shares(kind) for kind in ("satisfied", "self", "direct"))):
        said = "  ".join("—" if share is None else f"{share:.1%}" for share in shares)
        say(f"  {step.label}  {step.counts['conversations']}  {said}")


def _say_ranks(title: str, ranks: "Sequence[tuple[str, int]]") -> None:
    if any(times for _, times in ranks):
        say(f"{title}：" + "，".join(f"{name} {times}" for name, times in ranks if times))


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = parser_for("./gjj statistics")(prog="./gjj statistics", add_help=False)
    parser.add_argument("--from", dest="first", type=_day)
    parser.add_argument("--to", dest="last", type=_day)
    parser.add_argument("--by", choices=list(STEPS), default="")
    parser.add_argument("--csv", default="")
    parser.add_argument("--table", choices=TABLES, default="days")
    return parser.parse_args(argv)


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def main(argv: Sequence[str]) -> int:
    """Every foreseen failure is a sentence on stderr and status 1."""
    if argv and argv[0] in ("-h", "--help", "help"):
        print(_HELP)
        return 0
    return run(show, _arguments(argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
