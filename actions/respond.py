"""The first half of every turn: respond to what was said. What more to say is decided afterwards (actions/attend)."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Optional, Sequence, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.dialogue import Event, events, priorities
from bot.knowledge.render import ASPECT_TITLES
from bot.knowledge.matters import business, named
from bot.knowledge.reply import Candidate, Reply
from bot.knowledge.wording import say
from bot.nlu.clauses import asks

from .answering import Speaker
from .attend.evaluate import Known, evaluate
from .doubt import noticed, raise_doubt, settle_doubt
from .forms.dialogue import form_turn, offer_forms
from .handoff import hand_off, offer_person, order_turn
from .follow_up import BRIEF, CLOSE, SHORT, continues, focus_first, in_context, tells, within
from .memory import Choice, Focus, Memory, Origin, Turn
from .message import Message
from .pending import declines, find_reply, mutes, settled, unmutes
from .profile import implications, learn, matches
from .references import category, what_about
from .understanding import ANSWER_SCORE, CLARIFY_SCORE, CLAUSE_SCORE, CLEAR_MARGIN, CLEAR_SCORE, PART_SCORE, REJECTING, SURE_SCORE, Reading, Understanding, decide

COMMON = ("wd_rent", "wd_new_home", "loan_new_home", "wd_after_leave")
"""Offered when a fragment has no matter to belong to."""
MAX_OPTIONS = 3
_WHERE = re.compile(r"哪(?!种|些|个)")
_WRONG = re.compile(r"^(?:你|我|刚才|好像|可能|这)*(?:不对|错了|答非所问|(?:说|搞|弄|讲|听|理解|答|打|写)(?:错|反|岔)了?|不是这个(?:意思)?)[吧啊呀哦呢,。!~]*$")
_NUMBER = re.compile(r"^(?!12[0-9]{3}$)\d{6,}x?$")
_HOW = re.compile(r"怎|咋|如何|流程|步骤|手续")
_ABOUT_MATTER = re.compile(r"公积金|提|取|贷|缴|交|钱|账户|怎么办理|手续")


def respond(base: KnowledgeBase, memory: Memory, message: Message) -> List[Reply]:
    """Say what answers ``message``; ``memory`` is brought up to date, ``memory.turn`` tells the attentive engine."""
    memory.turns += 1
    memory.turn = Turn(message=message.id, text=message.text, facts=message.facts, moods=message.moods)
    speaker = Speaker(base, memory, message)
    fresh_moods = [m for m in message.moods if m not in memory.moods]
    memory.moods.extend(fresh_moods)
    doubt = noticed(speaker, message)
    _remember(base, memory, message)

    several = len(message.understanding.clauses) > 1
    in_form = not several and _forced(base, memory, message) is None and (order_turn(speaker, message) or form_turn(speaker, message))
    in_form = in_form or settle_doubt(speaker, message)
    found = None if in_form else find_reply(base, memory, message)
    if found is not None:
        memory.ignored = 0
        memory.pending, memory.pending_before = settled(memory, found.ask.id)
        memory.turn.replied = found.ask.id
        memory.profile[found.ask.fills] = found.value
        for other, implied in implications(base, found.ask.fills, found.value).items():
            memory.profile.setdefault(other, implied)
        memory.note({found.ask.fills: Origin("reply" if message.choice is None else "button", memory.turns)}, memory.about)
        card = base.rule_card[found.ask.id]
        if found.consequence is not None:
            speaker.consequence(card.code, found.consequence)
        if message.choice is None and asks(message.text):
            _answer_more(speaker, message)
        elif found.consequence is None:
            speaker.add("smalltalk", say("acknowledged", memory.turns), topic="chitchat", confidence=1.0)
    elif not in_form:
        if memory.pending is not None and memory.turns == memory.pending.turn + 1:
            memory.ignored += 1
        _plan(speaker, message)
    if not in_form:
        offer_forms(speaker)
        offer_person(speaker, fresh_moods)
    if doubt is not None and not in_form and any(r.kind == "answer" for r in speaker.replies):
        raise_doubt(speaker, doubt)
    _open_with_feeling(speaker, fresh_moods)
    memory.said.append(message.text)
    memory.last = [r.as_dict() for r in speaker.replies if r.kind == "answer"] or memory.last
    return speaker.replies


def _remember(base: KnowledgeBase, memory: Memory, message: Message) -> None:
    """What the message tells, under whom it is about; the matter it refers to is the one being talked about."""
    if message.choice is None:
        for person, facts in message.stated.items():
            learn(base, memory.of(person), facts)
        memory.speaks_of(message.about)
        learn(base, memory.profile, message.facts)
        for person, facts in message.stated.items():
            concluded = {other for name, value in facts.items() for other in implications(base, name, value)}
            memory.note({name: Origin("follows" if name in concluded else "said", memory.turns) for name in facts}, person)
        if message.focus is not None:
            memory.turn_to(message.focus)


def _corrected(speaker: Speaker, message: Message) -> bool:
    """不是买房,是租房; 说错了,是二套: the last question is answered again under what is meant."""
    memory, base = speaker.memory, speaker.base
    if message.correction is None or memory.focus is None:
        return False
    meant = message.correction.meant
    names = named(base, meant, category(base, memory.focus))
    if not names and business(meant) and len(meant) <= BRIEF and memory.said:
        # 不,我问的是提取: the matter stays, the business changes.
        names = [c for c in named(base, memory.said[-1], business(meant), stays=True) if base.cards[c].category == business(meant)]
    aspect = memory.focus.aspect
    if asks(meant):
        asked = [r for r in message.understanding.readings if r.intent is None]
        reading = in_context(base, Focus(names[-1]) if names else memory.focus, meant, asked) if asked else None
        if reading is not None and reading.aspect:
            aspect = reading.aspect
    if names:
        speaker.answer(names[-1], aspect, 1.0)  # 公积金贷款的还贷: the last word is the matter
    elif message.facts:
        speaker.answer(memory.focus.home, aspect, 1.0)
    else:
        return False
    memory.misses = 0
    return True


def _plan(speaker: Speaker, message: Message) -> None:
    memory, base = speaker.memory, speaker.base
    choice = message.choice
    if choice is not None:
        if choice.home:
            speaker.answer(choice.home, choice.aspect, 1.0)
        else:
            _dialogue(speaker, choice.intent or "more", message)
        return
    if mutes(message) and not asks(message.text):
        memory.muted, memory.pending = True, None
        _smalltalk(speaker, "muted")
        return
    if memory.muted and unmutes(message) and not asks(message.text):
        memory.muted = memory.declined = False
        _smalltalk(speaker, "unmuted")
        return
    if memory.offered and declines(message) and not asks(message.text.replace("不用", "")):
        memory.declined = True
        memory.pending = None
        _smalltalk(speaker, "declined")
        return
    if "confused" in message.moods and memory.last and len(message.text) <= SHORT:
        _dialogue(speaker, "repeat", message)
        return
    if _says_wrong(speaker, message):
        return
    forced = _forced(base, memory, message)
    parts = _parts(speaker, message)
    if forced is not None and (len(parts) < 2 or all(part.home != forced[0] for part in parts)):
        speaker.answer(forced[0], forced[1], 1.0)
        return
    if _only_tells(base, message):
        _comfort(speaker, message)
        return
    if _corrected(speaker, message):
        return
    other = what_about(base, memory.focus, message.text)
    if other is not None:
        memory.misses = 0
        speaker.answer(other.home, other.aspect, SURE_SCORE)
        return
    if tells(base, memory.focus, message) and continues(speaker, message, []):
        return
    if len(parts) > 1:
        for reading in parts:
            speaker.answer(reading.home, reading.aspect, reading.score)
        memory.misses = 0
        return
    _one(speaker, message, message.understanding)


def _says_wrong(speaker: Speaker, message: Message) -> bool:
    """不对, 搞错了 with nothing after it, and numbers with no question about a figure open: neither says what is wanted."""
    if _WRONG.search(message.text):
        matters = [focus.home for focus in speaker.memory.past if focus.home in speaker.base.cards]
        _need_service(speaker, "overview", "misunderstood", matters)
    elif _NUMBER.search(message.text):
        _need_service(speaker, "overview", "bare_number")
    else:
        return False
    speaker.memory.turn.quiet = "没有说要问什么"
    return True


def _forced(base: KnowledgeBase, memory: Memory, message: Message) -> Optional[Tuple[str, str]]:
    known = Known(base, message.today, message.facts, message.text, (), memory.moods, ())
    for priority in priorities():
        if evaluate(priority.when, known):
            return priority.service, priority.aspect
    return None


def _only_tells(base: KnowledgeBase, message: Message) -> bool:
    """A strong feeling is told and nothing is asked: comfort first, no procedure."""
    grieving = any(base.moods[m].strong for m in message.moods if m != "angry")  # the angry want it mended
    return grieving and not asks(message.text) and not _ABOUT_MATTER.search(message.text)


def _comfort(speaker: Speaker, message: Message) -> None:
    best = next((r for r in message.understanding.readings if r.home in speaker.base.cards), None)
    buttons = []
    if best is not None:
        speaker.memory.focus = Focus(best.home)
        buttons = [speaker.button(Choice(f"{speaker.base.cards[best.home].short}怎么办", home=best.home))]
    speaker.memory.turn.quiet = "只是倾诉，先不说别的"
    speaker.add("smalltalk", say("comfort", speaker.memory.turns), topic="chitchat", confidence=1.0, buttons=buttons)


def _parts(speaker: Speaker, message: Message) -> List[Reading]:
    """The separate questions of one message, each read with confidence; empty when it is one question."""
    clauses = message.understanding.clauses
    parts: List[Reading] = []
    texts: List[str] = []
    focus = message.focus
    if len(clauses) < 2:
        return parts
    for clause in clauses:
        best = _part(speaker.base, focus, clause, message.understanding.best)
        if best is not None:
            focus = Focus(best.home, best.aspect)
            parts.append(best)
            texts.append(clause.text)
    return _told_once(speaker.base, parts, texts)


def _part(base: KnowledgeBase, focus: Optional[Focus], clause: Understanding, whole: Optional[Reading]) -> Optional[Reading]:
    """One question of several: beside others about the fund it is hardly small talk."""
    other = what_about(base, focus, clause.text)
    if other is not None:
        return Reading(other.home, other.aspect, base.topic(other.home, other.aspect), SURE_SCORE)
    clause = clause.under(base, focus)
    content = [r for r in clause.readings if r.intent is None]
    if not asks(clause.text) and clause.best is not None and clause.best.topic in REJECTING:
        return None  # 老伴前几天过世了: told before the question, not asked
    rejecting = sum(r.score for r in clause.readings if r.topic in REJECTING)
    if not content or content[0].score < ANSWER_SCORE and clause.best is not content[0] and clause.best.topic not in REJECTING:
        return None
    if len(content) > 1 and content[1].score >= CLOSE * content[0].score:
        content = focus_first(base, content, focus)
    reading = within(base, whole, clause.text, in_context(base, focus, clause.text, content))
    # Undecided between aspects of one card is no doubt about what is asked.
    score = max(reading.score, sum(r.score for r in content if r.home == reading.home))
    return reading if score >= PART_SCORE and score >= CLAUSE_SCORE * (1 - rejecting) else None


def _told_once(base: KnowledgeBase, parts: List[Reading], texts: List[str]) -> List[Reading]:
    """No part twice; beside a particular aspect of its card an overview becomes the conditions or the steps it asks for."""
    particular = {p.home for p in parts if p.aspect != "overview"}
    told: List[Reading] = []
    for part, text in zip(parts, texts):
        if part.aspect == "overview" and part.home in particular and part.home in base.cards:
            aspect = "steps" if _HOW.search(text) else "channel" if _WHERE.search(text) else "conditions"
            part = replace(part, aspect=aspect, topic=base.topic(part.home, aspect))
        if all((p.home, p.aspect) != (part.home, part.aspect) for p in told):
            told.append(part)
    return told


def _answer_more(speaker: Speaker, message: Message) -> None:
    """The message replies to a question and asks something too."""
    said = [tuple(p) for p in speaker.memory.turn.answered]
    parts = _parts(speaker, message) or [_best_content(speaker, message.understanding)]
    for reading in parts:
        if reading is not None and (reading.home, reading.aspect) not in said:
            speaker.answer(reading.home, reading.aspect, reading.score)


def _best_content(speaker: Speaker, understanding: Understanding) -> Optional[Reading]:
    """What is asked besides: the bare question where there is one, because the statement before it was the reply."""
    asked = understanding.clauses[0] if len(understanding.clauses) == 1 else understanding
    best = next((r for r in asked.readings if r.intent is None), None)
    if best is None or best.score < CLARIFY_SCORE:
        return None
    return in_context(speaker.base, speaker.memory.focus, asked.text, [best, *[r for r in asked.readings if r.intent is None and r is not best]])


def _one(speaker: Speaker, message: Message, understanding: Understanding) -> None:
    memory, base = speaker.memory, speaker.base
    ordered = decide(understanding, memory.focus is not None and len(message.text) <= SHORT and asks(message.text))
    if not ordered:
        _missed(speaker, understanding)
        return
    best = ordered[0]
    content = [r for r in ordered if r.intent is None]
    event = _event(message.text, message.words or message.text)
    if event is not None and _decides(memory, event, message.text, best) and not _follows(memory, event):
        aspect = best.aspect if best.home == event.service else event.aspect
        speaker.answer(event.service, aspect, best.score, also=event.also)
        return
    if best.intent is not None:
        if not continues(speaker, message, content):
            _dialogue(speaker, best.intent, message, best)
        return
    content = focus_first(base, content, memory.focus)
    reading = in_context(base, memory.focus, understanding.text, content)
    # Two aspects of one card are no reason to ask back: the better one is answered.
    second = next((r.score for r in content[1:] if r.home != reading.home), 0.0)
    if reading.score < ANSWER_SCORE and continues(speaker, message, content):
        return
    if reading.score >= ANSWER_SCORE or (reading.score >= CLEAR_SCORE and reading.score - second >= CLEAR_MARGIN):
        memory.misses = 0
        speaker.answer(reading.home, reading.aspect, reading.score)
    elif reading.score >= CLARIFY_SCORE:
        memory.misses = 0
        _clarify(speaker, [reading, *content[1:]][:MAX_OPTIONS])
    else:
        _missed(speaker, understanding)


def _event(text: str, own: str) -> Optional[Event]:
    """The life event told in ``text``, if any; ``own`` is the part about the person whose matter it is."""
    for event in events():
        words = text if event.anyone else own
        if matches(event.words, words) and not matches(event.unless, words):
            return event
    return None


def _decides(memory: Memory, event: Event, text: str, best: Reading) -> bool:
    """Whether the event outweighs the reading: a statement that only sounds like small talk (我要结婚了), or an unsure reading
    that is not one of the event's further services by itself."""
    if best.intent == "human":
        return False
    if best.intent is not None and not asks(text):
        return memory.pending is None
    if best.intent not in (None, "out_of_scope"):
        return False
    sure = ANSWER_SCORE if best.home in event.also or event.mild and asks(text) else SURE_SCORE
    return best.score < sure


def _follows(memory: Memory, event: Event) -> bool:
    """Whether the event's service is being talked about already."""
    return memory.focus is not None and memory.focus.home in (event.service, *event.also)


def _dialogue(speaker: Speaker, intent: str, message: Message, reading: Optional[Reading] = None) -> None:
    memory = speaker.memory
    score = reading.score if reading else 1.0
    if intent == "human":
        hand_off(speaker, (message.choice.value if message.choice else None) or "wish", score)
    elif intent == "out_of_scope":
        speaker.add("decline", say("decline", memory.turns), topic="out_of_scope", confidence=round(score, 3))
    elif intent == "repeat" and memory.last:
        for last in memory.last:
            last = Reply.from_dict(last)
            speaker.add("answer", last.text, service=last.service, aspect=last.aspect, faq=last.faq, topic=last.topic,
                        confidence=last.confidence, sources=last.sources)
        memory.turn.quiet = "只是再说一遍"
    elif intent == "fragment":
        _need_service(speaker, reading.aspect if reading else "overview")
    elif intent == "deny" and memory.offered:
        memory.declined = True
        memory.pending = None
        _smalltalk(speaker, "declined")
    else:
        names = {"greet": "greet", "thanks": "thanks", "bye": "bye", "more": "more", "affirm": "acknowledged", "deny": "declined",
                 "repeat": "nothing_to_repeat"}
        _smalltalk(speaker, names.get(intent, "chitchat"), score)


def _smalltalk(speaker: Speaker, name: str, score: float = 1.0) -> None:
    speaker.add("smalltalk", say(name, speaker.memory.turns), topic="chitchat", confidence=round(score, 3))


def _title(base: KnowledgeBase, reading: Reading) -> str:
    if reading.home in base.faqs:
        return base.faqs[reading.home].question
    return f"{base.cards[reading.home].short}：{ASPECT_TITLES[reading.aspect]}"


def _clarify(speaker: Speaker, readings: List[Reading], name: str = "clarify", **values: str) -> None:
    base = speaker.base
    titles = [_title(base, r) for r in readings]
    speaker.add(
        "clarify",
        say(name, speaker.memory.turns, **values),
        topic=readings[0].topic,
        confidence=round(readings[0].score, 3),
        candidates=[Candidate(r.topic, t, r.home if r.home in base.cards else None) for r, t in zip(readings, titles)],
        buttons=[speaker.button(Choice(t, home=r.home, aspect=r.aspect)) for r, t in zip(readings, titles)],
    )


def _need_service(speaker: Speaker, aspect: str, name: str = "need_service", before: Sequence[str] = ()) -> None:
    """Ask which matter is meant; those in ``before`` are offered first."""
    base = speaker.base
    aspect = aspect if aspect in ASPECT_TITLES else "overview"
    focus = speaker.memory.focus.home if speaker.memory.focus is not None and name == "misunderstood" else ""
    codes = [code for code in dict.fromkeys([*before, *COMMON]) if code in base.cards and code != focus]
    readings = [Reading(code, aspect, base.topic(code, aspect), 0.2) for code in codes[: len(COMMON)]]
    _clarify(speaker, readings, name, **({"aspect": ASPECT_TITLES[aspect]} if name == "need_service" else {}))


def _missed(speaker: Speaker, understanding: Understanding) -> None:
    memory, base = speaker.memory, speaker.base
    memory.misses += 1
    name = "misses_handoff" if memory.misses >= 2 else "not_understood"
    guesses = [r for r in understanding.readings if r.intent is None][:MAX_OPTIONS]
    speaker.add(
        "decline",
        say(name, memory.turns),
        topic="out_of_scope",
        confidence=round(1 - sum(r.score for r in guesses), 3),
        buttons=[speaker.button(Choice(_title(base, r), home=r.home, aspect=r.aspect)) for r in guesses],
    )
    if memory.misses == 2:
        hand_off(speaker, "misses")


def _open_with_feeling(speaker: Speaker, fresh: List[str]) -> None:
    """A human sentence before the help, once per feeling."""
    for name in fresh:
        mood = speaker.base.moods[name]
        if mood.opening and speaker.replies:
            first = speaker.replies[0]
            opening = mood.opening[speaker.memory.turns % len(mood.opening)]
            speaker.replies[0] = Reply.from_dict({**first.as_dict(), "text": f"{opening}\n{first.text}"})
            return
