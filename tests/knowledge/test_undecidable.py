"""The page of rules that a machine cannot decide."""
from __future__ import annotations

from bot.knowledge.base import DATA
from bot.knowledge.undecidable import page
from tests.knowledge import small


def test_the_committed_page_is_up_to_date(shipped):
    assert (DATA.parent / "docs" / "undecidable.md").read_text(encoding="utf-8") == page(shipped)


def test_a_rule_with_a_reason_is_listed_and_one_without_is_not(tmp_path):
    rules = [small.remind("X01-R1", 2, unclear="看不到交房时间，按说出的算"), small.remind("X01-R2", 3)]
    text = page(small.base(tmp_path, {"remind": rules}))
    assert "目前共 1 条（全部追问和提醒共 2 条）。" in text
    assert text.endswith(
        "## X01-R1 提醒（租房）\n\n> X01-R1提醒\n\n- 级别：二级：有期限\n- 什么时候用：X01-R1何时\n"
        "- 什么时候别用：X01-R1何时不\n- 判断不了的地方和现在的读法：看不到交房时间，按说出的算\n"
    )
    assert "X01-R2" not in text
