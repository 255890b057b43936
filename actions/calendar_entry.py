"""A date as an entry for the citizen's own calendar (RFC 5545), attached to a reply as ``ics``."""
from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Dict
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Calendar, Event

PRODUCER = "-//湘西州住房公积金柜台助手//CN"
MORNING = timedelta(hours=9)
DAYS_BEFORE_DEADLINE = 5


def attachment(title: str, note: str, day: date, deadline: bool, today: date) -> Dict[str, Any]:
    """The reply attachment: an all-day entry on ``day`` that reminds at nine, for a deadline already five days before.

    The same date gets the same UID, so that taking it twice leaves one entry; nothing of the citizen's is in it.
    """
    event = Event()
    event.add("uid", f"{uuid5(NAMESPACE_URL, f'gjj:{title}:{day}')}@gjj")
    event.add("dtstamp", datetime.combine(today, time(), timezone.utc))
    event.add("summary", title)
    event.add("description", f"{note}\n由柜台助手按您说的日期推算，以中心认定为准。咨询12329。".strip())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    for before in [DAYS_BEFORE_DEADLINE, 0] if deadline else [0]:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", MORNING - timedelta(days=before))
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return {
        "type": "ics", "title": f"{day.year}年{day.month}月{day.day}日 {title}", "filename": f"gjj-{day.isoformat()}.ics",
        "content": calendar.to_ical().decode("utf-8"),
    }
