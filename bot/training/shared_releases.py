"""Releases in Redis, for machines that did not train them: files in pieces, a signed manifest, and which one is in service.

``gjj:{releases}:current`` (a :class:`~bot.training.releases.Switch` as JSON) · ``…:<id>`` the manifest with its signature ·
``…:<id>:<file>:<n>`` a piece · ``…:ids`` the releases that are whole · ``…:serving`` what each worker serves · ``…:turn`` who
loads now. The manifest is written after all pieces and signed with the project's secret: whoever can only write into Redis
cannot make a worker load anything (a model file can run code).
"""
from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Set

from bot.state.client import BytesClient, Script, as_text
from bot.state.keys import PREFIX

from .releases import MANIFEST, Release, ReleaseError, Releases, Switch, digest, manifest_bytes, read_manifest

BASE = f"{PREFIX}{{releases}}:"
PIECE = 1 << 20
KEEP = 3
"""Releases kept in Redis besides the one in service and the one before it; each is about 60 MB."""
TURN = 15.0
"""Seconds after which the turn to load of a worker that died is free again."""
STALE = 30.0
"""Seconds after which a worker that has not reported is gone."""

# KEYS: current. ARGV: the switch, its time. An older switch never takes the place of a newer one.
_SWITCH = Script("""
local known = redis.call('GET', KEYS[1])
if known and cjson.decode(known)['at'] >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
""")
# KEYS: turn. ARGV: token, milliseconds. Taking it again prolongs it.
_TAKE = Script("""
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")
_GIVE_BACK = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
""")


@dataclass(frozen=True)
class Serving:
    """What a worker serves: ``state`` is serving or loading, ``loading`` the release it is loading, ``at`` seconds since 1970."""

    worker: str
    release: str
    state: str
    at: float
    loading: str = ""
    ready: str = ""
    """The release it keeps loaded beside, and could serve at once."""
    trouble: str = ""
    """Why it refused the release that is meant to be in service."""


class SharedReleases:
    """``secret`` signs, those of ``earlier`` are still believed; ``client`` must not decode. All calls raise RedisError."""

    def __init__(self, client: BytesClient, secret: bytes, earlier: Sequence[bytes] = ()):
        self._redis = client
        self._secrets = (secret, *earlier)

    async def in_service(self) -> Optional[Switch]:
        """The release that every worker should serve; None before the first."""
        raw = await self._redis.get(f"{BASE}current")
        return Switch(**json.loads(raw)) if raw else None

    async def switch(self, switch: Switch) -> bool:
        """Tell all workers; False when somebody switched later than that."""
        return bool(await _SWITCH(self._redis, [f"{BASE}current"], json.dumps(asdict(switch), ensure_ascii=False), switch.at))

    async def ids(self) -> Set[str]:
        """Releases that are whole in Redis."""
        return {as_text(ident) for ident in await self._redis.smembers(f"{BASE}ids")}

    async def push(self, releases: Releases, ident: str) -> None:
        """Copy release ``ident`` from disk; the same one again is copied once. Raises :class:`ReleaseError` when it is damaged."""
        if ident in await self.ids():
            return
        release = releases.get(ident)
        await asyncio.to_thread(releases.model_path, ident)
        for name in release.digests:
            with (releases.folder / ident / name).open("rb") as file:
                for number, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                    await self._redis.set(_piece(ident, name, number), piece)
        raw = manifest_bytes(release)
        await self._redis.hset(f"{BASE}{ident}", mapping={"manifest": raw, "signature": _sign(self._secrets[0], raw)})
        await self._redis.sadd(f"{BASE}ids", ident)
        await self._prune(ident)

    async def fetch(self, ident: str, releases: Releases) -> None:
        """Copy release ``ident`` to disk; raises :class:`ReleaseError` unless all of it is what this project made."""
        if (releases.folder / ident / MANIFEST).exists():
            return
        stored = {as_text(k): v for k, v in (await self._redis.hgetall(f"{BASE}{ident}")).items()}
        if not stored:
            raise ReleaseError(f"版本 {ident} 既不在这台机器上，也不在 Redis 里，请换一个版本或重新 ./gjj train")
        raw = stored["manifest"]
        if not self._genuine(raw, as_text(stored["signature"])):
            raise ReleaseError(f"版本 {ident} 的签名不对，不能使用：各台机器要用同一个 GJJ_SECRET_FILE")
        release = read_manifest(raw)
        staging = releases.folder / f".{release.id}.fetched"
        await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)
        staging.mkdir(parents=True)
        for name, wanted in release.digests.items():
            await self._copy_file(release, name, staging / name)
            if await asyncio.to_thread(digest, staging / name) != wanted:
                shutil.rmtree(staging)
                raise ReleaseError(f"版本 {ident} 在 Redis 里的 {name} 不完整，请换一个版本或重新 ./gjj train")
        (staging / MANIFEST).write_bytes(raw)
        releases.adopt(staging, release.id)

    async def fetch_if_missing(self, ident: str, releases: Releases) -> None:
        """:meth:`fetch` for a release of another machine; one that nobody has is left to whoever reads it."""
        if not (releases.folder / ident / MANIFEST).exists() and ident in await self.ids():
            await self.fetch(ident, releases)

    async def manifests(self) -> List[Release]:
        """Every release in Redis with a good signature, newest first."""
        found = []
        for ident in await self.ids():
            raw, signature = await self._redis.hmget(f"{BASE}{ident}", "manifest", "signature")
            if raw and self._genuine(raw, as_text(signature)):
                found.append(read_manifest(raw))
        return sorted(found, key=lambda release: release.id, reverse=True)

    async def report(self, serving: Serving) -> None:
        """What this worker serves now."""
        fields = {**asdict(serving), "at": time.time()}
        await self._redis.hset(f"{BASE}serving", serving.worker, json.dumps(fields, ensure_ascii=False))

    async def serving(self) -> List[Serving]:
        """What every living worker serves, by name; those long gone are forgotten."""
        found = []
        for name, raw in (await self._redis.hgetall(f"{BASE}serving")).items():
            one = Serving(**json.loads(raw))
            if time.time() - one.at > STALE:
                await self._redis.hdel(f"{BASE}serving", name)
            else:
                found.append(one)
        return sorted(found, key=lambda s: s.worker)

    async def retire(self, worker: str) -> None:
        """This worker is leaving."""
        await self._redis.hdel(f"{BASE}serving", worker)

    async def take_turn(self, token: str) -> bool:
        """Whether this worker may load now; for :data:`TURN` seconds, and again when taken again."""
        return bool(await _TAKE(self._redis, [f"{BASE}turn"], token, int(TURN * 1000)))

    async def give_turn_back(self, token: str) -> None:
        await _GIVE_BACK(self._redis, [f"{BASE}turn"], token)

    async def _copy_file(self, release: Release, name: str, path: Path) -> None:
        with path.open("wb") as file:
            number = 0
            while True:
                piece = await self._redis.get(_piece(release.id, name, number))
                if not piece:
                    return
                file.write(piece)
                number += 1

    async def _prune(self, *spared: str) -> None:
        service = await self.in_service()
        spare = {*spared, *((service.id, service.previous) if service else ())}
        for ident in sorted(await self.ids() - spare, reverse=True)[KEEP:]:
            await self._redis.srem(f"{BASE}ids", ident)
            raw = await self._redis.hget(f"{BASE}{ident}", "manifest")
            await self._redis.delete(f"{BASE}{ident}")
            for name in read_manifest(raw).digests if raw else ():
                number = 0
                while await self._redis.delete(_piece(ident, name, number)):
                    number += 1

    def _genuine(self, raw: bytes, signature: str) -> bool:
        return any(hmac.compare_digest(signature.encode(), _sign(secret, raw).encode()) for secret in self._secrets)


def _sign(secret: bytes, raw: bytes) -> str:
    return hmac.new(secret, b"release\0" + raw, hashlib.sha256).hexdigest()


def _piece(ident: str, name: str, number: int) -> str:
    return f"{BASE}{ident}:{name}:{number}"


def settled(local: Optional[Switch], shared: Optional[Switch]) -> Dict[str, bool]:
    """Which side is behind: ``{"fetch": …, "push": …}``. The later switch counts; neither when they agree."""
    if local is None or shared is None:
        return {"fetch": shared is not None, "push": local is not None}
    if local.id == shared.id:
        return {"fetch": False, "push": False}
    return {"fetch": shared.at > local.at, "push": local.at > shared.at}
