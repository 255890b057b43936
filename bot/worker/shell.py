"""``./gjj shell [--explain]``: talk to the assistant in the terminal; --explain shows what it understood and decided."""
from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any, Dict, List, Optional

from bot.settings import Settings

HELP = """直接打字提问。/1 /2 … 按按钮；/new 重新开始；/explain 开关解释；/quit 或 Ctrl-D 退出。"""


class Paint:
    """ANSI colours, only on a terminal and unless NO_COLOR is set."""

    def __init__(self, enabled: bool):
        self._enabled = enabled

    def __call__(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._enabled else text


KIND_COLOURS = {"answer": "0", "question": "36", "reminder": "33", "clarify": "35", "decline": "31", "error": "31"}
KIND_NAMES = {
    "answer": "答", "question": "多问一句", "reminder": "多提一个醒", "clarify": "请选", "decline": "说明", "handoff": "人工",
    "smalltalk": "话", "error": "出错", "form": "表",
}


ORIGIN_NAMES = {"button": "按钮", "form": "算一算里选的", "reply": "回答追问", "said": "顺口说的", "follows": "推出来的"}


class Shell:
    """One conversation at a time with an agent in this process; nothing is stored."""

    def __init__(self, agent: Any, explain: bool, paint: Paint):
        self._agent = agent
        self._explain = explain
        self._paint = paint
        self._buttons: List[Dict[str, str]] = []
        self._trace: List[Dict[str, Any]] = []
        self._conversation = uuid.uuid4().hex

    async def run(self) -> None:
        from actions.trace import Trace

        Trace.listener = lambda sender, record: self._trace.append(record)
        print(HELP)
        while True:
            try:
                line = await asyncio.to_thread(input, self._paint("您> ", "1;32"))
            except (EOFError, KeyboardInterrupt):
                print()
                return
            line = line.strip()
            if line in ("/quit", "/exit"):
                return
            if line == "/new":
                self._conversation, self._buttons = uuid.uuid4().hex, []
                print("——新的对话——")
            elif line == "/explain":
                self._explain = not self._explain
                print("解释：" + ("开" if self._explain else "关"))
            elif line == "/help":
                print(HELP)
            elif line:
                await self._say(line)

    async def _say(self, line: str) -> None:
        from .channel import ReplyChannel
        from .incoming import Incoming, user_message

        choice = self._pressed(line)
        channel = ReplyChannel()
        incoming = Incoming(self._conversation, uuid.uuid4().hex, None if choice else line, choice)
        tracker = await self._agent.tracker_store.retrieve(self._conversation)
        self._trace.clear()
        started = time.perf_counter()
        await self._agent.handle_message(user_message(incoming, channel, tracker))
        elapsed = (time.perf_counter() - started) * 1000
        if self._explain:
            self._show_trace(elapsed)
        self._buttons = []
        for reply in channel.replies:
            self._show(reply)

    def _pressed(self, line: str) -> Optional[str]:
        if line[:1] == "/" and line[1:].isdigit() and 1 <= int(line[1:]) <= len(self._buttons):
            return self._buttons[int(line[1:]) - 1]["id"]
        return None

    def _show(self, reply: Dict[str, Any]) -> None:
        paint, kind = self._paint, reply["kind"]
        mark = " ".join(x for x in (KIND_NAMES[kind], reply.get("rule") or reply.get("faq") or reply.get("service"), reply.get("aspect")) if x)
        print(paint(f"[{mark}]", "2"), paint(reply["text"], KIND_COLOURS.get(kind, "0")))
        if reply.get("why"):
            print(paint(f"   为什么：{reply['why']}", "2"))
        for source in reply["sources"]:
            since = f"，{source['effective_from']} 起" if source.get("effective_from") else ""
            print(paint(f"   依据：{source['title']}{source.get('article', '')}{since}", "2"))
        for button in reply["buttons"]:
            self._buttons.append(button)
            print(paint(f"   /{len(self._buttons)} {button['title']}", "34"))

    def _show_trace(self, elapsed: float) -> None:
        from actions.attend.record import conditions

        def dim(text: str) -> None:
            print(self._paint(text, "90"))

        for record in self._trace:
            if record["step"] == "respond":
                dim(f"  归一化：{record['text']}")
                for reading in record["readings"][:5]:
                    dim(f"  {reading.score:.3f}  {reading.topic}  {reading.home} × {reading.aspect or '—'}")
                for clause in record["clauses"]:
                    best = clause.best
                    dim(f"  分句：{clause.text} → {best.home if best else '?'} × {best.aspect if best else '?'} {best.score if best else 0:.3f}")
                dim(f"  这句话透露：{record['facts'] or '无'}  情绪：{record['moods'] or '无'}")
                dim(f"  画像：{_profile(record) or '空'}  焦点：{record['focus']}")
            else:
                if record["silence"]:
                    dim(f"  不多说：{record['silence']}")
                for verdict in record["verdicts"]:
                    sign = "✓" if verdict.chosen else "✗"
                    score = f"　用处 {verdict.score}" if verdict.score is not None else ""
                    dim(f"  {sign} {verdict.rule.id}（{verdict.rule.level} 级）{verdict.reason}{score}")
                    for line in conditions(verdict):
                        dim(f"      {line}")
        dim(f"  用时 {elapsed:.0f} 毫秒")


async def start(args: argparse.Namespace) -> int:
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.shared.core.domain import Domain

    from bot.training.releases import ReleaseError, Releases

    from .agent import load_agent

    releases = Releases(Settings.from_env().releases_dir)
    ident = releases.current_id()
    try:
        if ident is None:
            raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
        print("正在装入模型（约十几秒）……", file=sys.stderr, flush=True)
        agent = await load_agent(releases, ident, InMemoryTrackerStore(Domain.empty()))
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    paint = Paint(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    await Shell(agent, args.explain, paint).run()
    return 0


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj shell", description="在终端里和助手说话")
    parser.add_argument("--explain", action="store_true", help="显示归一化、主题和分数、画像、每条规则用或不用的原因、用时")
    args = parser.parse_args(arguments)
    _remember_lines(Settings.from_env().var_dir / "shell-history")
    from bot.quiet import quiet_libraries

    quiet_libraries()
    return asyncio.run(start(args))


def _profile(record: Dict[str, Any]) -> str:
    """Every fact with how it became known and how sure it is."""
    origins = record.get("origins", {})
    return "，".join(
        f"{name}={value}" + (f"（{ORIGIN_NAMES[origin.how]}，{origin.sure:.1f}）" if (origin := origins.get(name)) is not None else "")
        for name, value in record["profile"].items()
    )


def _remember_lines(path: Path) -> None:
    """Arrow keys bring back earlier lines, also from earlier runs; the file stays on this machine (mode 600)."""
    import atexit
    import readline

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        readline.read_history_file(path)
    else:
        path.touch(mode=0o600)
    readline.set_history_length(500)
    atexit.register(readline.write_history_file, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
