"""Which form a message opens, and what is known when it opens."""
from __future__ import annotations

from typing import Optional

from bot.knowledge.forms import Form, forms

from ..answering import Speaker
from ..message import Message
from ..profile import matches
from ..understanding import ANSWER_SCORE
from .reading import read
from .state import FormState

READINGS = 3
WEAK_SCORE = 0.08
"""A form's topic among the first readings, from this score on, lets its words open it."""


def starts(speaker: Speaker, message: Message, except_for: str = "") -> Optional[Form]:
    """The form that the words open, if any."""
    for form in forms().values():
        if form.id == except_for or matches(form.unless, message.text) or not _about(form, message):
            continue
        if matches(form.plainly, message.text):
            return form
        if matches(form.start, message.text):
            found = read(form, FormState(form.id), message.text, message.today)
            if set(form.given) & {*found.values, *found.wrong} or form.anyway:
                return form
    return None


def _about(form: Form, message: Message) -> bool:
    """Whether the form's matter is among what the message was read as; words alone can mean other interest, other months."""
    readings = message.understanding.readings[:READINGS]
    if readings and readings[0].intent == "out_of_scope" and readings[0].score >= ANSWER_SCORE:
        return False
    return not readings or not form.topics or any(r.topic in form.topics and r.score >= WEAK_SCORE for r in readings)


def fresh(speaker: Speaker, form: Form) -> FormState:
    """A new form; what the profile already tells is not asked again."""
    state = speaker.memory.form = FormState(form.id)
    for field in form.fields:
        for name, meaning in field.profile.items():
            known = speaker.memory.profile.get(name)
            if known is not None and (not meaning or str(known) in meaning):
                state.values[field.id] = meaning.get(str(known), str(known))
    return state
