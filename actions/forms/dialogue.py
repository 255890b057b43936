"""The turns that belong to a form: opening it, filling it, “为什么要问”, going back, leaving, returning, giving up."""
from __future__ import annotations

from typing import Dict, Optional

import msgspec

from bot.knowledge.forms import After, Form, FormField, common, forms
from bot.nlu.clauses import asks

from ..answering import Speaker
from ..memory import Choice, Origin
from ..message import Message
from ..profile import matches
from ..understanding import ANSWER_SCORE
from .opening import READINGS, fresh, starts
from .reading import Found, applies, read, said_briefly
from .speaking import ask, present
from .state import FormState

FOLLOW_TURNS = 3
"""How many turns after a result a short “那30年呢” still changes it."""
LONG_REST = 8
"""Characters besides the figures from which a message may be about something else."""


def form_turn(speaker: Speaker, message: Message) -> bool:
    """Handle ``message`` where it belongs to a form; False when it is for the rest of the assistant."""
    state = speaker.memory.form
    if message.choice is not None:
        return message.choice.form is not None and _pressed(speaker, message.choice)
    if state is not None and state.form in forms():
        if state.asking and not state.paused and _continued(speaker, message, state):
            return True
        if (state.paused or state.done) and _returned(speaker, message, state):
            return True
    return _opened(speaker, message)


def offer_forms(speaker: Speaker) -> None:
    """After other answers: a button back to the form that was left, and buttons of forms that fit the answer."""
    state = speaker.memory.form
    answers = [i for i, reply in enumerate(speaker.replies) if reply.kind == "answer"]
    if not answers:
        return
    place = answers[-1]
    reply = speaker.replies[place]
    if state is not None and state.paused:
        title = common().say["resume"].format(name=forms()[state.form].name)
        extra = [speaker.button(Choice(title, form=state.form, value="resume"))]
    elif speaker.memory.turn.quiet or speaker.memory.handed_off or any(speaker.base.moods[m].strong for m in speaker.memory.moods):
        return
    else:
        here = [f"{home}.{aspect}" for home, aspect in speaker.memory.turn.answered]
        extra = [speaker.button(Choice(form.title, form=form.id)) for form in forms().values() if set(form.offer) & set(here) and (state is None or state.form != form.id)]
    speaker.replies[place] = msgspec.structs.replace(reply, buttons=[*reply.buttons, *extra])


def _pressed(speaker: Speaker, choice: Choice) -> bool:
    assert choice.form is not None
    memory, value = speaker.memory, choice.value or ""
    form = forms().get(choice.form)
    if form is None:
        return False
    state = memory.form if memory.form is not None and memory.form.form == form.id else None
    if value == "cancel":
        _cancel(speaker)
    elif value == "back" and state is not None:
        _back(speaker, form, state)
    elif value == "resume" and state is not None:
        _resume(speaker, form, state)
    elif value.startswith("after:"):
        _after(speaker, form, state or fresh(speaker, form), form.after[int(value[6:])])
    elif "=" in value and state is not None:
        name, _, chosen = value.partition("=")
        state.put(name, chosen)
        told = form.field(name).options[chosen].tells
        memory.profile.update(told)
        memory.note({fact: Origin("form", memory.turns) for fact in told}, memory.about)
        _go_on(speaker, form, state)
    else:
        _go_on(speaker, form, fresh(speaker, form))
    return True


def _continued(speaker: Speaker, message: Message, state: FormState) -> bool:
    """A reply to the question being asked, or a word that steers."""
    form, control, text = forms()[state.form], common().control, message.text
    if matches(control["cancel"], text):
        _cancel(speaker)
        return True
    if matches(control["why"], text):
        ask(speaker, form, state, lead=common().say["why_again"].format(why=form.field(state.asking).why))
        return True
    found = read(form, state, text, message.today)
    if not found.values and matches(control["back"], text):
        _back(speaker, form, state, text)
        return True
    if _elsewhere(speaker, message, form, found):
        state.paused = True
        return False
    if found.wrong and not found.values:
        _retry(speaker, form, state, found.wrong[0])
        return True
    if found.values:
        _fill(form, state, found)
        _go_on(speaker, form, state)
        return True
    _retry(speaker, form, state, state.asking)
    return True


def _elsewhere(speaker: Speaker, message: Message, form: Form, found: Found) -> bool:
    """Whether the message is about something else: a question of its own, a wish for a person, a feeling."""
    base = speaker.base
    if any(base.moods[m].strong for m in message.moods):
        return True
    best = message.understanding.best
    if best is None:
        return False
    if (found.values or found.wrong) and (found.named or len(found.rest) < LONG_REST):
        return False  # before anything else: a bare 8000 has been read as a farewell
    if best.intent in ("human", "bye"):
        return True
    if any(f.id in found.values for f in form.fields if f.type == "choice" and f.ask) and not asks(message.text):
        return False
    if starts(speaker, message, except_for=form.id) is not None:
        return True
    if asks(message.text):
        return best.intent != "fragment" and best.score >= ANSWER_SCORE or best.intent is None
    return best.intent in (None, "thanks", "greet") and best.score >= ANSWER_SCORE and len(message.text) >= 4 and not found.wrong


def _returned(speaker: Speaker, message: Message, state: FormState) -> bool:
    """继续算 after another question; 那30年呢 after a result."""
    form, text = forms()[state.form], message.text
    if state.paused and matches(common().control["resume"], text):
        _resume(speaker, form, state)
        return True
    if state.paused and matches(common().control["cancel"], text):
        _cancel(speaker)
        return True
    if not state.done or speaker.memory.turns - state.turn > FOLLOW_TURNS:
        return False
    found = read(form, state, text, message.today)
    if found.wrong and not found.values and said_briefly(found):
        _retry(speaker, form, state, found.wrong[0])
        return True
    given = {**state.values, **found.values}
    if said_briefly(found) and any(applies(form, form.field(name), given) for name in found.values):
        _fill(form, state, found)
        _go_on(speaker, form, state)
        return True
    if matches(common().control["back"], text) and len(text) <= LONG_REST and not found.values:
        _back(speaker, form, state, text)
        return True
    return False


def _opened(speaker: Speaker, message: Message) -> bool:
    form = starts(speaker, message)
    if form is None:
        return False
    state = fresh(speaker, form)
    found = read(form, state, message.text, message.today)
    _fill(form, state, found)
    if form.lead and _missing(speaker, form, state) is not None and not matches(form.plainly, message.text):
        home, aspect = form.lead
        for reading in message.understanding.readings[:READINGS]:
            if reading.topic in form.topics and reading.home in speaker.base.cards:
                if reading.home != home:  # 二手房能贷多少: that card's own words
                    home, aspect = reading.home, reading.aspect
                break
        speaker.answer(home, aspect, 1.0)
    if found.wrong:
        _retry(speaker, form, state, found.wrong[0])
    else:
        _go_on(speaker, form, state)
    return True


def _fill(form: Form, state: FormState, found: Found) -> None:
    for field in form.fields:
        if field.beside in found.values and field.id not in found.values:
            state.drop(field.id)
    for name, value in found.values.items():
        state.put(name, value)


def _go_on(speaker: Speaker, form: Form, state: FormState) -> None:
    """Ask for the next figure, or give the result."""
    state.paused, state.done, state.tries = False, False, 0
    state.turn = speaker.memory.turns
    missing = _missing(speaker, form, state)
    if missing is not None:
        ask(speaker, form, state, missing)
        return
    again = present(speaker, form, state)
    if again:
        state.drop(again)
        _retry(speaker, form, state, again)


def _missing(speaker: Speaker, form: Form, state: FormState) -> Optional[FormField]:
    today = speaker.message.today
    for field in form.fields:
        needed = bool(field.ask) and not field.default and applies(form, field, state.values)
        if needed and field.id not in state.values and (not field.configured or speaker.base.is_set(field.configured, today)):
            return field
    return None


def _retry(speaker: Speaker, form: Form, state: FormState, name: str) -> None:
    state.tries += 1
    state.turn, state.paused, state.done = speaker.memory.turns, False, False
    field = form.field(name)
    if field.optional and not field.ask:
        state.drop(name)
    ask(speaker, form, state, field, retry=True)


def _back(speaker: Speaker, form: Form, state: FormState, text: str = "") -> None:
    """To the figure that is named, else to the one filled last."""
    state.turn, state.paused, state.done, state.tries = speaker.memory.turns, False, False, 0
    named = next((f for f in form.fields if f.ask and f.names and matches(f.names, text) and applies(form, f, state.values)), None)
    asked = {f.id for f in form.fields if f.ask}
    filled = [name for name in state.order if name in asked]
    if named is None and not filled:
        ask(speaker, form, state, _missing(speaker, form, state), lead=common().say["back_first"])
        return
    target = named or form.field(filled[-1])
    state.drop(target.id)
    ask(speaker, form, state, target)


def _resume(speaker: Speaker, form: Form, state: FormState) -> None:
    state.paused = False
    state.turn = speaker.memory.turns
    field = form.field(state.asking) if state.asking else _missing(speaker, form, state)
    if field is None:
        _go_on(speaker, form, state)
    else:
        ask(speaker, form, state, field, lead=common().say["resumed"].format(name=form.name))


def _cancel(speaker: Speaker) -> None:
    speaker.memory.form = None
    speaker.memory.turn.quiet = "不算了"
    speaker.add("smalltalk", common().say["cancelled"], topic="chitchat", confidence=1.0)


def _after(speaker: Speaker, form: Form, state: FormState, after: After) -> None:
    if after.service:
        speaker.answer(after.service, after.aspect, 1.0)
        return
    if after.form:
        other = forms()[after.form]
        known: Dict[str, str] = {**state.values, **{to: state.values[name] for name, to in after.carry.items() if name in state.values}}
        state = fresh(speaker, other)
        for field in other.fields:
            if field.id in known and field.id in after.carry.values():
                state.put(field.id, known[field.id])
        _go_on(speaker, other, state)
        return
    for name, value in after.set.items():
        state.put(name, value)
    for name in after.clear:
        state.drop(name)
    _go_on(speaker, form, state)
