"""A Redis on a small file system that it alone has: filling it harms nothing else, and it is gone when Redis ends."""
from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import List, Tuple

from bench.ports import free_port
from bench.system import Part, System, redis_server

MEGABYTES = 8


class NotAllowed(RuntimeError):
    """This system lets nobody but its administrator make file systems."""


def redis_on_own_disk(folder: Path) -> Tuple[Part, str]:
    """Like :func:`bench.system.redis_server`; raises :class:`NotAllowed`."""
    tried = subprocess.run([*_inside(folder), "true"], capture_output=True, text=True)
    if tried.returncode:
        raise NotAllowed(tried.stderr.strip() or "unshare")
    port = free_port()
    return redis_server(folder, port=port, inside=_inside(_data(folder, port)))


async def fill(system: System, seconds: float) -> None:
    """Leave no byte free where ``system``'s Redis keeps its data, for so long."""
    assert system.redis is not None
    port = int(system.redis.name.rpartition("-")[2])
    filler = Path(f"/proc/{system.redis.pid}/root{_data(system.folder, port)}/filler")
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass  # full: what was wanted
    free = os.statvfs(filler.parent).f_bavail
    await asyncio.sleep(seconds)
    filler.unlink()
    assert free == 0, f"{free} blocks were left"


def _data(folder: Path, port: int) -> Path:
    return folder / f"redis-{port}"


def _inside(folder: Path) -> List[str]:
    """What runs a command where ``folder`` is a file system that only it and its children see."""
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    return [*alone, "sh", "-c", f'mount -t tmpfs -o size={MEGABYTES}m none "$0" && exec "$@"', str(folder)]
