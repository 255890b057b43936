"""``./gjj releases [compare A [B] | publish ID | rollback ID]``: list, compare, put in service."""
from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import Dict, List, Optional

import msgspec

from bot.knowledge.base import DATA
from bot.knowledge.faq_text import TextError
from bot.settings import Settings
from bot.state.client import RedisError

from . import assessment, content
from .in_service import opened, put_in_service
from .releases import Release, ReleaseError, Releases

SHOWN = 12


def main(arguments: List[str]) -> int:
    args = _parser().parse_args(arguments)
    settings = Settings.from_env()
    releases = Releases(settings.releases_dir)
    try:
        if args.what is None:
            _list(releases)
        elif args.what == "compare":
            _compare(releases, args.first, args.second)
        else:
            asyncio.run(_switch(settings, releases, args))
    except (ReleaseError, TextError) as error:
        print(error, file=sys.stderr)
        return 1
    except (RedisError, OSError, asyncio.TimeoutError):
        print("连不上 Redis，没有换版本：请用 ./gjj doctor 看看，稍后再试。", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./gjj releases", description="查看、比较、发布、回退版本")
    what = parser.add_subparsers(dest="what", metavar="compare|publish|rollback")
    compare = what.add_parser("compare", help="逐句比较两个版本；只写一个时，和在用的比")
    compare.add_argument("first", metavar="版本")
    compare.add_argument("second", metavar="另一个版本", nargs="?")
    publish = what.add_parser("publish", help="发布一个候选版本")
    publish.add_argument("ident", metavar="版本")
    publish.add_argument("--reason", default="", help="检验没有通过时，写明理由")
    rollback = what.add_parser("rollback", help="换回一个版本；答案和数字不动，除非写 --content")
    rollback.add_argument("ident", metavar="版本")
    rollback.add_argument("--reason", default="", help="为什么换回")
    rollback.add_argument("--content", action="store_true", help="内容也换回当时的样子（现在的内容另存一份）")
    return parser


def _list(releases: Releases) -> None:
    service = releases.in_service()
    for release in releases.all():
        mark = "← 在用" if service and release.id == service.id else "← 上一个" if service and release.id == service.previous else \
            "检验没有通过" if release.refusals else ""
        metrics = "  ".join(f"{k}={v:.3f}" for k, v in release.metrics.items())
        counts = "  ".join(f"{k}={v}" for k, v in release.counts.items())
        print(f"{release.id}  {metrics}  {counts}  {release.author} {mark}".rstrip())
    if service is None:
        print("还没有版本，运行 ./gjj train 训练第一个。")


def _compare(releases: Releases, first: str, second: Optional[str]) -> None:
    before = first if second else releases.current_id()
    if before is None:
        raise ReleaseError("还没有在用的版本，没有可比的。")
    after = second or first
    found = assessment.compare(figures(releases, before), figures(releases, after))
    print(f"{before} → {after}：共同的 {found.common} 句，答对 {found.before:.1%} → {found.after:.1%}，变好 {len(found.better)} 句，变差 {len(found.worse)} 句")
    for title, changes in (("变差", found.worse), ("变好", found.better)):
        for change in changes[:SHOWN]:
            print(f"  {title} {change.question}：{change.before or '没有听懂'} → {change.after or '没有听懂'}（应为 {change.right[0]}）")
        if len(changes) > SHOWN:
            print(f"  {title}的还有 {len(changes) - SHOWN} 句")
    for topic in found.topics:
        print(f"  {topic.topic}（{topic.n} 句）{topic.before:.0%} → {topic.after:.0%}")
    for line in content_differences(releases, before, after):
        print(f"  {line}")


def figures(releases: Releases, ident: str) -> assessment.Assessment:
    """What a release answered when it was examined; raises :class:`ReleaseError` for one from before that was kept."""
    try:
        return assessment.decode(releases.read(ident, assessment.FILE))
    except (ReleaseError, msgspec.DecodeError):
        raise ReleaseError(f"版本 {ident} 没有留下逐句的检验结果，不能逐句比较") from None


def content_differences(releases: Releases, before: str, after: Optional[str], data: Path = DATA) -> List[str]:
    """How the content of two releases differs; ``after`` None: today's content. Empty for releases that kept none."""
    try:
        sides: List[Dict[str, bytes]] = [
            content.unpack(releases.read(ident, content.FILE)) if ident else content.snapshot(data) for ident in (before, after)]
    except ReleaseError:
        return []
    return content.differences(*sides)


async def _switch(settings: Settings, releases: Releases, args: argparse.Namespace) -> None:
    by = f"终端（{getpass.getuser()}）"
    kept = None
    async with opened(settings) as shared:
        if shared is not None:
            await shared.fetch_if_missing(args.ident, releases)
        release = releases.get(args.ident)
        if args.what == "rollback" and args.content:
            kept = content.restore(content.unpack(releases.read(release.id, content.FILE)), DATA, settings.var_dir / "content-backups")
        await put_in_service(releases, shared, release.id, by, args.reason)
    print(f"已{'换回' if args.what == 'rollback' else '发布'}版本 {release.id}，正在运行的系统几秒内就会用上。")
    if kept is not None:
        print(f"内容也换回了当时的样子；换回前的内容存在 {kept}。")
    elif args.what == "rollback":
        _remind(releases, release)


def _remind(releases: Releases, release: Release) -> None:
    """Rolling back the model must not silently undo what was written since, nor look as if it had."""
    lines = content_differences(releases, release.id, None)
    if lines:
        print(f"后来改的 {len(lines)} 处内容（答案、数字）照旧有效；要连内容一起换回，加 --content。")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
