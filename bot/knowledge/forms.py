"""Forms (data/forms): which figures a sum needs, how they are asked for, and the words around the result."""
from __future__ import annotations

from functools import lru_cache
from typing import Dict, List, Literal

import msgspec

from .base import DATA
from .card import Aspect, Local, Strict


class FormOption(Strict, frozen=True, kw_only=True):
    """One value of a choice: its button, the words that mean it (patterns), and the profile facts that choosing it ``tells``."""

    title: str
    words: List[str] = []
    tells: Dict[str, str] = {}


class FormField(Strict, frozen=True, kw_only=True):
    """One figure. ``min``/``max`` in yuan, months or per cent.

    ``said``: patterns that name this figure; ``{value}`` stands for an amount, term, rate or month.
    ``needs``: asked and kept only while other fields have one of these values. ``default``: never asked; used until said.
    ``beside``: forgotten when that field changes and this one is not said again. ``configured``: only asked when this center.yml key is set. ``main``: an unnamed figure of its type may mean it.
    ``bare: loan``: 30 as a reply means 30万元. ``profile``: facts that already tell it, value by value.
    """

    id: str
    name: str
    type: Literal["amount", "term", "rate", "choice", "month"]
    ask: str = ""
    why: str = ""
    error: str = ""
    said: List[str] = []
    names: List[str] = []
    min: float = 0
    max: float = 0
    bare: Literal["", "loan"] = ""
    main: bool = False
    default: str = ""
    optional: bool = False
    beside: str = ""
    needs: Dict[str, List[str]] = {}
    configured: str = ""
    profile: Dict[str, Dict[str, str]] = {}
    options: Dict[str, FormOption] = {}


class After(Strict, frozen=True, kw_only=True):
    """A button under the result: change fields, ask some again, open a card, or another form that takes over ``carry``."""

    title: str
    set: Dict[str, str] = {}
    clear: List[str] = []
    form: str = ""
    carry: Dict[str, str] = {}
    service: str = ""
    aspect: Aspect = "overview"


class Form(Strict, frozen=True, kw_only=True):
    """``start`` opens it where one of ``given`` was said too (or ``anyway``), after the answer ``lead``; ``plainly`` opens it alone.

    ``home``: the FAQ or card that counts as answered by the result. ``offer``: answers (home.aspect) that get its button.
    ``topics``: one of them must be among the readings of the message. ``ignore``: figures that are something else.
    ``covers``: questions and reminders that the result has answered.
    """

    id: str
    name: str
    title: str
    service: str
    aspect: Aspect
    topic: str
    topics: List[str]
    home: str = ""
    lead: List[str] = []
    start: List[str]
    plainly: List[str]
    unless: List[str] = []
    given: List[str] = []
    anyway: bool = False
    ignore: List[str] = []
    offer: List[str] = []
    fields: List[FormField]
    say: Dict[str, str]
    facts: List[str]
    covers: List[str] = []
    local: List[Local] = []
    after: List[After] = []

    def field(self, name: str) -> FormField:
        return next(f for f in self.fields if f.id == name)


class FormWording(Strict, frozen=True, kw_only=True):
    """What all forms have in common: standing sentences, and the patterns that steer."""

    say: Dict[str, str]
    control: Dict[str, List[str]]
    filler: List[str]
    rates: Dict[str, Dict[str, List[str]]]


@lru_cache(maxsize=1)
def forms() -> Dict[str, Form]:
    """All forms by id."""
    paths = sorted(path for path in (DATA / "forms").glob("*.yml") if path.stem != "common")
    return {form.id: form for form in (msgspec.yaml.decode(path.read_bytes(), type=Form) for path in paths)}


@lru_cache(maxsize=1)
def common() -> FormWording:
    return msgspec.yaml.decode((DATA / "forms" / "common.yml").read_bytes(), type=FormWording)
