"""Each kind of mistake in the content is reported with its file, the place in the file, and what was expected."""
from __future__ import annotations

from datetime import date
from typing import Any, List

import pytest

from bot.knowledge.base import load
from bot.knowledge.check import check, main
from bot.knowledge.check_dialogue import check_dialogue
from bot.knowledge.errors import ContentError
from tests.knowledge.small import Content, ask, content, remind, write

TODAY = date(2026, 11, 22)


def put(files: Content, file: str, path: List[Any], value: Any) -> None:
    """Set the value at ``path`` inside one file."""
    place = files[file]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value


def problems(folder, files: Content) -> List[str]:
    try:
        return [str(p) for p in check(load(write(folder, files)), TODAY)]
    except ContentError as error:
        return [str(p) for p in error.problems]


def test_the_small_content_is_sound(tmp_path):
    assert problems(tmp_path, content()) == []


RENT, CORE, CENTER = "services/rent.yml", "profile/core.yml", "policy/center.yml"
BROKEN = [
    ("unknown key", RENT, ["prize"], 1, "data/services/rent.yml  $  Object contains unknown field `prize`"),
    ("missing key", RENT, ["answers"], None, "data/services/rent.yml  $.answers  Expected `object`, got `null`"),
    ("unknown card", RENT, ["related"], ["lend"], "data/services/rent.yml  $.related[0]  不认识 lend：应为事项代码"),
    ("unknown fact", RENT, ["facts"], ["nowhere"],
     "data/services/rent.yml  $.facts[0]  不认识的事实 nowhere：应为 data/policy/facts.yml 里的 id"),
    ("superseded fact", RENT, ["answers", "overview", "facts"], ["old"], "data/services/rent.yml  $.answers.overview.facts[0]  old 已失效，不能作依据"),
    ("expired fact", RENT, ["answers", "overview", "facts"], ["ended"], "data/services/rent.yml  $.answers.overview.facts[0]  ended 已失效，不能作依据"),
    ("fact from elsewhere", RENT, ["conditions", 0, "facts"], ["hn"],
     "data/services/rent.yml  $.conditions[0].facts[0]  hn 是外地参照（scope: hunan），不能用来答复市民"),
    ("unknown local figure", RENT, ["answers", "amount", "local", 0, "key"], "cup", "data/services/rent.yml  $.answers.amount  不认识 cup：应为data/policy/center.yml 里的键"),
    ("no overview", RENT, ["answers"], {"amount": {"text": "钱"}}, "data/services/rent.yml  $.answers  要有 overview：这个事项的总回答"),
    ("unknown aspect", RENT, ["answers", "price"], {"text": "钱"}, "data/services/rent.yml  $.answers.price  不认识 price：应为方面"),
    ("no default topic", RENT, ["topics"], {}, "data/services/rent.yml  $.topics  要有 default：这个事项默认的主题标签"),
    ("unknown topic", RENT, ["topics"], {"default": "nothing"}, "data/services/rent.yml  $.topics.default  不认识 nothing：应为data/policy/topics.yml 里的主题标签"),
    ("empty text", RENT, ["answers", "overview", "text"], " ", "data/services/rent.yml  $.answers.overview  不能是空的"),
    ("unfinished text", RENT, ["answers", "overview", "text"], "待补", "data/services/rent.yml  $.answers.overview  还没写完"),
    ("mark left in", RENT, ["answers", "overview", "text"], "可提〔配置：cap〕",
     "data/services/rent.yml  $.answers.overview  不能留〔配置：…〕记号：本州数字写进 local / config"),
    ("foreign rule id", RENT, ["remind"], [remind("X09-R1", 3)], "data/services/rent.yml  $.remind[0].id  应以 X01- 开头"),
    ("level 6", RENT, ["remind"], [remind("X01-R1", 6)], "data/services/rent.yml  $.remind[0].level  Invalid enum value 6"),
    ("fact nobody knows", RENT, ["remind"], [remind("X01-R1", 3, {"fact": {"dog": ["yes"]}})],
     "data/services/rent.yml  $.remind[0].when.fact.dog  不认识的画像项 dog：应为 data/profile 里的一项"),
    ("value nobody has", RENT, ["remind"], [remind("X01-R1", 3, {"any": [{"fact": {"has_house": ["maybe"]}}]})],
     "data/services/rent.yml  $.remind[0].when.any[0].fact.has_house  'maybe' 不是 has_house 的取值：yes、no"),
    ("range on a choice", RENT, ["remind"], [remind("X01-R1", 3, {"not": {"fact": {"has_house": {"min": 1}}}})],
     "data/services/rent.yml  $.remind[0].when.not.fact.has_house  has_house 不是数字，不能用 min/max"),
    ("value of a number", RENT, ["remind"], [remind("X01-R1", 3, {"fact": {"paid_months": ["yes"]}})],
     "data/services/rent.yml  $.remind[0].when.fact.paid_months  'yes' 不是 paid_months 的取值：只能用 known/unknown 或 min/max"),
    ("misspelt condition", RENT, ["remind"], [remind("X01-R1", 3, {"wrods": ["x"]})], "data/services/rent.yml  $.remind[0].when  Object contains unknown field `wrods`"),
    ("bad regex in a condition", RENT, ["remind"], [remind("X01-R1", 3, unless={"words_ever": ["(假"]})],
     "data/services/rent.yml  $.remind[0].unless.words[0]  正则写错了：missing ), unterminated subpattern at position 0"),
    ("unknown mood", RENT, ["remind"], [remind("X01-R1", 3, {"mood": ["merry"]})], "data/services/rent.yml  $.remind[0].when.mood[0]  不认识 merry：应为data/profile 里的情绪"),
    ("unknown season", RENT, ["remind"], [remind("X01-R1", 3, {"season": ["harvest"]})],
     "data/services/rent.yml  $.remind[0].when.season[0]  不认识 harvest：应为data/policy/terms.yml 里的时段"),
    ("unknown rule offered", RENT, ["remind"], [remind("X01-R1", 3, {"offered": ["X09-R9"]})], "data/services/rent.yml  $.remind[0].when.offered[0]  不认识 X09-R9：应为规则编号"),
    ("unknown configured", RENT, ["remind"], [remind("X01-R1", 3, {"configured": ["cup"]})],
     "data/services/rent.yml  $.remind[0].when.configured[0]  不认识 cup：应为data/policy/center.yml 里的键"),
    ("covered by nothing", RENT, ["remind"], [remind("X01-R1", 3, covered_by=["lend.amount"])],
     "data/services/rent.yml  $.remind[0].covered_by[0]  不认识 lend：应为事项代码.方面"),
    ("fills nothing", RENT, ["ask"], [ask("X01-Q1", 3, fills="dog")], "data/services/rent.yml  $.ask[0].fills  dog 不在 data/profile 里：应为画像中的一项"),
    ("no consequence", RENT, ["ask"], [ask("X01-Q1", 3, answers=[])], "data/services/rent.yml  $.ask[0].answers  每个追问都要写清每种回答之后怎么办"),
    ("bad regex of a mood", CORE, ["moods", "sad", "patterns"], ["[难"], "data/profile/core.yml  $.moods.sad.patterns[0]  正则写错了：unterminated character set at position 0"),
    ("no named group", CORE, ["facts", "paid_months", "patterns"], ["缴了三个月"],
     "data/profile/core.yml  $.facts.paid_months.patterns[0]  要有命名组 (?P<n>…)，指出换算哪一段"),
    ("choice of nothing", CORE, ["facts", "hurry", "values"], {}, "data/profile/core.yml  $.facts.hurry.values  choice 类型至少要有一个取值"),
    ("unknown topic of an FAQ", "faq/one.yml", [1, "topic"], "lore", "data/faq/one.yml  [faq_law].topic  不认识 lore：应为data/policy/topics.yml 里的主题标签"),
    ("FAQ button to nowhere", "faq/one.yml", [0, "options", 0, "service"], "lend", "data/faq/one.yml  [faq_rent].options[0].service  不认识 lend：应为事项代码"),
    ("fact without source", "policy/facts.yml", ["facts", 0, "sources"], [], "data/policy/facts.yml  $.facts[now].sources  每条事实至少要有一个出处"),
    ("figure without document", CENTER, ["keys", "cap"],
     {"name": "限额", "value": 900, "effective_from": date(2026, 1, 1), "filled_by": "甲", "checked_by": "乙"},
     "data/policy/center.yml  $.keys.cap.document  填了内容就要写依据文件与文号"),
    ("figure without date", CENTER, ["keys", "cap"], {"name": "限额", "value": 900, "document": "文", "filled_by": "甲", "checked_by": "乙"},
     "data/policy/center.yml  $.keys.cap.effective_from  填了内容就要写生效日期"),
    ("figure nobody checked", CENTER, ["keys", "cap"], {"name": "限额", "value": 900, "document": "文", "effective_from": date(2026, 1, 1), "filled_by": "甲"},
     "data/policy/center.yml  $.keys.cap  填了内容就要写填写人 filled_by 和复核人 checked_by"),
    ("branch without phone", CENTER, ["keys", "branches"],
     {"name": "管理部", "value": [{"name": "甲", "address": "乙", "hours": "丙"}], "document": "文", "effective_from": date(2026, 1, 1), "filled_by": "甲", "checked_by": "乙"},
     "data/policy/center.yml  $.keys.branches.value  应为数字、一句话，或管理部清单（每处有 name、address、phone、hours）：Object missing required field `phone` - at `$[0]`"),
    ("impossible season", "policy/terms.yml", ["seasons", "june", "end"], "06-31",
     "data/policy/terms.yml  $.seasons.june.end  应为月-日，如 06-01；或者写 lunar_new_year_days（正月初一前后几天）"),
]


@pytest.mark.parametrize("file, path, value, expected", [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_mistake_is_reported_where_it_is(tmp_path, file, path, value, expected):
    files = content()
    put(files, file, path, value)
    assert problems(tmp_path, files) == [expected]


def test_two_cards_claiming_one_code(tmp_path):
    files = content()
    files["services/rent_copy.yml"] = {**files["services/rent.yml"], "id": "X08"}
    assert problems(tmp_path, files) == ["data/services/rent_copy.yml  $.code  rent 已在 data/services/rent.yml 中定义，只能有一处"]


def test_two_rules_with_one_id(tmp_path):
    files = content()
    files["services/rent.yml"]["remind"] = [remind("X01-R1", 3), remind("X01-R1", 4)]
    assert problems(tmp_path, files) == ["data/services/rent.yml  $.remind[1].id  X01-R1 已在 data/services/rent.yml 中定义，只能有一处"]


def test_wrong_yaml(tmp_path):
    data = write(tmp_path, content())
    (data / "services" / "rent.yml").write_text("code: [rent\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load(data)
    assert [(p.file, p.path, p.message[:10]) for p in caught.value.problems] == [("data/services/rent.yml", "$", "不是有效的 YAML")]


def test_a_missing_file(tmp_path):
    data = write(tmp_path, content())
    (data / "policy" / "center.yml").unlink()
    with pytest.raises(ContentError) as caught:
        load(data)
    assert [str(p) for p in caught.value.problems] == ["data/policy/center.yml  $  文件不存在"]


def test_all_mistakes_are_reported_at_once(tmp_path):
    files = content()
    put(files, RENT, ["related"], ["lend"])
    put(files, "services/leave.yml", ["facts"], ["nowhere"])
    assert len(problems(tmp_path, files)) == 2


def test_the_command_prints_every_mistake_and_fails(tmp_path, capsys):
    files = content()
    put(files, RENT, ["prize"], 1)
    assert main(write(tmp_path, files)) == 1
    assert capsys.readouterr().out == "data/services/rent.yml  $  Object contains unknown field `prize`\n共 1 处要改。\n"


MILESTONE = {"name": "m", "services": ["rent"], "fact": "since", "months": 3, "text": "{from}到{to}", "reached": "满了"}
ATTENTION = {
    "relevance": {"fits": 1.0, "partly": 0.6, "little": 0.3}, "urgency": {"most": 2.0, "half_days": 30},
    "acceptance": {"accepted": 3, "passed": 1, "shared": 5}, "hold_below": 0.1,
    "fatigue": {"ignored": 0.1, "declined": 0.2, "offer": 0.02, "free_offers": 6, "turn": 0.01, "free_turns": 10},
}
DIALOGUE = [
    ("unknown card", "priority", [{"name": "防骗", "service": "lend", "when": {}}], "data/dialogue/priority.yml  $[0].service  不认识 lend：应为事项代码"),
    ("unknown fact", "priority", [{"name": "防骗", "service": "rent", "when": {"fact": {"dog": ["yes"]}}}],
     "data/dialogue/priority.yml  $[0].when.fact.dog  不认识的画像项 dog：应为 data/profile 里的一项"),
    ("event to nowhere", "events", [{"name": "结婚", "words": ["结婚"], "service": "rent", "also": ["lend"]}],
     "data/dialogue/events.yml  $[0].also[0]  不认识 lend：应为事项代码"),
    ("bad regex of an event", "events", [{"name": "结婚", "words": ["(结婚"], "service": "rent"}],
     "data/dialogue/events.yml  $[0].words[0]  正则写错了：missing ), unterminated subpattern at position 0"),
    ("no date", "milestones", [{**MILESTONE, "fact": "has_house"}],
     "data/dialogue/milestones.yml  $[0].fact  has_house 应为 data/profile 里的日期（type: date）"),
    ("wrong blank", "milestones", [{**MILESTONE, "text": "{when}"}],
     "data/dialogue/milestones.yml  $[0].text  不认识 when：能填的只有 from、span、to"),
    ("wrong unit", "milestones", [{**MILESTONE, "unit": "week"}],
     "data/dialogue/milestones.yml  $[0].unit  Invalid enum value 'week'"),
    ("two spans", "milestones", [{**MILESTONE, "days": 3}],
     "data/dialogue/milestones.yml  $[0]  months、days、workdays、configured 要写一个，也只能写一个"),
    ("no such day of the year", "milestones", [{"name": "m", "services": ["rent"], "yearly": "02-30", "text": "{to}"}],
     "data/dialogue/milestones.yml  $[0].yearly  应为 06-30 这样的月-日"),
    ("weights that divide by nothing", "attention", {**ATTENTION, "acceptance": {"accepted": 0, "passed": 1, "shared": 5}},
     "data/dialogue/attention.yml  $  acceptance 的 accepted、passed 和 urgency 的 half_days 应大于 0"),
]


def dialogue_problems(folder, name: str, value: Any) -> List[str]:
    from bot.knowledge.wording import wording

    files = content()
    files.update({"dialogue/priority.yml": [], "dialogue/events.yml": [], "dialogue/milestones.yml": [], "dialogue/attention.yml": ATTENTION, "dialogue/glossary.yml": [], "dialogue/wording.yml": dict(wording())})
    files["policy/places.yml"] = {"local": ["吉首"], "elsewhere": ["长沙"]}
    if name:
        files[f"dialogue/{name}.yml"] = value
    data = write(folder, files)
    return [str(p) for p in check_dialogue(load(data), data, TODAY)]


@pytest.mark.parametrize("name, value, expected", [row[1:] for row in DIALOGUE], ids=[row[0] for row in DIALOGUE])
def test_mistakes_in_what_steers_the_dialogue(tmp_path, name, value, expected):
    assert dialogue_problems(tmp_path, name, value) == [expected]


def test_sound_dialogue_files(tmp_path):
    assert dialogue_problems(tmp_path, "", None) == []


def test_a_sentence_the_program_needs_and_one_with_a_wrong_blank(tmp_path):
    from bot.knowledge.wording import wording

    said = {k: v for k, v in wording().items() if k != "thanks"}
    found = dialogue_problems(tmp_path, "wording", {**said, "greet": ["您好{name}"], "bye": ["再见{"]})
    assert found == [
        "data/dialogue/wording.yml  $.greet[0]  不认识 name：能填的只有 无",
        "data/dialogue/wording.yml  $.thanks  至少要有一种说法：程序要用到",
        "data/dialogue/wording.yml  $.bye[0]  花括号没配对：Single '{' encountered in format string",
    ]
