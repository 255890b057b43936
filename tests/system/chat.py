"""A citizen's conversation over the chat API, with the standard library only."""
from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from typing import Any, Dict, List, Optional


class Chat:
    """One session; ``buttons`` are those of the last turn that had any."""

    def __init__(self, url: str):
        self._api = url + "/api/v1"
        self.token = call(self._api + "/sessions", {})["token"]
        self.buttons: List[Dict[str, str]] = []

    def say(self, text: str, message: Optional[str] = None) -> List[Dict[str, Any]]:
        return self._send(message, text=text)

    def press(self, part: str) -> List[Dict[str, Any]]:
        """Press the button whose title contains ``part``; raises LookupError when there is none."""
        for button in self.buttons:
            if part in button["title"]:
                return self._send(None, choice=button["id"])
        raise LookupError(f"no button like {part}: {[b['title'] for b in self.buttons]}")

    def choose(self, ident: str) -> List[Dict[str, Any]]:
        return self._send(None, choice=ident)

    def get(self, path: str) -> Dict[str, Any]:
        return call(self._api + path, token=self.token)

    def delete(self) -> None:
        call(self._api + "/session", token=self.token, method="DELETE")

    def _send(self, message: Optional[str], **body: str) -> List[Dict[str, Any]]:
        answer = call(self._api + "/messages", {"id": message or str(uuid.uuid4()), **body}, self.token)
        self.buttons = [b for r in answer["replies"] for b in r["buttons"]] or self.buttons
        return answer["replies"]


class Refused(Exception):
    """The API answered with an error; ``status`` and ``error`` tell which."""

    def __init__(self, status: int, error: Dict[str, Any]):
        super().__init__(f"{status} {error}")
        self.status = status
        self.error = error


def call(url: str, body: Any = None, token: str = "", method: str = "") -> Dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method or ("POST" if data else "GET"))
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            raw = response.read()
            return json.loads(raw) if raw else {}
    except urllib.error.HTTPError as error:
        raise Refused(error.code, json.loads(error.read())["error"]) from None
