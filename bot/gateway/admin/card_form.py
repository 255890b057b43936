"""Which fields the form of a card's part has: read by the page's script, so that one script edits them all.

A field is ``[name, title, kind, more]``. Kinds: ``text``, ``lines`` (a long text), ``choice`` and ``choices`` of a vocabulary,
``words`` (patterns), ``rows`` of further fields, ``pairs`` (a mapping from one vocabulary to another), ``condition``.
"""
from __future__ import annotations

from typing import Any, Dict, List

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Ask

_FACTS = ["facts", "依据", "choices", {"of": "facts", "hint": "作依据的事实，至少一条。"}]
_LOCAL = ["local", "用到的本州数字", "rows", {"optional": True, "fields": [["key", "数字", "choice", {"of": "figures"}], ["name", "在句子里怎么称呼", "text", {}]], "hint": "填了的，答复后面自动接本州规定。"}]
_ITEMS = [["text", "内容", "lines", {"rows": 2}], ["facts", "依据", "choices", {"of": "facts", "optional": True}],
          ["config", "依赖的本州数字", "choices", {"of": "figures", "optional": True}]]
_ANSWER = [["text", "说的话", "lines", {"rows": 8, "hint": "先答结论，再分条；一条一行，用“·”开头。不写本州的数字。"}], _FACTS, _LOCAL]
_RULE_HEAD = [["text", "说的话", "lines", {"rows": 3}], ["why", "为什么说", "lines", {"rows": 2, "hint": "市民点开能看到。"}],
              ["level", "级别", "choice", {"of": "levels", "number": True, "hint": "数字小的先说。"}], _FACTS]
_RULE_TAIL = [
    ["aspects", "最适合跟在哪些方面后面", "choices", {"of": "aspects", "optional": True}],
    ["when_note", "什么时候说（给审核的人看）", "text", {}], ["when", "什么时候说", "condition", {"hint": "不加条件就总可以说。"}],
    ["unless_note", "什么时候不说（给审核的人看）", "text", {}], ["unless", "什么时候不说", "condition", {"optional": True, "hint": "成立就一定不说。"}],
    ["covered_by", "哪些答复已经说了这件事", "choices", {"of": "places", "optional": True}],
    ["unclear", "机器判断不了的地方", "text", {"optional": True}]]
_CONSEQUENCE = [
    ["title", "按钮上的字", "text", {}], ["value", "填进情况的值", "text", {"hint": "这种情况的取值，如 yes、no。"}], ["also", "还有哪些值也照此办理", "words", {"optional": True}],
    ["words", "市民自己打字时的说法", "words", {"optional": True, "hint": "正则；“是”“没有”这类不用写。"}], ["reply", "接着说的话", "lines", {"rows": 3}],
    ["facts", "依据", "choices", {"of": "facts", "optional": True}], _LOCAL, ["service", "接着答另一个事项", "choice", {"of": "cards", "optional": True}],
    ["aspect", "的哪一方面", "choice", {"of": "aspects", "optional": True}], ["remind", "接着给出提醒", "choice", {"of": "rules", "optional": True}]]
_BASICS = [
    ["name", "全称", "text", {}], ["short", "短称", "text", {"hint": "答复和按钮里用的。"}], ["category", "类别", "choice", {"of": "categories"}], ["audience", "谁会来办", "lines", {"rows": 2}],
    ["related", "相关事项", "choices", {"of": "cards", "optional": True}], ["facts", "整个事项的依据", "choices", {"of": "facts", "optional": True}],
    ["superseded", "已经失效的旧说法", "choices", {"of": "old_facts", "optional": True, "hint": "只用来认出市民手里的旧规定。"}],
    ["reference_hunan", "省内外地参照", "choices", {"of": "hunan_facts", "optional": True, "hint": "只供工作人员看，从不答给市民。"}],
    ["topics", "主题标签", "pairs", {"keys": "topic_keys", "of": "topics", "hint": "必须有“默认”。"}]]


def fields_of(part: str, value: Any) -> List[Any]:
    """The form of the part; ``value`` is what it is now, a struct or None."""
    if part == "basics":
        return _BASICS
    if part.startswith("answers."):
        return _ANSWER
    if part.startswith(("rule.", "ask.", "remind.")):
        new = [["id", "编号", "text", {"hint": "以事项编号开头，追问接 -Q1，提醒接 -R1，定了就不改。"}]] if value is None else []
        if part == "ask.new" or isinstance(value, Ask):
            return [*new, *_RULE_HEAD, ["need", "想弄清的需要", "text", {}], ["fills", "回答填进哪种情况", "choice", {"of": "profile"}],
                    ["answers", "每种回答之后怎么办", "rows", {"fields": _CONSEQUENCE}], *_RULE_TAIL]
        return [*new, *_RULE_HEAD, ["text_unit", "单位经办人来问时的说法", "lines", {"rows": 2, "optional": True}], *_RULE_TAIL]
    return [["", "", "rows", {"fields": _ITEMS}]]


def values_of_facts(base: KnowledgeBase) -> Dict[str, Any]:
    """For conditions: of every profile fact its type, and for a choice its values."""
    return {name: {"type": fact.type, "values": {value: shown.title for value, shown in fact.values.items()}} for name, fact in base.profile.items()}
