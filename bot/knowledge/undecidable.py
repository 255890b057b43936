"""The rules whose condition a machine cannot decide, as a page for reviewers: docs/undecidable.md.

``python -m bot.knowledge.undecidable`` prints the page; a test keeps the committed one up to date.
"""
from __future__ import annotations

from typing import List

from .base import KnowledgeBase, load, rule_kind
from .card import Rule

KINDS = {"question": "追问", "reminder": "提醒"}
LEVELS = {1: "一级：丢钱、丢资格、违法", 2: "二级：有期限", 3: "三级：缺一样白跑", 4: "四级：更好的选择", 5: "五级：便利"}
HEAD = """# 机器判断不了的追问和提醒

手册里有些“什么时候问（提）”“什么时候别问（别提）”要看助手看不见的事情，机器只能取一种谨慎的读法。这里逐条列出：
手册的原话、为什么判断不了、机器实际怎么取。请业务部门逐条看；要改读法，改 `data/services` 里那一条的 `when`、`unless`
和 `unclear`，再重新生成本页：

    python -m bot.knowledge.undecidable > docs/undecidable.md

除此以外，凡是要靠市民自己说出的情况，没说到之前都算“不知道”：一、二级的仍可以用，三、四、五级的不用。
"""


def page(base: KnowledgeBase) -> str:
    """The whole page, rules in the order of their ids."""
    rules = sorted((r for r in base.rules.values() if r.unclear), key=lambda r: r.id)
    parts = [HEAD, f"目前共 {len(rules)} 条（全部追问和提醒共 {len(base.rules)} 条）。"]
    return "\n".join(parts + [line for rule in rules for line in _entry(base, rule)]) + "\n"


def _entry(base: KnowledgeBase, rule: Rule) -> List[str]:
    card = base.rule_card[rule.id]
    return [
        "",
        f"## {rule.id} {KINDS[rule_kind(rule)]}（{card.name}）",
        "",
        f"> {rule.text}",
        "",
        f"- 级别：{LEVELS[rule.level]}",
        f"- 什么时候用：{rule.when_note}",
        f"- 什么时候别用：{rule.unless_note}",
        f"- 判断不了的地方和现在的读法：{rule.unclear}",
    ]


if __name__ == "__main__":
    print(page(load()), end="")
