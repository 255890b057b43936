"""The calendar entry under a computed date, read back with the same library a phone's calendar is fed by."""
from __future__ import annotations

from datetime import date, timedelta

from icalendar import Calendar

from actions.calendar_entry import attachment

TODAY = date(2026, 11, 22)


def entry(deadline=False):
    item = attachment("可以申请离职提取", "带身份证；带银行卡, 离职证明", date(2026, 12, 3), deadline, TODAY)
    return item, Calendar.from_ical(item["content"]).walk("VEVENT")[0]


def test_an_all_day_entry_on_the_day():
    item, event = entry()
    assert (item["type"], item["title"], item["filename"]) == ("ics", "2026年12月3日 可以申请离职提取", "gjj-2026-12-03.ics")
    assert (event["summary"], event.decoded("dtstart"), event.decoded("dtend")) == ("可以申请离职提取", date(2026, 12, 3), date(2026, 12, 4))
    assert event["description"] == "带身份证；带银行卡, 离职证明\n由柜台助手按您说的日期推算，以中心认定为准。咨询12329。"


def test_it_reminds_in_the_morning_and_before_a_deadline_five_days_earlier_too():
    assert [a.decoded("trigger") for a in entry()[1].walk("VALARM")] == [timedelta(hours=9)]
    assert [a.decoded("trigger") for a in entry(deadline=True)[1].walk("VALARM")] == [timedelta(hours=9, days=-5), timedelta(hours=9)]


def test_taken_twice_it_stays_one_entry():
    assert entry()[1]["uid"] == entry()[1]["uid"] != attachment("别的事", "", date(2026, 12, 3), False, TODAY)["content"]


def test_lines_end_and_fold_as_the_standard_wants():
    content = entry()[0]["content"]
    assert content.startswith("BEGIN:VCALENDAR\r\n") and content.endswith("END:VCALENDAR\r\n")
    assert max(len(line.encode()) for line in content.split("\r\n")) <= 75
