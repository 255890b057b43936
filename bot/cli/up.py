"""``./gjj up``: start everything, keep it running, stop it cleanly."""
from __future__ import annotations

import argparse
import os
import signal
import time
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence

from bot.cli import disk, ports, redis_server
from bot.cli.child import Child
from bot.cli.console import Step, complain, say
from bot.cli.lock import InstanceLock
from bot.cli.logs import last_lines
from bot.cli.paths import SocketFolder
from bot.cli.plan import REAL, Plan
from bot.cli.problem import Problem
from bot.cli.readiness import gateway_ready, page_address, worker_ready
from bot.cli.supervisor import Supervisor
from bot.settings import ROOT, Settings, ensure_secret
from bot.training.in_service import ADDRESS

_ROUND = 0.2  # seconds between two looks at the children
_DISK_EVERY = 60.0
_TOO_MANY_DEATHS = 3
_SLOWEST_START = 180.0


class Stopped(BaseException):
    """Ctrl-C, TERM or HUP arrived; not an Exception, so that no handler mistakes it for a failure."""


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./gjj up", description="启动整个系统，Ctrl-C 停止。", add_help=False)
    parser.add_argument("-h", "--help", action="help", help="显示这份说明")
    parser.add_argument("--port", type=int, help="网页端口，默认 8080")
    parser.add_argument("--workers", type=int, help="对话进程个数，默认 1")
    parser.add_argument("--for-tests", action="store_true", help="只监听本机、不限流、随机数固定")
    return parser.parse_args(argv)


def settings_for(given: argparse.Namespace, env: Dict[str, str]) -> Settings:
    """Settings of this start; the command line goes before the environment, both are checked alike."""
    env = dict(env)
    if given.port is not None:
        env["GJJ_PORT"] = str(given.port)
    if given.workers is not None:
        env["GJJ_WORKERS"] = str(given.workers)
    if given.for_tests:
        env.update(GJJ_FOR_TESTS="1", GJJ_HOST="127.0.0.1")
    return Settings.from_env(env)


class Launcher:
    """One start of the system."""

    def __init__(self, settings: Settings, plan: Plan = REAL) -> None:
        self._settings = settings
        self._plan = plan
        self._supervisor = Supervisor()
        self._redis: List[Child] = []
        self._workers: List[Child] = []
        self._gateway: List[Child] = []
        self._trainer: List[Child] = []

    def run(self) -> int:
        """Until Ctrl-C or TERM; 0 after a clean stop. Raises :class:`Problem` when it cannot start."""
        settings = self._settings
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        lock = InstanceLock(settings.run_dir / "up.lock")
        lock.acquire()
        sockets: Optional[SocketFolder] = None
        _catch_signals()
        try:
            disk.require_space(settings.var_dir)
            ports.require_free_port(settings.host, settings.port)
            if settings.redis_url:
                redis_server.require_reachable(settings.redis_url, settings.redis_timeout)
            self._address.unlink(missing_ok=True)  # of a launcher that was killed
            self._plan.prepare(settings)
            sockets = SocketFolder.open(settings)
            self._start(sockets)
            address = page_address(settings.host, settings.port)
            lock.describe(address)
            say(f"✓ 已就绪：{address}   按 Ctrl-C 停止")
            say(f"  管理后台：{address}admin（第一个账号：./gjj admin create）")
            self._watch()
        except Stopped:
            say("正在停止……")
        finally:
            self._supervisor.stop([[*self._gateway, *self._trainer], self._workers, self._redis])
            self._address.unlink(missing_ok=True)
            if sockets is not None:
                sockets.close(settings.workers)
            lock.release()
        say("✓ 已全部停止")
        return 0

    def _start(self, sockets: SocketFolder) -> None:
        settings = self._settings
        env = self._environment(sockets)
        log, run = settings.var_dir / "log", settings.run_dir
        if not settings.redis_url:
            with Step("启动内置 Redis", "约 1 秒"):
                redis_server.wait_for_predecessor(run)
                self._redis.append(redis_server.bundled_server(settings.var_dir, sockets.redis, env))
                self._supervisor.start(self._redis[0])
                redis_server.wait_for_server(self._redis[0], env["REDIS_URL"])
        self._address.touch(mode=0o600)  # REDIS_URL may hold a password
        self._address.write_text(env["REDIS_URL"] + "\n", encoding="utf-8")
        worker_env = {**env, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}  # Rasa's libraries warn by the page
        paths = [sockets.worker(number + 1) for number in range(settings.workers)]
        with Step(f"启动 {len(paths)} 个对话进程", "加载模型，约 15 到 30 秒") as step:
            for number, path in enumerate(paths, start=1):
                sockets.clear(number)
                worker = Child(
                    f"对话进程 {number}", f"worker-{number}", self._plan.worker(path), worker_env, log, run,
                    grace=settings.message_timeout + 5,
                )
                self._workers.append(worker)
                self._supervisor.start(worker)
            self._wait(step, "对话进程还在加载模型", lambda: all(map(worker_ready, paths)))
        with Step("启动网关", "约 1 秒") as step:
            self._gateway.append(Child("网关", "gateway", self._plan.gateway(), env, log, run))
            self._supervisor.start(self._gateway[0])
            self._wait(step, "网关还没有应答", lambda: gateway_ready(settings.host, settings.port))
        self._trainer.append(Child("训练程序", "trainer", self._plan.trainer(), {**env, "PYTHONWARNINGS": "ignore"}, log, run))
        self._supervisor.start(self._trainer[0])  # light until somebody trains; nobody waits for it

    @property
    def _address(self) -> Path:
        """Where commands in other terminals find the Redis of this system."""
        return self._settings.run_dir / ADDRESS

    def _wait(self, step: Step, what: str, ready: Callable[[], bool]) -> None:
        """Until ``ready()``. While starting, a process that ends by itself has said why in its log; trying again would only
        hide it. One that was killed from outside is started again."""
        deadline = time.monotonic() + _SLOWEST_START
        while not ready():
            children = self._supervisor.children
            bad = [child for child in children if child.gave_up or child.failures >= _TOO_MANY_DEATHS]
            if not bad and time.monotonic() > deadline:
                bad = children[-1:]  # the one that was started last is the one waited for
            if bad:
                log = bad[0].log_dir / f"{bad[0].name}.log"
                raise Problem(f"{bad[0].title}起不来，请看 {log}。最后几行：\n{last_lines(bad[0].log_dir, bad[0].name)}")
            self._supervisor.check()
            step.still_waiting(what)
            time.sleep(_ROUND)

    def _watch(self) -> None:
        next_look = 0.0
        while True:
            self._supervisor.check()
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + _DISK_EVERY
                free = disk.free_bytes(self._settings.var_dir)
                if free < disk.MINIMUM:
                    complain(f"磁盘只剩 {free // 2**20} MB：请尽快清理，写满以后新的对话会保存不了。")
            time.sleep(_ROUND)

    def _environment(self, sockets: SocketFolder) -> Dict[str, str]:
        """What the children find in their environment; the secret goes by file, not by value."""
        settings = self._settings
        env = dict(os.environ)
        env.update(
            PYTHONPATH=str(ROOT), PYTHONUTF8="1", PYTHONUNBUFFERED="1", PYTHONHASHSEED=env.get("PYTHONHASHSEED", "0"),
            RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3",
            GJJ_VAR=str(settings.var_dir), GJJ_HOST=settings.host, GJJ_PORT=str(settings.port),
            GJJ_WORKERS=str(settings.workers), GJJ_FOR_TESTS="1" if settings.for_tests else "",
            REDIS_URL=settings.redis_url or redis_server.socket_url(sockets.redis),
            GJJ_WORKER_SOCKETS=",".join(str(sockets.worker(n + 1)) for n in range(settings.workers)),
        )
        if not settings.secret:
            ensure_secret(settings.var_dir)
            env["GJJ_SECRET_FILE"] = str(settings.var_dir / "secret")
        return env


def _catch_signals() -> None:
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ./gjj up goes on after logging out
        signal.signal(signal.SIGHUP, _stop)


def _stop(number: int, frame: object) -> None:
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)  # a second Ctrl-C must not cut the clean stop short
    raise Stopped()


def main(argv: Sequence[str], plan: Plan = REAL) -> int:
    settings = settings_for(arguments(argv), dict(os.environ))
    return Launcher(settings, plan).run()
