"""One short text per state of a record: two people who edit the same state cannot both save."""
from __future__ import annotations

import hashlib
from typing import Any, Dict

import msgspec


def plain(record: msgspec.Struct) -> Dict[str, Any]:
    """The record as JSON-ready data."""
    found: Dict[str, Any] = msgspec.to_builtins(record)
    return found


def version(record: Any) -> str:
    """Of a struct or JSON-ready data; the same on every machine and after every restart."""
    return hashlib.sha256(msgspec.json.encode(record, order="deterministic")).hexdigest()[:16]
