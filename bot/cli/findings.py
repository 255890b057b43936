"""What ``./gjj doctor`` looks at; each check gives findings and never raises for what it looks for."""
from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List

from bot.cli import disk, paths, pipeline, ports, redis_server
from bot.cli.lock import InstanceLock
from bot.cli.problem import Problem
from bot.settings import ROOT, Settings
from bot.state.address import shown
from bot.training.releases import ReleaseError, Releases

_MEMORY_PER_WORKER = 1200  # MB, a loaded Rasa worker with headroom


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``mend`` says what to do when it is not ``ok``."""

    ok: bool
    text: str
    mend: str = ""


def interpreters() -> Iterator[Finding]:
    """Both environments exist and run the Python they need."""
    version = sys.version_info
    yield Finding(version >= (3, 12), f"网关环境 Python {version.major}.{version.minor}.{version.micro}",
                  "删掉 var/venv/gateway 再运行 ./gjj up")
    found = _output([str(paths.WORKER_PYTHON), "-c", "import platform; print(platform.python_version())"])
    yield Finding(found.startswith("3.10."), f"对话环境 Python {found or '没有安装'}", "运行 ./gjj up，它会安装 CPython 3.10 环境")
    try:
        uv = pipeline.find_uv()
        yield Finding(True, f"{_output([uv, '--version']).split('(')[0].strip()}（{uv}）")
    except Problem as problem:
        yield Finding(False, "uv", str(problem))


def packages() -> Iterator[Finding]:
    """What is installed is what the lock files say."""
    for name, lock in (("worker", "bot/worker/requirements.txt"), ("gateway", "bot/gateway/requirements.txt")):
        if not (paths.VENVS / name).exists():
            continue  # reported by interpreters()
        wrong = _differences(paths.VENVS / name, ROOT / lock)
        yield Finding(not wrong, f"{lock} 与已安装的一致" if not wrong else f"{lock} 与已安装的不同：{'，'.join(wrong[:5])}",
                      f"删掉 var/venv/{name}/gjj.lock 再运行 ./gjj up")
    if pipeline.is_installed():
        yield Finding(True, "中文 spaCy 管道 zh_gjj 已安装，与词典一致")
    else:
        yield Finding(False, "中文 spaCy 管道 zh_gjj 没有安装，或与现在的词典不一致", "运行 ./gjj up 或 ./gjj train，它会重新构建")


def _differences(venv: Path, lock: Path) -> List[str]:
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+) \\$", lock.read_text(encoding="utf-8"), re.MULTILINE)
    sites = [str(path) for path in venv.glob("lib/python*/site-packages")]
    installed: Dict[str, str] = {
        _normal(found.metadata["Name"]): found.version for found in importlib.metadata.distributions(path=sites)
    }
    return [
        f"{name} {installed.get(_normal(name), '没有安装')}（应为 {version}）"
        for name, version in pinned
        if installed.get(_normal(name)) != version
    ]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def release(settings: Settings) -> Iterator[Finding]:
    """A release is in service and its model is the one that was published."""
    releases = Releases(settings.releases_dir)
    ident = releases.current_id()
    if ident is None:
        yield Finding(False, "还没有发布过版本", "运行 ./gjj train（或 ./gjj up，它会先训练）")
        return
    try:
        releases.model_path(ident)
        yield Finding(True, f"版本 {ident} 完整，校验和一致")
    except ReleaseError as error:
        yield Finding(False, f"版本 {ident}", str(error))


def redis_state(settings: Settings) -> Iterator[Finding]:
    """Redis answers, or the bundled one can be started."""
    running = InstanceLock.holder(settings.run_dir / "up.lock") is not None
    url = settings.redis_url or redis_server.socket_url(settings.run_dir / "redis.sock")
    if not settings.redis_url and not running:
        try:
            redis_server.bundled_server(settings.var_dir, settings.run_dir / "redis.sock", {})
            yield Finding(True, "内置 Redis 可用（启动时运行）")
        except Problem as problem:
            yield Finding(False, "内置 Redis", str(problem))
        return
    try:
        version = redis_server.require_reachable(url, settings.redis_timeout)
    except Problem as problem:
        yield Finding(False, "Redis", str(problem))
        return
    new_enough = int(version.split(".")[0] or 0) >= 6
    yield Finding(new_enough, f"Redis {version}（{shown(url)}）", "请升级到 Redis 6 或更新的版本")


def machine(settings: Settings) -> Iterator[Finding]:
    """Disk, memory, clock, port."""
    free = disk.free_bytes(settings.var_dir)
    yield Finding(free >= disk.MINIMUM, f"磁盘可用 {free // 2**20} MB（{settings.var_dir}）", "请清理磁盘，至少留出 500 MB")
    needed = _MEMORY_PER_WORKER * settings.workers
    memory = _available_memory()
    running = InstanceLock.holder(settings.run_dir / "up.lock")
    yield Finding(running is not None or memory >= needed, f"内存可用 {memory} MB（{settings.workers} 个对话进程约需 {needed} MB）",
                  "请关闭别的程序，或减少 --workers")
    newest = max(path.stat().st_mtime for path in (ROOT / "bot").rglob("*.py"))
    yield Finding(time.time() > newest - 86400, f"时钟 {time.strftime('%Y-%m-%d %H:%M:%S %z')}",
                  "系统时间早于程序文件的时间：请校准时钟（例如 timedatectl set-ntp true）")
    if settings.today is not None:
        yield Finding(settings.for_tests, f"GJJ_TODAY 把日期固定在 {settings.today}", "正式运行请去掉 GJJ_TODAY，否则日期提醒会算错")
    if running is not None:
        yield Finding(True, f"系统正在运行（进程 {running}）")
        return
    try:
        ports.require_free_port(settings.host, settings.port)
        yield Finding(True, f"端口 {settings.port} 空闲")
    except Problem as problem:
        yield Finding(False, f"端口 {settings.port}", str(problem))


def content() -> Iterator[Finding]:
    """Service cards, FAQs, facts and settings are valid."""
    done = subprocess.run([sys.executable, "-m", "bot.knowledge.check"], capture_output=True, text=True, cwd=ROOT)
    last = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [""])[-1]
    yield Finding(done.returncode == 0, f"内容：{last}", "运行 ./gjj config check 看每一处，按提示改正")


def _available_memory() -> int:
    """MB that new processes may use."""
    match = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(match.group(1)) // 1024 if match else os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def _output(command: List[str]) -> str:
    """What ``command`` prints, or nothing when it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()
    except OSError:
        return ""
