"""什么时候能办: the month or day on which the required time is full."""
from __future__ import annotations

from ... import calendar_entry, dates
from .made import Result, Sum

MONTHS = {"rent": 3, "loan": 6, "leave": 6}
FACTS = {"rent": ["wd_rent_three_months"], "loan": ["loan_six_months", "loan_combined_history"], "leave": ["wd_leave_after_half_year", "wd_leave_transfer_if_new_city"]}
HOMES = {"rent": "wd_rent.conditions", "loan": "loan_new_home.conditions", "leave": "wd_after_leave.conditions"}
CONFIGURED = {"loan": "loan_min_months", "leave": "leave_seal_months"}
"""Local rules that replace the national number of months where they are configured as a plain number."""


def result(wanted: Sum) -> Result:
    goal, say = wanted.values["goal"], wanted.form.say
    start = dates.Day.from_iso(wanted.values["sealed" if goal == "leave" else "first"])
    months, lines = MONTHS[goal], []
    setting = wanted.base.center[CONFIGURED[goal]] if goal in CONFIGURED else None
    if setting is not None and setting.is_set(wanted.today) and isinstance(setting.value, int) and setting.effective_from:
        months = setting.value
        lines = [say["local_months"].format(months=months, document=setting.document, since=f"{setting.effective_from:%Y年%-m月%-d日}")]
    # The first deposit is month one, so three months are full with the third deposit; sealing is counted to the day.
    due = dates.add_months(start.first(), months if goal == "leave" else months - 1)
    shown = dates.Day(due.year, due.month, due.day if goal == "leave" and start.day else None)
    ready = wanted.today >= due if shown.day else wanted.today > shown.last()  # this month's deposit may not be in yet
    words = say[goal].format(**{"from": start.say(), "to": shown.say(), "state": say["ready" if ready else "ahead"]})
    if months != MONTHS[goal]:
        words = words.replace("满半年" if goal == "leave" else f"满{MONTHS[goal]}个月", f"满{months}个月")
    # Where only the month is known, the entry waits until that month's deposit has come in.
    entry = due if shown.day else dates.add_months(due.replace(day=1), 1)
    title = say["ics"].format(name=wanted.form.field("goal").options[goal].title)
    attached = [] if ready else [calendar_entry.attachment(title, "", entry, False, wanted.today)]
    return Result([words, *lines], facts=FACTS[goal], home=HOMES[goal], attachments=attached)
