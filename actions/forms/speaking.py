"""What a form says: the next question, and the result with its table, chart and buttons."""
from __future__ import annotations

from decimal import Decimal
from typing import Dict, List, Optional

from bot.knowledge.card import Answer
from bot.knowledge.forms import Form, FormField, common
from bot.knowledge.render import answer_text, source_notes
from bot.knowledge.reply import Button

from ..answering import Speaker
from ..calculators.money import short, span
from ..memory import Choice, Focus
from .results import RESULTS, Sum
from .state import FormState

MOST_TRIES = 2


def ask(speaker: Speaker, form: Form, state: FormState, field: Optional[FormField] = None, lead: str = "", retry: bool = False) -> None:
    """Ask for ``field`` (default: the same again)."""
    field = field or form.field(state.asking)
    state.asking = field.id
    question = _bounded(field.error, field) if retry else field.ask
    help_ = common().say["retry_help"] if retry and state.tries >= MOST_TRIES else ""
    speaker.memory.pending = None
    speaker.memory.misses = 0
    speaker.memory.turn.asking = True
    speaker.add(
        "form", "\n".join(part for part in (lead, question, help_) if part), service=form.service, aspect=form.aspect, topic=form.topic,
        confidence=1.0, why=field.why or None, buttons=_choices(speaker, form, state, field),
    )


def present(speaker: Speaker, form: Form, state: FormState) -> str:
    """Give the result; returns the field to ask again where the figures contradict each other, else ""."""
    base, today, memory = speaker.base, speaker.message.today, speaker.memory
    values = {**{f.id: f.default for f in form.fields if f.default}, **state.values}
    result = RESULTS[form.id](Sum(base, form, values, today))
    if result.again:
        return result.again
    state.asking, state.done = "", True
    memory.offered += [rule for rule in form.covers if rule not in memory.offered]
    memory.pending, memory.misses = None, 0
    home, _, aspect = (result.home or f"{form.home or form.service}.{form.aspect}").partition(".")
    memory.focus = Focus(home, aspect if home in base.cards else "overview")
    memory.turn.answered.append([home, memory.focus.aspect])
    spoken = Answer(text="\n".join(result.lines), facts=result.facts, local=result.local)
    speaker.add(
        "answer", answer_text(base, spoken, today), service=home if home in base.cards else form.service,
        aspect=aspect, topic=base.topic(home, aspect), confidence=1.0,
        sources=source_notes(base, result.facts, today), attachments=result.attachments, buttons=_afters(speaker, form, values, result.hide),
    )
    return ""


def _choices(speaker: Speaker, form: Form, state: FormState, field: FormField) -> List[Button]:
    say = common().say
    buttons = [speaker.button(Choice(option.title, form=form.id, value=f"{field.id}={name}")) for name, option in field.options.items()]
    if state.order:
        buttons.append(speaker.button(Choice(say["back"], form=form.id, value="back")))
    return [*buttons, speaker.button(Choice(say["cancel"], form=form.id, value="cancel"))]


def _afters(speaker: Speaker, form: Form, values: Dict[str, str], hide: List[str]) -> List[Button]:
    """Buttons that would change something."""
    return [
        speaker.button(Choice(after.title, form=form.id, value=f"after:{i}"))
        for i, after in enumerate(form.after)
        if all(values.get(name) != value and name not in hide for name, value in after.set.items())
    ]


def _bounded(text: str, field: FormField) -> str:
    low, high = Decimal(str(field.min)), Decimal(str(field.max))
    if field.type == "amount":
        return text.format(min=short(low), max=short(high))
    return text.format(min=span(int(low)), max=span(int(high))) if field.type == "term" else text
