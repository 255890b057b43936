"""The trainer: a light process beside the workers that takes trainings from Redis, has them run in a process of their own,
tells how far they are, and puts the result in service when it may. A gateway that restarts changes nothing for it.

It also keeps what is on this machine's disk and what is in Redis the same.
"""
from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from typing import Any, Dict, List, Optional

import msgspec

from bot.quiet import place
from bot.settings import Settings, SettingsError
from bot.state.client import RedisError, close, connect
from bot.worker.logs import configure_logging

from .in_service import NotPassed, put_in_service, reconcile, shared_by
from .jobs import CANCELLED, FAILED, INVALID, KEPT_ASIDE, PUBLISHED, REFUSED, Job, Jobs
from .process import COMMAND, Training
from .releases import ReleaseError, Releases
from .steps import TITLES, progress

logger = logging.getLogger(__name__)
INTERVAL = 1.0
BEAT = 1.0
RECONCILE = 5.0
"""Seconds between two looks whether disk and Redis agree."""
ALIVE = "trainer.alive"
"""File in the run folder, touched every few seconds: who keeps the trainer running sees in its age that the trainer is stuck."""
LOAD_PATIENCE = 120.0
"""Seconds the workers get to load the new release before the job is called done all the same."""


class Trainer:
    """``command`` starts the process that trains."""

    def __init__(self, settings: Settings, command: Optional[List[str]] = None):
        self._settings = settings
        self._command = command or COMMAND
        self._client = connect(settings.redis_url, settings.redis_timeout)
        self._jobs = Jobs(self._client)
        self._releases = Releases(settings.releases_dir)
        self._shared = shared_by(settings, self._client)
        self._name = f"{socket.gethostname()}/{os.getpid()}"
        self._alive = settings.run_dir / ALIVE
        self._warm: Optional[Training] = None
        self._agreed = 0.0

    async def serve(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._show_life()
                try:
                    await self.look()
                except (RedisError, OSError, asyncio.TimeoutError) as error:
                    logger.warning("trainer: %s", type(error).__name__)  # Redis is away; the next look may find it
                await asyncio.sleep(INTERVAL)
        finally:
            if self._warm is not None:
                await self._warm.end()
            await close(self._client)

    def _show_life(self) -> None:
        try:
            self._alive.parent.mkdir(parents=True, exist_ok=True)
            self._alive.touch()
        except OSError as error:
            logger.warning("trainer: %s", type(error).__name__)  # a full disk is no reason to stop

    async def look(self) -> None:
        """Once: take a waiting job and see it through; otherwise keep warm and in agreement."""
        await self._jobs.present(self._name, self._warm is not None and self._warm.ready)
        job = await self._jobs.take(self._name)
        if job is not None:
            await self._see_through(job)
            return
        await self._keep_warm()
        if time.monotonic() - self._agreed > RECONCILE:
            try:
                await reconcile(self._releases, self._shared)
            except ReleaseError as error:
                logger.error("%s", error)
            self._agreed = time.monotonic()

    async def _keep_warm(self) -> None:
        wanted = await self._jobs.is_warm()
        if self._warm is not None and (not wanted or not self._warm.running):
            await self._warm.end()
            self._warm = None
        if wanted and self._warm is None:
            self._warm = Training(self._command)
            await self._warm.start()

    async def _see_through(self, job: Job) -> None:
        training, self._warm = self._warm, None
        if training is None or not training.running:
            training = Training(self._command)
            await training.start()
        history = await self._jobs.history()
        last = next((one.seconds for one in history if one.outcome in (PUBLISHED, KEPT_ASIDE, REFUSED)), {})
        watch = _Watch(last)
        beating = asyncio.ensure_future(self._beat(job, watch))
        working = asyncio.ensure_future(self._work(job, training, watch))
        done, _ = await asyncio.wait({beating, working}, return_when=asyncio.FIRST_COMPLETED)
        if working not in done:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        await training.end()
        if working in done:
            beating.cancel()
            result = working.exception() or working.result()
            if isinstance(result, BaseException):
                logger.error("training: %s", place(result))
                result = {"outcome": FAILED, "message": str(result) if isinstance(result, ReleaseError) else f"训练出错：{place(result)}"}
        else:
            by = beating.result() if not beating.exception() else ""
            result = {"outcome": CANCELLED if by else FAILED, "cancelled_by": by,
                      "message": f"{by}取消了训练，在用的版本没有变。" if by else "训练程序和 Redis 断开太久，已经停下，在用的版本没有变。"}
        await self._jobs.end(msgspec.structs.replace(job, **watch.fields(), seconds=watch.seconds(), **result))

    async def _beat(self, job: Job, watch: "_Watch") -> str:
        """Tell how far it is until somebody cancels (who) or the job is lost ("")."""
        while True:
            self._show_life()
            try:
                by = await self._jobs.beat(job.id, **watch.fields(), seconds=watch.seconds())
                if by is None or (by and not watch.publishing):
                    return by or ""
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                logger.warning("trainer: %s", type(error).__name__)
            await asyncio.sleep(BEAT)

    async def _work(self, job: Job, training: Training, watch: "_Watch") -> Dict[str, Any]:
        """How it ended, as fields of the job."""
        result: Dict[str, Any] = {}
        async for news in training.run(job.by, job.full):
            if "step" in news:
                watch.at(news["step"], news["part"], news["word"])
            else:
                result = news
        if "problems" in result:
            return {"outcome": INVALID, "problems": result["problems"], "message": f"内容有 {len(result['problems'])} 处要改，没有训练。"}
        if "release" not in result:
            return {"outcome": FAILED, "message": result.get("failed", "训练没有结果。")}
        ident = result["release"]
        refusals = self._releases.get(ident).refusals
        watch.at("publish", -1.0, "")
        await self._shared.push(self._releases, ident)
        if not job.publish:
            word = f"检验没有通过：{'；'.join(refusals)}" if refusals else "检验通过，等人发布。"
            return {"outcome": REFUSED if refusals else KEPT_ASIDE, "release": ident, "message": word}
        try:
            await put_in_service(self._releases, self._shared, ident, job.by, job.reason)
        except NotPassed as refusal:
            return {"outcome": REFUSED, "release": ident, "message": str(refusal)}
        watch.at("load", 0.0, "")
        await self._until_served(ident, watch)
        return {"outcome": PUBLISHED, "release": ident, "message": f"已发布版本 {ident}。"}

    async def _until_served(self, ident: str, watch: "_Watch") -> None:
        deadline = time.monotonic() + LOAD_PATIENCE
        while time.monotonic() < deadline:
            workers = await self._shared.serving()
            ready = [w for w in workers if w.release == ident or w.trouble]
            if len(ready) == len(workers):
                return
            watch.at("load", len(ready) / len(workers), f"{len(ready)}/{len(workers)} 个对话进程")
            await asyncio.sleep(0.3)


class _Watch:
    """Where the training is and how long each step took."""

    def __init__(self, last: Dict[str, float]):
        self._last = last
        self._seconds: Dict[str, float] = {}
        self._step, self._since, self._part, self._word = "check", time.monotonic(), -1.0, ""

    @property
    def publishing(self) -> bool:
        """From here on nothing can be cancelled."""
        return self._step in ("publish", "load")

    def at(self, step: str, part: float, word: str) -> None:
        if self._step != step:
            self._seconds = self.seconds()
            self._step, self._since = step, time.monotonic()
        self._part, self._word = part, word

    def fields(self) -> Dict[str, Any]:
        percent, left = progress(self._last, self._step, time.monotonic() - self._since, self._part)
        return {"step": TITLES[self._step] + (f"：{self._word}" if self._word else ""), "percent": percent, "left": left}

    def seconds(self) -> Dict[str, float]:
        running = time.monotonic() - self._since
        return {name: round(value, 2) for name, value in {**self._seconds, self._step: self._seconds.get(self._step, 0.0) + running}.items()}


async def _main(settings: Settings, command: Optional[List[str]]) -> None:
    serving = asyncio.ensure_future(Trainer(settings, command).serve())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        pass


def main(command: Optional[List[str]] = None) -> int:
    configure_logging()
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    asyncio.run(_main(settings, command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
