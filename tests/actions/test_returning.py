"""The greeting when a date has come."""
from __future__ import annotations

from actions.memory import Dated
from actions.returning import greetings


def dated(service, due, title):
    return Dated(f"{title}:{due}", title, due, service)


def test_what_came_due_last_goes_first_and_at_most_two(shipped):
    due = [dated("wd_rent", "2026-10-01", "甲"), dated("wd_after_leave", "2026-11-20", "封存满半年，可以申请离职提取"), dated("loan_new_home", "2026-11-02", "可以来问贷款")]
    assert [(g.text, g.ask) for g in greetings(shipped, due)] == [
        ("您好，又见面了。上次帮您记着的日子到了：2026年11月20日，封存满半年，可以申请离职提取。要接着办的话，点下面的按钮，或者直接问我。", "离职提取怎么办？"),
        ("还有一件记着的：2026年11月2日，可以来问贷款。", "公积金贷款买新房怎么办？"),
    ]


def test_nothing_for_a_service_that_no_longer_exists(shipped):
    assert greetings(shipped, [dated("gone", "2026-11-20", "甲")]) == []
