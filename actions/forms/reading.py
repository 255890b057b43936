"""What a message says about the figures of a form: named ones by the form's patterns, others by their kind."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Dict, List, Optional, Tuple

from bot.knowledge.forms import Form, FormField, common
from bot.knowledge.places import compiled

from .. import dates
from . import values
from .state import FormState

BOTH = "both"
"""Value of a choice whose options are shown side by side."""
_DENIED = re.compile(r"(?:不是|不算|并非|没有)$")
_MONTH = r"(?:(?:\d{4}|\d{2})年|今年|去年|前年)?\d{1,2}月(?:份)?(?:\d{1,2}[日号])?|上个?月|这个?月|本月"


@dataclass
class Found:
    """``values``: field → canonical text; ``wrong``: fields that were given but cannot be so; ``rest``: the other words."""

    values: Dict[str, str] = field(default_factory=dict)
    wrong: List[str] = field(default_factory=list)
    named: bool = False
    """Whether a figure was named (贷30万), not only given (30万)."""
    rest: str = ""


def read(form: Form, state: FormState, text: str, today: date) -> Found:
    """Every figure of ``form`` in ``text``; an unnamed one belongs to the field being asked, then to the next open one."""
    found = Found()
    taken = _ignored(form, text)
    for wanted in form.fields:
        for start, end, value in _named(wanted, text, taken):
            taken.append((start, end))
            found.named = True
            _keep(wanted, value, found)
    for wanted in form.fields:
        chosen = {value: spans for value, o in wanted.options.items() if (spans := _says([*o.words, re.escape(o.title)], text))}
        if chosen:
            found.values[wanted.id] = BOTH if len(chosen) > 1 and wanted.default == BOTH else next(iter(chosen))
            taken += [span for spans in chosen.values() for span in spans]
    for kind in ("amount", "term", "rate"):
        for said in values.find(kind, text):
            if any(said.start < end and start < said.end for start, end in taken) or _DENIED.search(text[: said.start]):
                continue
            place = _place(form, state, kind, found)
            if place is not None and (said.value >= Decimal(str(place.min)) or place.id == state.asking):
                taken.append((said.start, said.end))
                _keep(place, said.value, found)
    asked = form.field(state.asking) if state.asking else None
    if asked is not None and asked.id not in found.values and not found.wrong:
        _answered(asked, text, today, found)
    found.rest = _without(text, taken)
    return found


def fits(wanted: FormField, value: Decimal) -> bool:
    """Whether ``value`` lies within the bounds of the field; terms are whole months."""
    return Decimal(str(wanted.min)) <= value <= Decimal(str(wanted.max)) and (wanted.type != "term" or value == int(value))


def said_briefly(found: Found) -> bool:
    """Whether the message is little more than its figures: 那30年呢, 换成二套, 提前还30万能省多少."""
    return not re.sub("|".join(common().filler), "", found.rest)


def _ignored(form: Form, text: str) -> List[Tuple[int, int]]:
    """Figures that belong to something else: 首付20万, 月供1700, 缴了三十年."""
    spans = []
    for pattern in form.ignore:
        kind = "amount" if "{amount}" in pattern else "term"
        for match in re.finditer(pattern.replace(f"{{{kind}}}", f"(?P<value>{values.PATTERNS[kind]})"), text):
            spans.append(match.span("value"))
    return spans


def _named(wanted: FormField, text: str, taken: List[Tuple[int, int]]) -> List[Tuple[int, int, Decimal]]:
    if wanted.type not in values.PATTERNS:
        return []
    for pattern in wanted.said:
        for match in re.finditer(pattern.replace("{value}", f"(?P<value>{values.PATTERNS[wanted.type]})"), text):
            span = match.span("value")
            if any(span[0] < end and start < span[1] for start, end in taken) or _DENIED.search(text[: match.start()]):
                continue
            value = {"amount": values.amount, "term": values.term, "rate": values.rate}[wanted.type](match["value"])
            if value is not None:
                return [(*span, value)]
    return []


def _keep(wanted: FormField, value: Decimal, found: Found) -> None:
    if fits(wanted, value):
        found.values[wanted.id] = f"{value.normalize():f}"
    else:
        found.wrong.append(wanted.id)


def _place(form: Form, state: FormState, kind: str, found: Found) -> Optional[FormField]:
    """The field an unnamed value belongs to: the one asked, else the first open one, else the one filled last."""
    kinds = [f for f in form.fields if f.type == kind and f.id not in found.values and f.id not in found.wrong]
    asked = next((f for f in kinds if f.id == state.asking), None)
    if asked is not None:
        return asked
    given = {**state.values, **found.values}
    main = [f for f in kinds if f.main and applies(form, f, given)]
    empty = [f for f in main if f.id not in state.values]
    if empty:
        return empty[0]
    return max(main, key=lambda f: state.order.index(f.id)) if main else next((f for f in kinds if f.optional), None)


def applies(form: Form, wanted: FormField, given: Dict[str, str]) -> bool:
    """Whether the field matters, given the others (their defaults included)."""
    return all(given.get(name, form.field(name).default) in allowed for name, allowed in wanted.needs.items())


def _answered(asked: FormField, text: str, today: date, found: Found) -> None:
    """The reply to the question itself: a bare number, a date, a title."""
    if asked.type == "choice":
        for value, option in asked.options.items():
            if text and text in option.title:
                found.values[asked.id] = value
        return
    if asked.type == "month":
        match = re.search(_MONTH, text)
        day = dates.day(match.group(), today) if match else None
        if day is not None and day.month is not None and day.first() <= today:
            found.values[asked.id] = day.iso()
        elif day is not None:
            found.wrong.append(asked.id)
        return
    size = values.bare(asked.bare or asked.type, text)
    if size is not None:
        _keep(asked, size, found)


def _says(words: List[str], text: str) -> List[Tuple[int, int]]:
    """Where one of the patterns is said and not denied."""
    return [
        match.span() for pattern in words for match in compiled(pattern).finditer(text)
        if match.group() and not _DENIED.search(text[: match.start()])
    ]


def _without(text: str, taken: List[Tuple[int, int]]) -> str:
    return "".join(c for i, c in enumerate(text) if not any(start <= i < end for start, end in taken))
