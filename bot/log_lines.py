"""One log line as JSON, the same form in every process. Who calls decides what of the message may be written."""
from __future__ import annotations

import json
import logging
import traceback
from datetime import datetime, timezone
from typing import Any, Collection, Dict

_FRAMES = 8


def line(record: logging.LogRecord, event: str, fields: Collection[str], **more: Any) -> str:
    """``fields`` are the extra attributes of ``record`` that may be written; of an exception, its kind and place are."""
    found: Dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event,
        **more,
    }
    found.update((name, record.__dict__[name]) for name in fields if name in record.__dict__)
    if record.exc_info and record.exc_info[0] is not None:
        found["error"] = record.exc_info[0].__name__
        found["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])[-_FRAMES:]]
    return json.dumps(found, ensure_ascii=False)
