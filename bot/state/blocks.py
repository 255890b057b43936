"""What one save appends: its events, trimmed and packed. First byte: format; second: number of events (at most 255).

Compressed because Rasa's events repeat themselves: the same texts in event, parse data and reply, the memory twice a turn.
"""
from __future__ import annotations

import zlib
from typing import Any, Dict, Iterable, List, Text, Type

from rasa.shared.core.events import Event, UserUttered
from rasa.shared.utils.common import all_subclasses

from . import packing

_FORMAT = 2
_READABLE = (1, 2)
"""The first held JSON alone, which :mod:`bot.state.packing` reads too."""
_MOST_COUNTED = 255
_KEPT_CANDIDATES = 3
_TYPES: Dict[Text, Type[Event]] = {}


def pack(events: Iterable[Event]) -> bytes:
    """A block of ``events``."""
    lines = [_trimmed(event) for event in events]
    return bytes((_FORMAT, min(len(lines), _MOST_COUNTED))) + zlib.compress(packing.pack(lines))


def unpack(block: bytes) -> List[Dict[Text, Any]]:
    """The events of a block as JSON objects; raises ValueError for a block that this version cannot read."""
    if block[0] not in _READABLE:
        raise ValueError(f"block of format {block[0]}")
    lines: List[Dict[Text, Any]] = packing.unpack(zlib.decompress(block[2:]))
    return lines


def event(line: Dict[Text, Any]) -> Event:
    """The Rasa event of one JSON object; raises ValueError for an event Rasa does not know."""
    if not _TYPES:
        # Rasa searches all classes for each event anew.
        for kind in all_subclasses(Event):
            _TYPES.setdefault(kind.type_name, kind)
    parse = line.get("parse_data")
    if parse is not None and "text" not in parse:
        line = {**line, "parse_data": {**parse, "text": line.get("text")}}
    kind = _TYPES.get(line["event"])
    made = kind._from_parameters(line) if kind else Event.from_parameters(line)
    if made is None:
        raise ValueError(f"event {line['event']!r} cannot be read")
    return made


def _trimmed(event: Event) -> Dict[Text, Any]:
    """An event as stored: rankings are cut, and what is said elsewhere in the event is not said twice."""
    line = event.as_dict()
    if isinstance(event, UserUttered):
        parse = line.get("parse_data") or {}
        understanding = parse.get("understanding")
        line["parse_data"] = {"intent": parse.get("intent", {}), "entities": parse.get("entities", [])}
        if understanding:
            line["parse_data"]["understanding"] = {
                "text": understanding.get("text", ""),
                "candidates": understanding.get("candidates", [])[:_KEPT_CANDIDATES],
                "clauses": [],
            }
    return line
