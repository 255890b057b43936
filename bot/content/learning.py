"""The learning inbox as the console handles it: groups with what they are nearest to, and one click for each thing to do.

What was learnt goes into content that training reads; the messages only remember that it was done, by whom and when.
"""
from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence, Tuple

import msgspec

from bot import clock
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.faq_draft import key
from bot.knowledge.grouping import Said, groups
from bot.knowledge.render import ASPECT_TITLES
from bot.state.inbox import Done, Entry, Inbox, Item

from . import examples
from .faqs import FaqDesk, Saved, values_of
from .near import Nearest
from .refusal import Refused, Unknown
from .version import version

MOST_TARGETS = 3
WORDS = 0.5
"""Weight of an FAQ's likeness in words against what the model guessed."""
CHOSEN = 1.0
"""What the citizen picked when asked back counts as much as a sure guess."""
MOST_SUGGESTIONS = 8
_LIKE = 0.35


@dataclass(frozen=True)
class Target:
    """A card's aspect or an FAQ that a group may belong to; ``score`` orders them, ``topic`` is its label."""

    home: str
    aspect: str
    title: str
    topic: str
    score: float
    faq: bool

    @property
    def place(self) -> str:
        """``home.aspect``, as forms send it."""
        return f"{self.home}.{self.aspect}"


@dataclass(frozen=True)
class Group:
    """Messages that mean the same, the most typical first."""

    items: List[Item]
    targets: List[Target] = field(default_factory=list)

    @property
    def ident(self) -> str:
        return self.items[0].entry.ident

    @property
    def text(self) -> str:
        return self.items[0].entry.text

    @property
    def idents(self) -> List[str]:
        return [item.entry.ident for item in self.items]

    @property
    def texts(self) -> List[str]:
        """Different wordings, the most typical first."""
        return list({key(item.entry.text): item.entry.text for item in reversed(self.items)}.values())[::-1]

    @property
    def people(self) -> int:
        """Conversations it came up in."""
        return len({item.entry.conversation for item in self.items})

    @property
    def kinds(self) -> Dict[str, int]:
        return dict(Counter(item.entry.kind for item in self.items).most_common())

    @property
    def latest(self) -> int:
        return max(item.entry.at for item in self.items)

    @property
    def done(self) -> Optional[Done]:
        return self.items[0].done

    @property
    def state(self) -> str:
        if self.done is not None:
            return self.done.state
        return "aside" if set(self.kinds) == {"declined"} else "open"


class Learning:
    """``desk`` gives FAQs and their library."""

    def __init__(self, inbox: Inbox, desk: FaqDesk):
        self._inbox = inbox
        self._desk = desk
        self._nearest = Nearest()
        self._known: Tuple[str, Optional[KnowledgeBase], List[Group]] = ("", None, [])

    async def groups(self, state: str = "open", kind: str = "") -> List[Group]:
        """Groups in ``state``: open, aside (open, but all of it was taken for no business of the center) or one of
        bot.state.inbox.STATES; most people first. Raises RedisError."""
        every = [group for group in await self._all() if group.state == state]
        return [group for group in every if not kind or kind in group.kinds]

    async def group(self, ident: str) -> Group:
        """The group that ``ident`` is in; raises :class:`Unknown`."""
        for group in await self._all():
            if ident in group.idents:
                return group
        raise Unknown("这一组已经没有了，可能市民清除了对话，或者超过了保存期")

    async def entries(self, idents: Sequence[str]) -> List[Entry]:
        return await self._inbox.get(idents)

    async def search(self, wanted: str, most: int = 12) -> List[Target]:
        """FAQs near what somebody types, and cards whose name has it, each with its aspects."""
        base = await asyncio.to_thread(self._desk.library.base)
        found = [self.target(base, f"{near.faq.id}.overview") for near in await self._desk.near(wanted)]
        found += [self.target(base, f"{ident}.overview") for ident, faq in base.faqs.items() if wanted in faq.question][:most]
        for code, card in base.cards.items():
            if wanted in card.name or wanted in card.short or wanted == code:
                found += [self.target(base, f"{code}.{aspect}") for aspect in ASPECT_TITLES if aspect == "overview" or aspect in card.answers]
        return list({target.place: target for target in found if target is not None}.values())[:most]

    async def waiting(self) -> int:
        return len(await self.groups())

    async def add_similar(self, idents: Sequence[str], place: str, texts: Sequence[str], by: str) -> Tuple[Target, List[str]]:
        """Teach ``texts`` as wordings of an FAQ or a card's aspect (``home.aspect``), note it on the messages; gives where they
        went and the wordings. Raises Refused, Unknown."""
        wordings = _wordings(texts)
        base = await asyncio.to_thread(self._desk.library.base)
        target = self.target(base, place)
        if target is None:
            raise Unknown("没有这个常见问题或事项，可能已经删除")
        if target.faq:
            await self._into_faq(target.home, wordings, by)
        else:
            await self._into_examples((target.home, target.aspect), wordings)
        await self._settle(idents, "similar", by, target.place)
        return target, wordings

    async def out_of_scope(self, idents: Sequence[str], texts: Sequence[str], by: str) -> List[str]:
        """Teach ``texts`` as no business of the center. Raises Refused."""
        wordings = _wordings(texts)
        await self._into_examples(("", ""), wordings)
        await self._settle(idents, "out_of_scope", by)
        return wordings

    async def ignore(self, idents: Sequence[str], by: str) -> int:
        return await self._settle(idents, "ignored", by)

    async def becomes_faq(self, idents: Sequence[str], by: str) -> List[Entry]:
        """Note that a new FAQ is being written from these messages; gives them."""
        entries = await self._inbox.get(idents)
        await self._settle(idents, "faq", by)
        return entries

    async def reopen(self, idents: Sequence[str]) -> int:
        return await self._inbox.reopen(idents)

    async def suggestions(self, question: str) -> List[str]:
        """Open messages that look like ``question``, for whoever edits an FAQ; implements bot.content.faqs.Suggestions."""
        wanted = Said("?", question)
        like = []
        for group in await self.groups():
            likeness = max((_alike(wanted.text, text) for text in group.texts), default=0.0)
            if likeness >= _LIKE:
                like.append((likeness, group))
        like.sort(key=lambda pair: -pair[0])
        return [text for _, group in like for text in group.texts][:MOST_SUGGESTIONS]

    def target(self, base: KnowledgeBase, place: str, score: float = 0.0) -> Optional[Target]:
        """Of ``home.aspect``; None when it is no content (any more)."""
        home, _, aspect = place.partition(".")
        if home in base.faqs:
            return Target(home, "overview", base.faqs[home].question, base.faqs[home].topic, score, True)
        if home in base.cards and aspect in ASPECT_TITLES:
            card = base.cards[home]
            return Target(home, aspect, f"{card.short}：{ASPECT_TITLES[aspect]}", card.topic(aspect), score, False)
        return None

    def targets(self, base: KnowledgeBase, items: Sequence[Item]) -> List[Target]:
        """What the messages are nearest to, best first: guesses of the model, likeness to FAQs, and what citizens picked."""
        self._nearest.follow(base.faqs)
        scores: Counter[str] = Counter()
        for item in items:
            for guess in item.entry.guesses:
                if guess.home in base.faqs or guess.home in base.cards:
                    scores[f"{guess.home}.{'overview' if guess.home in base.faqs else guess.aspect}"] += guess.score  # type: ignore[assignment]
            for near in self._nearest.find(item.entry.text, MOST_TARGETS):
                scores[f"{near.faq.id}.overview"] += WORDS * near.score  # type: ignore[assignment]
            if item.picked:
                scores[item.picked] += CHOSEN  # type: ignore[assignment]
        found = [self.target(base, place, round(score / len(items), 3)) for place, score in scores.most_common()]
        return [target for target in found if target is not None][:MOST_TARGETS]

    async def _all(self) -> List[Group]:
        base = await asyncio.to_thread(self._desk.library.base)
        now = await self._inbox.version()
        if self._known[0] != now or self._known[1] is not base:
            items = await self._inbox.all()
            self._known = (now, base, await asyncio.to_thread(self._grouped, base, items))
        return self._known[2]

    def _grouped(self, base: KnowledgeBase, items: Sequence[Item]) -> List[Group]:
        """Open messages in groups of their own; what was put aside for good takes in the same words said again."""
        aside = {key(item.entry.text): item.done for item in items if item.done and item.done.state in ("ignored", "out_of_scope")}
        by_state: Dict[Tuple[str, str], List[Item]] = {}
        for item in items:
            done = item.done or aside.get(key(item.entry.text))
            item = msgspec.structs.replace(item, done=done)
            by_state.setdefault((done.state, done.target) if done else ("open", ""), []).append(item)
        found = []
        for some in by_state.values():
            by_ident = {item.entry.ident: item for item in some}
            said = [Said(i.entry.ident, i.entry.text, [(g.home, g.aspect, g.topic, g.score) for g in i.entry.guesses]) for i in some]
            for group in groups(said):
                members = [by_ident[one.ident] for one in group]
                found.append(Group(members, self.targets(base, members)))
        return sorted(found, key=lambda group: (-group.people, -group.latest))

    async def _into_faq(self, ident: str, wordings: List[str], by: str) -> Saved:
        faq = await self._desk.get(ident)
        values = values_of(faq)
        known = {key(text) for text in (values.question, *values.similar)}
        values = msgspec.structs.replace(values, similar=[*values.similar, *(text for text in wordings if key(text) not in known)])
        return await self._desk.save(ident, values, version(faq), by, "从待学问题加入", "learn")

    async def _into_examples(self, place: examples.Place, wordings: List[str]) -> None:
        async with self._desk.library.alone():
            await asyncio.to_thread(self._write_examples, place, wordings)

    def _write_examples(self, place: examples.Place, wordings: List[str]) -> None:
        found = examples.problems(self._desk.office(), wordings, place[0])
        if found:
            raise Refused(*found)
        self._desk.library.write(examples.with_added(self._desk.library.data, place, wordings))

    async def _settle(self, idents: Sequence[str], state: str, by: str, target: str = "") -> int:
        return await self._inbox.settle(idents, Done(state, by, clock.now().isoformat(timespec="seconds"), target))


def _wordings(texts: Sequence[str]) -> List[str]:
    wordings = list(dict.fromkeys(text for text in map(examples.clean, texts) if text))
    if not wordings:
        raise Refused("请至少选一句市民的话")
    return wordings


def _alike(one: str, other: str) -> float:
    """Share of the shorter text's pairs of characters that the other has too."""
    first, second = ({text[i:i + 2] for i in range(len(text) - 1)} for text in (key(one), key(other)))
    return len(first & second) / max(1, min(len(first), len(second)))
