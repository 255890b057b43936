"""``./gjj train``: check content → train → examine → publish, or refuse and say why.

While the system runs, its trainer does it and this command shows how far it is; otherwise it is done here.
"""
from __future__ import annotations

import argparse
import asyncio
import fcntl
import getpass
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Dict, Iterator, List, Optional, TextIO

import msgspec

from bot.settings import Settings
from bot.state.client import BytesClient, RedisError, close, connect

from .gate import Check
from .in_service import NotPassed, put_in_service, reconcile, redis_url, shared_by
from .jobs import DONE, KEPT_ASIDE, PUBLISHED, REFUSED, Job, Jobs, Taken
from .rasa_tools import NLU_PATHS, RasaTools
from .releases import Release, ReleaseError, Releases
from .run import GATE_FILE, HELD_OUT, Tools, Wrong, run
from .service import Trainer
from .steps import TITLES, progress

__all__ = ["HELD_OUT", "NLU_PATHS", "main"]

LOOK = 0.5
_BAR = 24
GOOD = (PUBLISHED, KEPT_ASIDE)


class Bar:
    """One line that is rewritten on a terminal; in a log one line for each step."""

    def __init__(self, stream: Optional[TextIO] = None):
        self._stream = stream or sys.stderr
        self._shown = ""

    def show(self, step: str, percent: float, left: float) -> None:
        rest = f"，约还要 {left:.0f} 秒" if left >= 0 else ""
        if self._stream.isatty():
            done = int(_BAR * percent / 100)
            self._stream.write(f"\r\033[K{'█' * done}{'░' * (_BAR - done)} {percent:3.0f}% {step}{rest}")
        elif step.partition("：")[0] != self._shown:
            self._shown = step.partition("：")[0]
            self._stream.write(f"{percent:3.0f}% {self._shown}{rest}\n")
        self._stream.flush()

    def end(self) -> None:
        if self._stream.isatty():
            self._stream.write("\r\033[K")
            self._stream.flush()


def main(arguments: List[str], tools: Optional[Tools] = None) -> int:
    parser = argparse.ArgumentParser(prog="./gjj train", description="检查内容、训练、检验、发布")
    parser.add_argument("--no-publish", action="store_true", help="只训练和检验，不发布")
    parser.add_argument("--reason", default="", help="检验不通过也要发布时，写明理由")
    parser.add_argument("--full", action="store_true", help="从头训练，哪怕只是加了几个问法")
    parser.add_argument("--wait", action="store_true", help="别人正在训练时，等他训练完")
    args = parser.parse_args(arguments)
    settings = Settings.from_env()
    by = f"终端（{getpass.getuser()}）"
    url = redis_url(settings)
    try:
        if url:
            return asyncio.run(_with_redis(settings, url, args, by))
        with _alone(settings.run_dir / "train.lock"):
            return _here(settings, args, by, tools or RasaTools())
    except (Wrong, Taken, ReleaseError, RuntimeError) as error:
        _complain(error)
        return 1


async def _with_redis(settings: Settings, url: str, args: argparse.Namespace, by: str) -> int:
    client = connect(url, settings.redis_timeout)
    try:
        jobs = Jobs(client)
        try:
            delegate = await jobs.has_trainer()
        except (RedisError, OSError, asyncio.TimeoutError):
            raise RuntimeError("系统没有完全停下，Redis 却没有应答：请用 ./gjj doctor 看看，或先停止系统再训练。") from None
        serving = None if delegate else asyncio.ensure_future(_own_trainer(settings, url))
        try:
            return await _ask(settings, client, jobs, args, by)
        finally:
            if serving is not None:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
    finally:
        await close(client)


async def _own_trainer(settings: Settings, url: str) -> None:
    await Trainer(replace(settings, redis_url=url)).serve()


async def _ask(settings: Settings, client: BytesClient, jobs: Jobs, args: argparse.Namespace, by: str) -> int:
    try:
        job = await jobs.start(by, publish=not args.no_publish, reason=args.reason, full=args.full)
    except Taken as taken:
        if not args.wait:
            raise
        print(f"{taken.job.by}正在训练，等他训练完。", file=sys.stderr)
        job = taken.job
    mine = job.by == by
    try:
        done = await _follow(jobs, job)
    except asyncio.CancelledError:  # Ctrl-C
        if mine:
            await jobs.cancel(by)
        raise
    if not mine:
        await reconcile(Releases(settings.releases_dir), shared_by(settings, client))
    return _tell_outcome(done)


async def _follow(jobs: Jobs, job: Job) -> Job:
    bar = Bar()
    try:
        while True:
            found = await jobs.current()
            if found is None or found.id != job.id:
                raise RuntimeError("这次训练的记录不见了，请用 ./gjj releases 看结果。")
            if found.state == DONE:
                return found
            bar.show(found.step or "等训练程序接手", found.percent, found.left)
            await asyncio.sleep(LOOK)
    finally:
        bar.end()


def _tell_outcome(job: Job) -> int:
    for problem in job.problems:
        print(problem, file=sys.stderr)
    print(job.message, file=sys.stderr)
    if job.outcome == REFUSED:
        print("原来的版本照常使用。看比较：./gjj releases compare " + job.release, file=sys.stderr)
    return 0 if job.outcome in GOOD else 1


def _here(settings: Settings, args: argparse.Namespace, by: str, tools: Tools) -> int:
    """Train in this process: nothing runs that could do it."""
    bar, started = Bar(), time.monotonic()
    began: Dict[str, float] = {}
    releases = Releases(settings.releases_dir)
    last = next((release.seconds for release in releases.all() if release.seconds), {})

    def tell(step: str, part: float, word: str) -> None:
        elapsed = time.monotonic() - began.setdefault(step, time.monotonic())
        percent, left = progress(last, step, elapsed, part)
        bar.show(TITLES[step] + (f"：{word}" if word else ""), percent, left)

    try:
        release = run(tools, releases, tell, by, args.full)
    finally:
        bar.end()
    _tell_checks(releases, release)
    if args.no_publish:
        print(f"留作候选版本 {release.id}（按要求没有发布）。", file=sys.stderr)
        return 0
    try:
        asyncio.run(put_in_service(releases, None, release.id, by, args.reason))
    except NotPassed as refusal:
        print(f"没有发布：{refusal}原来的版本照常使用。", file=sys.stderr)
        return 1
    print(f"已发布版本 {release.id}，用时 {time.monotonic() - started:.0f} 秒；正在运行的系统几秒内就会用上。", file=sys.stderr)
    return 0


def _tell_checks(releases: Releases, release: Release) -> None:
    for check in msgspec.json.decode(releases.read(release.id, GATE_FILE), type=List[Check]):
        print(f"{'✓' if check.passed else '✗'} {check.name}：{check.finding}", file=sys.stderr)


def _complain(error: Exception) -> None:
    for problem in error.problems if isinstance(error, Wrong) else ():
        print(problem, file=sys.stderr)
    print(error, file=sys.stderr)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One training at a time on a machine without Redis; a process that dies gives its turn back."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError("另一个终端正在训练，等它结束再试。") from None
        yield


if __name__ == "__main__":
    from bot.quiet import quiet_libraries

    quiet_libraries()
    sys.exit(main(sys.argv[1:]))
