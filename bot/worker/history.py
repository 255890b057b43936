"""Stored events → the conversation as the citizen saw it."""
from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List

from actions.actions import REPLY
from bot.clock import SHANGHAI


def messages(events: List[Dict[str, Any]], understood: bool = False) -> List[Dict[str, Any]]:
    """``{"from", "text", "at", "id"}`` of every message, oldest first; the assistant's carry the whole ``reply``.

    ``understood``, for staff alone: the citizen's carry ``candidates`` (home, aspect, score), the best three.
    """
    found: List[Dict[str, Any]] = []
    for event in events:
        at = datetime.fromtimestamp(event["timestamp"], SHANGHAI).isoformat(timespec="seconds")
        if event["event"] == "user":
            said = {"from": "citizen", "text": event.get("text") or "", "at": at, "id": event.get("message_id")}
            parse = event.get("parse_data") or {}
            found.append({**said, "candidates": (parse.get("understanding") or {}).get("candidates", [])} if understood else said)
        elif event["event"] == "bot":
            reply = (event.get("metadata") or {}).get(REPLY)
            if reply:
                found.append({"from": "assistant", "text": reply["text"], "at": at, "id": reply["id"], "reply": reply})
            staff = (event.get("metadata") or {}).get("staff")
            if staff:
                found.append({"from": "staff", "text": staff["text"], "at": at, "id": staff["id"]})
    return found
