"""The date and time the assistant believes in: Asia/Shanghai, or the day fixed by ``GJJ_TODAY``."""
from __future__ import annotations

import os
from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def now() -> datetime:
    """Current time in Xiangxi, with the date replaced when ``GJJ_TODAY`` (YYYY-MM-DD) is set."""
    moment = datetime.now(SHANGHAI)
    fixed = os.environ.get("GJJ_TODAY")
    if fixed:
        moment = datetime.combine(date.fromisoformat(fixed), moment.timetz())
    return moment


def today() -> date:
    """Today's date in Xiangxi (or ``GJJ_TODAY``)."""
    return now().date()
