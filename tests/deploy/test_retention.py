"""What the manuals promise to forget, and when: the numbers are those of the program. Those of the worker are in tests/state."""
from __future__ import annotations

import re

import pytest

from bot.gateway import feedback
from bot.settings import ROOT, Settings
from bot.state import inbox, service_counts, talks
from tests.deploy.conftest import DEPLOY

PRIVACY = (ROOT / "docs" / "privacy.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")


def line(page, start):
    (found,) = [one for one in page.splitlines() if one.startswith(f"| {start}")]
    return found


@pytest.mark.parametrize("start, promised", [
    ("会话、会话里的评价", f"默认 {Settings().conversation_ttl // 86400} 天"),
    ("访问日志", f"默认 {Settings().access_log_days} 天"),
    ("后台的操作记录", "默认三年" if Settings().admin_audit_days == 3 * 365 else "?"),
    ("待学问题", f"{talks.ENTRY_DAYS} 天，最多 {talks.MOST_ENTRIES} 条"),
    ("评价和意见", f"{feedback.DAYS_KEPT} 天，最多 {feedback.LONGEST // 10_000} 万条"),
    ("统计数", "三年" if service_counts.DAYS_KEPT == 3 * 366 else "?"),
    ("备份", "30 天"),
])
def test_the_manual_promises_what_the_program_does(start, promised):
    assert promised in line(OPERATIONS, start)


def test_the_page_for_the_data_protection_officer_says_the_same():
    assert f"{talks.ENTRY_DAYS} 天，最多 {talks.MOST_ENTRIES} 条" in line(PRIVACY, "没听懂的问句")
    assert "一年，最多 10 万条" in line(PRIVACY, "评价和意见") and (feedback.DAYS_KEPT, feedback.LONGEST) == (366, 100_000)
    assert "7 天" in line(PRIVACY, "市民说的话和答复") and "三个月" in line(PRIVACY, "工单") and inbox.LONGEST <= 300


def test_every_way_of_running_it_removes_backups_after_thirty_days():
    for path in ("systemd/gjj-backup.service", "kubernetes/backup.yml"):
        assert re.search(r"find /\S*backups?\S* -name '?gjj-\*\.tar\.gz'? -mtime \+30 -delete", (DEPLOY / path).read_text("utf-8")), path
