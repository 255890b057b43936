"""``./gjj backup FILE`` and ``./gjj restore FILE``: conversations, content, releases and the audit log in one file.

The signing secret is not in it: who has the file could otherwise speak as any citizen. It is kept apart, as docs/operations.md
says.
"""
from __future__ import annotations

import argparse
import asyncio
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Iterator, Optional, Sequence, TypeVar

from redis.exceptions import RedisError

from bot import clock
from bot.cli.console import Step, say
from bot.cli.lock import InstanceLock
from bot.cli.problem import Problem
from bot.cli.redis_at_hand import redis_at_hand
from bot.settings import Settings
from bot.state import dump
from bot.state.address import shown
from bot.state.client import BytesClient, close, connect

MANIFEST, KEYS = "manifest.json", "redis.keys"
FORMAT = 1
_PATIENCE = 30.0
_T = TypeVar("_T")


def backup(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj backup", description="把会话、内容、版本和操作记录存成一个文件。")
    parser.add_argument("file", type=Path, help="例如 备份/gjj-2026-11-23.tar.gz")
    args = parser.parse_args(argv)
    settings = Settings.from_env()
    if args.file.exists():
        raise Problem(f"{args.file} 已经存在：请换一个名字，旧的备份不会被覆盖。")
    args.file.parent.mkdir(parents=True, exist_ok=True)
    with Step("备份", "几秒到几分钟"), tempfile.TemporaryDirectory(dir=args.file.parent, prefix=".gjj-backup-") as name:
        counts = save(settings, args.file, Path(name))
    say(f"✓ {args.file}：{counts['keys']} 个键，{counts['files']} 个文件，{args.file.stat().st_size / 2**20:.1f} MB")
    say("  签名密钥不在里面，请把 var/secret（或 GJJ_SECRET_FILE 指的文件）另外保管。")
    return 0


def restore(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj restore", description="从备份文件恢复。先停止系统。")
    parser.add_argument("file", type=Path, help="./gjj backup 存的文件")
    parser.add_argument("--replace", action="store_true", help="先清掉 Redis 里现有的（不加时，里面有东西就不动）")
    parser.add_argument("--check", action="store_true", help="只核对文件完好，什么也不改")
    args = parser.parse_args(argv)
    settings = Settings.from_env()
    with tempfile.TemporaryDirectory(prefix="gjj-restore-") as name:
        with Step("核对备份", "几秒"):
            manifest = unpack(args.file, Path(name))
        if args.check:
            say(f"✓ 备份完好：{manifest['at']} 存的，{manifest['keys']} 个键，{len(manifest['files'])} 个文件")
            return 0
        running = InstanceLock.holder(settings.run_dir / "up.lock")
        if running is not None:
            raise Problem(f"系统正在运行（进程 {running}）：请先停止它，再恢复。")
        with Step("恢复", "几秒到几分钟"):
            kept, restored = load(settings, Path(name), args.replace)
    say(f"✓ 恢复了 {manifest['at']} 的备份：{restored} 个键，{len(manifest['files'])} 个文件")
    say(f"  原来的内容和版本挪到了 {kept}，确认无误后可以删掉。")
    return 0


def save(settings: Settings, file: Path, work: Path) -> Dict[str, int]:
    """Write the backup ``file``, whole or not at all; ``work`` is an empty folder beside it. How much of what."""
    keys = work / KEYS
    with redis_at_hand(settings) as url, keys.open("wb") as out:
        count = _with_client(settings, url, lambda client: dump.write(client, out))
    files = {KEYS: keys, **dict(_files(settings))}
    manifest = {"format": FORMAT, "at": clock.now().isoformat(timespec="seconds"), "keys": count,
                "files": {name: _digest(path) for name, path in files.items()}}
    staging = work / "backup"
    with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as tar:
            body = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(body)
            tar.addfile(head, io.BytesIO(body))
            for name, path in files.items():
                tar.add(path, name, recursive=False)
        raw.flush()
        os.fsync(raw.fileno())
    staging.rename(file)
    return {"keys": count, "files": len(files)}


def unpack(file: Path, folder: Path) -> Dict[str, Any]:
    """The manifest, after every file of it was written to ``folder`` and its digest found right; raises :class:`Problem`."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        manifest: Dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        wrong = [name for name, digest in manifest["files"].items() if _digest(folder / name) != digest]
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem(f"{file} 读不出来（{type(error).__name__}）：不是 ./gjj backup 存的文件，或者没有传完整。") from None
    if manifest.get("format") != FORMAT:
        raise Problem(f"{file} 是另一个版本的程序存的（格式 {manifest.get('format')}），请用那个版本恢复。")
    if wrong:
        raise Problem(f"{file} 里的 {wrong[0]} 与存的时候不一样，备份可能损坏，没有恢复。")
    return manifest


def load(settings: Settings, folder: Path, replace: bool) -> "tuple[Path, int]":
    """Put what ``folder`` holds in place; where the former content went, and how many keys came back."""
    kept = settings.var_dir / f"before-restore-{clock.now():%Y%m%d-%H%M%S}"
    with redis_at_hand(settings) as url:
        if not replace and not _with_client(settings, url, dump.is_empty):
            raise Problem(f"Redis（{shown(url)}）里已经有会话：要用备份换掉它们，请加 --replace。")
        for name, place in _places(settings).items():
            if place.exists() and (folder / name).is_dir():
                shutil.copytree(place, kept / name, symlinks=True)

        async def fill(client: BytesClient) -> int:
            await dump.erase(client)
            with (folder / KEYS).open("rb") as file:
                return await dump.read(client, file)

        restored = _with_client(settings, url, fill)
    for name, place in _places(settings).items():
        if (folder / name).is_dir():
            _replace_files(folder / name, place)
    current = folder / "releases" / "current.txt"
    if current.exists():
        link = settings.releases_dir / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(current.read_text("utf-8").strip())
        (settings.releases_dir / "current.txt").unlink()
    return kept, restored


def _with_client(settings: Settings, url: str, work: Callable[[BytesClient], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        client = connect(url, max(_PATIENCE, settings.redis_timeout))
        try:
            return await work(client)
        finally:
            await close(client)

    try:
        return asyncio.run(run())
    except dump.DumpError:
        raise Problem("备份里 Redis 的那一部分读不出来，没有恢复完。请换一个备份，再加 --replace 恢复一次。") from None
    except (RedisError, OSError) as error:
        raise Problem(f"Redis（{shown(url)}）中途出错（{type(error).__name__}）：请检查它，再运行一次。") from None


def _places(settings: Settings) -> Dict[str, Path]:
    """Name in the backup → folder on disk."""
    return {"data": settings.root / "data", "releases": settings.releases_dir, "audit": settings.audit_file.parent}


def _files(settings: Settings) -> Iterator["tuple[str, Path]"]:
    for name, place in _places(settings).items():
        for path in sorted(place.rglob("*")):
            inside = path.relative_to(place)
            if path.is_symlink() or not path.is_file() or any(part.startswith(".") or part == "__pycache__" for part in inside.parts):
                continue
            if name == "audit" and not path.name.startswith(settings.audit_file.stem):
                continue  # the other logs are not part of a backup
            yield f"{name}/{inside}", path
    current = _current(settings)
    if current is not None:
        yield "releases/current.txt", current


def _current(settings: Settings) -> Optional[Path]:
    """A file that names the release in service, which on disk is a link."""
    link = settings.releases_dir / "current"
    if not link.is_symlink():
        return None
    note = settings.run_dir / "backup-current"
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    note.write_text(os.readlink(link), encoding="utf-8")
    return note


def _replace_files(source: Path, place: Path) -> None:
    """``place`` holds what ``source`` holds; the folder itself stays, it may be a mounted volume."""
    place.mkdir(parents=True, exist_ok=True)
    wanted = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    if place.name != "log":
        for path in [path for path in place.rglob("*") if path.is_file() and path.relative_to(place) not in wanted]:
            path.unlink()
    for inside in wanted:
        (place / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / inside, place / inside)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


COMMANDS = {"backup": backup, "restore": restore}
