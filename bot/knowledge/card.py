"""A service card (事项卡片): one file data/services/<code>.yml."""
from __future__ import annotations

from typing import Dict, List, Literal, Optional

import msgspec

from .condition import Condition

ASPECTS = (
    "overview",  # 怎么办、能不能办（没有更细的方面）
    "conditions",  # 条件、资格
    "materials",  # 要带什么
    "steps",  # 流程、怎么申请
    "time",  # 多久办好、多久到账
    "amount",  # 多少钱、额度、首付
    "frequency",  # 几次、多久一次
    "channel",  # 线上还是线下办
    "place",  # 在哪里办、地址电话
    "fee",  # 收不收费、违约金
    "status",  # 办理进度
    "rate",  # 利率、利息
    "term",  # 年限、年龄
    "second_home",  # 二套房、第二次
    "family",  # 配偶、父母、子女
    "offsite",  # 房子或缴存在外地
)
"""What a question can be about within a service; ``overview`` when it names no more."""

Aspect = Literal[ASPECTS]  # type: ignore[valid-type]
Category = Literal["单位缴存", "个人账户", "提取", "贷款", "权益与服务"]


class Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Base of content structs: an unknown key is an error, never ignored."""


class Item(Strict, frozen=True, kw_only=True):
    """One line of a card field. ``config``: the center.yml key the line depends on, if any."""

    text: str
    facts: List[str] = []
    config: List[str] = []


class Local(Strict, frozen=True, kw_only=True):
    """A local figure an answer needs: the center.yml key and how to call the matter in a sentence."""

    key: str
    name: str


class Answer(Strict, frozen=True, kw_only=True):
    """What is said for one aspect. ``text`` never contains a local figure; those come from ``local``."""

    text: str
    facts: List[str] = []
    local: List[Local] = []


class Consequence(Strict, frozen=True, kw_only=True):
    """What follows when the citizen gives this reply to an attentive question.

    ``value`` is the value of the fact that the question fills; ``title`` the button; ``words`` regular expressions
    that recognise the reply in the citizen's own words (besides plain yes/no and the fact's own patterns).
    ``reply`` is said; ``service``/``aspect`` continue with another card; ``remind`` gives that reminder.
    """

    value: str
    also: List[str] = []
    """Further values of that fact from which the same follows; they have no button of their own."""
    title: str
    words: List[str] = []
    reply: str
    facts: List[str] = []
    local: List[Local] = []
    service: Optional[str] = None
    aspect: Optional[Aspect] = None
    remind: Optional[str] = None


    def answers_to(self, value: str) -> bool:
        """Whether this is what follows when the fact is ``value``."""
        return value == self.value or value in self.also


class Rule(Strict, frozen=True, kw_only=True):
    """What question and reminder share.

    ``level`` 1–5 of the manual (1 丢钱丢资格违法, 2 有期限, 3 白跑, 4 更好选择, 5 便利). ``aspects``: those it fits best.
    ``when_note``/``unless_note`` keep the manual's own words for the reviewer. ``covered_by``: ``service.aspect`` or
    ``aspect`` whose answer text already says this. ``facts``: fact ids behind text and why.
    """

    id: str
    text: str
    why: str
    level: Literal[1, 2, 3, 4, 5]
    facts: List[str] = []
    aspects: List[Aspect] = []
    when_note: str
    unless_note: str
    when: Condition = Condition()
    unless: Optional[Condition] = None
    covered_by: List[str] = []
    unclear: Optional[str] = None
    """Why a machine cannot decide the manual's condition, when that is so; listed in docs/undecidable.md."""


class Ask(Rule, frozen=True, kw_only=True):
    """An attentive question (多问一句). ``need`` is the unmet need it uncovers, ``fills`` the profile fact."""

    need: str
    fills: str
    answers: List[Consequence]


class Remind(Rule, frozen=True, kw_only=True):
    """An attentive reminder (多提一个醒). ``text_unit``: wording when a unit's clerk asks, if it differs."""

    text_unit: Optional[str] = None


class Card(Strict, frozen=True, kw_only=True):
    """A service with everything the manual says about it. Fields follow policy/services.md §一.1."""

    id: str
    code: str
    name: str
    short: str
    category: Category
    audience: str
    conditions: List[Item]
    materials: List[Item]
    steps: List[Item]
    time: List[Item]
    channels: List[Item]
    pitfalls: List[Item]
    facts: List[str]
    superseded: List[str] = []
    reference_hunan: List[str] = []
    related: List[str]
    topics: Dict[str, str]
    """Topic label per aspect; the key ``default`` is required."""
    answers: Dict[str, Answer]
    """Per aspect; ``overview`` is required, other aspects fall back to the card's fields."""
    ask: List[Ask]
    remind: List[Remind]

    def topic(self, aspect: str) -> str:
        """The shared evaluation label of this service × aspect."""
        return self.topics.get(aspect) or self.topics["default"]
