"""The faults, and the systems they happen to. Each fault ends when the part is back, as the launcher would have brought it back."""
from __future__ import annotations

import asyncio
import resource
import signal
from pathlib import Path

from bench.own_disk import fill, redis_on_own_disk
from bench.sentinels import Sentinels
from bench.system import Part, System, redis_server
from bot.settings import Settings
from bot.training.releases import Releases

HANG_SECONDS = 10.0
FULL_SECONDS = 5.0
RESTART_PAUSE = 1.0
"""As the launcher waits before it starts a dead part again."""
SKEW_SECONDS = 5


REAL, LIGHT = "bot.worker", "bench.light_worker"


def plain(folder: Path, module: str = REAL) -> System:
    return System(folder, workers=2, module=module)


def small_disk(folder: Path, module: str = REAL) -> System:
    """Redis survives a write that the system refuses, as it does on a full disk, instead of being ended by SIGXFSZ."""
    system = System(folder, workers=2, redis_url="unused", module=module)
    system.redis, url = redis_server(folder, before=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    system.env["REDIS_URL"] = system.redis_url = url
    return system


def own_disk(folder: Path, module: str = REAL) -> System:
    """Redis' data on a small file system of its own; raises :class:`bench.own_disk.NotAllowed`."""
    folder.mkdir(parents=True, exist_ok=True)
    redis, url = redis_on_own_disk(folder)
    system = System(folder, workers=2, redis_url=url, module=module)
    system.redis = redis
    return system


def skewed(folder: Path, module: str = REAL) -> System:
    """The second worker's clock is five seconds ahead of everybody else's."""
    system = System(folder, workers=2, module=module)
    path = Path(system.env["GJJ_WORKER_SOCKETS"].split(",")[1])
    system.workers[1] = system.worker(2, path, ("-m", "bench.skewed", str(SKEW_SECONDS), module))
    return system


def own_releases(folder: Path, module: str = REAL) -> System:
    """With :func:`two_releases`."""
    two_releases(folder)
    return System(folder, workers=2)  # always with models: loading is what is drilled


def two_releases(folder: Path) -> None:
    """A releases folder of the system's own in ``folder`` that holds the release in service twice, under two names."""
    here = Releases(Settings.from_env().releases_dir)
    model = here.model_path(here.current_id() or "")
    own = Releases(folder / "releases")
    own.publish(model, {}, {})
    own.publish(model, {}, {})


def sentinel(folder: Path, module: str = REAL) -> System:
    """One master, two replicas and three Sentinels."""
    group = Sentinels(folder)
    system = System(folder, workers=2, redis_url=group.url, module=module)
    system.redis = group  # type: ignore[assignment]
    return system


async def kill_worker(system: System) -> None:
    await _kill(system.workers[0])


async def drain_worker(system: System) -> None:
    worker = system.workers[0]
    await asyncio.to_thread(worker.stop)
    assert worker.process is not None and worker.process.returncode == 0, worker.log()
    await asyncio.to_thread(worker.start().wait)


async def kill_gateway(system: System) -> None:
    await _kill(system.gateway)


async def kill_redis(system: System) -> None:
    assert system.redis is not None
    await _kill(system.redis)


async def pause_redis(system: System) -> None:
    assert system.redis is not None
    system.redis.signal(signal.SIGSTOP)
    await asyncio.sleep(HANG_SECONDS)
    system.redis.signal(signal.SIGCONT)


async def fill_disk(system: System) -> None:
    assert system.redis is not None
    written = max(path.stat().st_size for path in system.folder.rglob("*.aof"))
    _, hard = resource.prlimit(system.redis.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(system.redis.pid, resource.RLIMIT_FSIZE, (written, hard))
    await asyncio.sleep(FULL_SECONDS)
    resource.prlimit(system.redis.pid, resource.RLIMIT_FSIZE, (hard, hard))


async def fill_own_disk(system: System) -> None:
    await fill(system, FULL_SECONDS)


async def reload(system: System) -> None:
    """Put the other release in service and wait until every worker answers with it."""
    releases = Releases(system.folder / "releases")
    serving = releases.current_id()
    other = next(release.id for release in releases.all() if release.id != serving)
    releases.switch(other)
    for worker in system.workers:
        while f"release {other} in service" not in worker.log():
            assert worker.process is not None and worker.process.poll() is None, worker.log()
            await asyncio.sleep(0.2)


async def kill_master(system: System) -> None:
    assert isinstance(system.redis, Sentinels)
    await asyncio.to_thread(system.redis.fail_over)


async def _kill(part: Part) -> None:
    part.kill()
    await asyncio.sleep(RESTART_PAUSE)
    await asyncio.to_thread(part.start().wait)

