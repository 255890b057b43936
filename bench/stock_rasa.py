"""Stock Rasa on the same model: ``rasa run`` with REST, RedisTrackerStore and RedisLockStore, and ``rasa run actions``."""
from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any, Dict, List

import aiohttp
import yaml

from bench.ports import free_port
from bench.system import Part, environment, listens
from bot.settings import Settings
from bot.training.releases import Releases

_DATABASE = 1
"""Of the same Redis server that the shipped system uses with database 0."""


class StockRasa:
    """``workers`` Sanic workers and one action server, as the documentation says to run it; custom actions over HTTP."""

    def __init__(self, folder: Path, redis_port: int, workers: int) -> None:
        releases = Releases(Settings.from_env().releases_dir)
        ident = releases.current_id()
        if ident is None:
            raise SystemExit("还没有训练好的版本，请先运行 ./gjj train")
        self.port, actions = free_port(), free_port()
        redis: Dict[str, Any] = {"type": "redis", "url": "127.0.0.1", "port": redis_port, "db": _DATABASE}
        endpoints, credentials = folder / "stock-endpoints.yml", folder / "stock-credentials.yml"
        endpoints.write_text(yaml.safe_dump({
            "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"}, "tracker_store": dict(redis), "lock_store": dict(redis),
        }))
        credentials.write_text("rest:\n")
        env = {**environment(), "SANIC_WORKERS": str(workers), "GJJ_VAR": str(folder), "LOG_LEVEL": "CRITICAL"}
        rasa = [sys.executable, "-m", "rasa", "run"]
        self.parts = [
            Part("stock-actions", [*rasa, "actions", "--actions", "actions", "--port", actions, "--quiet"], env, folder,
                 lambda: listens(actions)),
            Part("stock-rasa", [
                *rasa, "--model", releases.model_path(ident), "--endpoints", endpoints, "--credentials", credentials,
                "--port", self.port, "--interface", "127.0.0.1", "--quiet",
            ], env, folder, lambda: listens(self.port)),
        ]

    def __enter__(self) -> "StockRasa":
        try:
            for part in self.parts:
                part.start()
            for part in self.parts:
                part.wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for part in self.parts:
            part.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class StockCitizen:
    """One sender of the REST channel."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._webhook = url + "/webhooks/rest/webhook"
        self._sender = uuid.uuid4().hex

    async def arrive(self) -> "StockCitizen":
        return self

    async def say(self, text: str) -> List[Dict[str, Any]]:
        async with self._http.post(self._webhook, json={"sender": self._sender, "message": text}) as response:
            response.raise_for_status()
            return list(await response.json())
