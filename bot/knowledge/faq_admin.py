"""``./gjj faq …``: administration of the FAQs in data/faq without a browser.

Exit status: 0 done, 1 refused (one sentence says why), 2 wrong arguments.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, List, NoReturn, Optional, Sequence

from bot.settings import SettingsError

from . import faq_print, faq_sheet, faq_try
from .base import DATA
from .errors import ContentError
from .faq_draft import Draft
from .faq_office import Office, Refused
from .faq_store import only_one
from .faq_table import SheetError
from .faq_text import TextError


def try_question(text: str) -> None:
    """Ask the running system and print how it answers."""
    if not text.strip():
        raise Refused("问句不能是空的")
    for reply in faq_try.ask(text, faq_try.address()):
        where = reply.get("faq") or "／".join(x for x in (reply.get("service"), reply.get("aspect")) if x)
        sure = f"  把握 {reply['confidence']:.2f}" if reply.get("confidence") is not None else ""
        print(f"[{reply['kind']}] 主题 {reply.get('topic') or '—'}  {reply.get('rule') or where or '—'}{sure}")
        print("\n".join("    " + line for line in reply["text"].split("\n")))
        for candidate in reply.get("candidates") or ():
            print(f"    ? {candidate['title']}（{candidate['topic']}）")


class _Parser(argparse.ArgumentParser):
    """argparse that speaks Chinese."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "add_help": False})
        self._positionals.title, self._optionals.title = "内容", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        for english, chinese in (
            ("the following arguments are required: ", "缺少 "), ("unrecognized arguments: ", "不认识 "), ("expected one argument", "后面要写内容"),
            ("invalid choice: ", "没有这个用法 "), (" (choose from ", "，可以用（"), ("argument ", ""), (")", "）"),
        ):
            message = message.replace(english, chinese)
        print(f"✗ {message}。怎么用见 ./gjj faq --help。", file=sys.stderr)
        raise SystemExit(2)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="./gjj faq", description="管理常见问题（data/faq）。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=_Parser)
    add = commands.add_parser("add", help="加一条")
    add.add_argument("--question", required=True, metavar="问题", help="市民最常用的一种问法")
    add.add_argument("--answer", required=True, metavar="答案", help="换行可以写成 \\n")
    add.add_argument("--similar", action="append", metavar="问法", help="相似问法，可以写多次")
    add.add_argument("--topic", metavar="主题", help="主题标签，不写时是 policy_general；全部标签见 ./gjj faq topics")
    add.add_argument("--related", action="append", metavar="事项", help="相关事项的代码，可以写多次")
    add.add_argument("--fact", action="append", metavar="事实", help="作依据的事实 id（data/policy/facts.yml），可以写多次")
    listing = commands.add_parser("list", help="列出全部")
    listing.add_argument("--topic", metavar="主题", help="只列这个主题的")
    commands.add_parser("topics", help="列出主题标签和含义")
    for name, text in (("show", "看一条的全部内容"), ("enable", "启用一条"), ("disable", "停用一条")):
        commands.add_parser(name, help=text).add_argument("id", metavar="编号", help="如 faq_branches")
    commands.add_parser("export", help="导出成表格").add_argument("file", metavar="文件", type=Path, help=".xlsx 或 .csv")
    importing = commands.add_parser("import", help="从表格导入")
    importing.add_argument("file", metavar="文件", type=Path, help=".xlsx 或 .csv，列名同导出的表格")
    importing.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    commands.add_parser("test", help="问一问正在运行的系统").add_argument("text", metavar="问句")
    return parser.parse_args(argv)


def _draft(args: argparse.Namespace) -> Draft:
    def tidy(texts: Optional[List[str]]) -> List[str]:
        return [text.strip() for text in texts or ()]

    return Draft(question=args.question.strip(), answer=args.answer.replace("\\n", "\n").strip(), similar=tidy(args.similar),
                 topic=args.topic, related=tidy(args.related), facts=tidy(args.fact))


def _run(args: argparse.Namespace, data: Path) -> None:
    if args.command == "test":
        try_question(args.text)
        return
    if args.command in ("add", "import", "enable", "disable"):
        with only_one(data / "faq"):
            _change(args, Office(data))
        return
    office = Office(data)
    if args.command == "list":
        faq_print.listing(office, args.topic)
    elif args.command == "topics":
        faq_print.topics(office)
    elif args.command == "show":
        faq_print.show(office, args.id)
    else:
        faq_print.export(office, args.file)


def _change(args: argparse.Namespace, office: Office) -> None:
    if args.command == "add":
        faq_print.add(office, _draft(args))
    elif args.command == "import":
        faq_print.import_rows(office, faq_sheet.read(args.file), args.dry_run)
    else:
        faq_print.switch(office, args.id, args.command == "enable")


def main(argv: Sequence[str], data: Path = DATA) -> int:
    """Run one command; every foreseen failure is a Chinese sentence on stderr."""
    args = _arguments(argv)
    try:
        _run(args, data)
        return 0
    except BrokenPipeError:  # ./gjj faq list | head
        sys.stderr.close()
        return 0
    except (Refused, SheetError) as error:
        problems: Sequence[str] = error.problems
    except ContentError as error:
        problems = [f"现有内容有错，先改好再来：{error.problems[0]}" + (f"（共 {len(error.problems)} 处，见 ./gjj config check）" if len(error.problems) > 1 else "")]
    except (TextError, SettingsError, faq_try.NotAnswered) as error:
        problems = [str(error)]
    except FileNotFoundError as error:
        problems = [f"找不到文件或文件夹 {error.filename}，请检查路径"]
    except OSError as error:
        problems = [f"{error.filename or '文件'} 读写不了（{error.strerror}），请检查权限和磁盘空间"]
    for problem in problems:
        print(f"✗ {problem.rstrip('。')}。", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
