"""Asking the running system one question over its own chat API, as a citizen would."""
from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
import uuid
from typing import Any, Dict, List, Mapping, Optional

from bot.cli.lock import InstanceLock
from bot.settings import Settings

TIMEOUT = 30.0


class NotAnswered(RuntimeError):
    """No answer could be had; the message is one Chinese sentence with the way out."""


def address(env: Optional[Mapping[str, str]] = None) -> str:
    """Where the system of this folder listens: ``GJJ_PORT`` when set, else what the running launcher noted, else 8080."""
    env = os.environ if env is None else env
    settings = Settings.from_env(env)
    if not env.get("GJJ_PORT"):
        noted = (InstanceLock.holder(settings.run_dir / "up.lock") or "").partition(" ")[2].strip()
        if noted.startswith("http://"):
            return noted.rstrip("/")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def ask(text: str, base: str) -> List[Dict[str, Any]]:
    """Replies to ``text`` in a new conversation that is erased afterwards; raises :class:`NotAnswered`."""
    token = _call(base, "POST", "/api/v1/sessions", {})["token"]
    try:
        replies: List[Dict[str, Any]] = _call(base, "POST", "/api/v1/messages", {"id": str(uuid.uuid4()), "text": text}, token)["replies"]
        return replies
    finally:
        try:
            _call(base, "DELETE", "/api/v1/session", None, token)
        except NotAnswered:
            pass  # it expires by itself; the answer matters more


def _call(base: str, method: str, path: str, body: Any, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers, method=method)
    # The system is on this machine: a proxy of the environment has no business here.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            raw = response.read()
    except urllib.error.HTTPError as error:
        raise NotAnswered(_refusal(base, error)) from None
    except (urllib.error.URLError, OSError):
        raise NotAnswered(f"{base} 上没有运行中的系统：请先在另一个终端运行 ./gjj up，换过端口的设好 GJJ_PORT 再试。") from None
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        raise NotAnswered(f"{base} 上运行的不是这个助手：请检查 GJJ_PORT。") from None


def _refusal(base: str, error: urllib.error.HTTPError) -> str:
    try:
        return f"系统没有答上来：{json.loads(error.read())['error']['message']}"
    except (ValueError, KeyError, TypeError):
        return f"{base} 上运行的不是这个助手（HTTP {error.code}）：请检查 GJJ_PORT。"
