"""What differs between two states of a record, field by field, and within long text word by word."""
from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Tuple

_WORDS = re.compile(r"[A-Za-z0-9_.%]+|\s|.", re.DOTALL)
"""A number or Latin word is one, every Chinese character is one."""
_SHORT = 2
"""A stretch of so few equal characters between two changes is read as part of the change."""

Piece = Tuple[str, str]
"""``same``, ``gone`` or ``new``, and the text."""


@dataclass(frozen=True)
class Difference:
    """One field that differs; ``pieces`` read from beginning to end give old and new text at once."""

    field: str
    before: str
    after: str
    pieces: List[Piece]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> List[Difference]:
    """Of all fields of both, in the order of ``after``; fields that are the same are left out."""
    names = [*after, *(name for name in before if name not in after)]
    found = []
    for name in names:
        old, new = shown(before.get(name)), shown(after.get(name))
        if old != new:
            found.append(Difference(name, old, new, words(old, new)))
    return found


def shown(value: Any) -> str:
    """A value as text: lists one entry a line."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "\n".join(shown(item) for item in value)
    if isinstance(value, dict):
        return "；".join(f"{name}：{shown(item)}" for name, item in value.items() if shown(item))
    return str(value)


def words(before: str, after: str) -> List[Piece]:
    """From ``before`` to ``after`` in pieces, with changes that a person can read rather than single letters."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > 4_000_000:  # difflib would take seconds; whole lines do
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: List[Piece] = []
    gone: List[str] = []
    added: List[str] = []

    def flush() -> None:
        if gone:
            pieces.append(("gone", "".join(gone)))
        if added:
            pieces.append(("new", "".join(added)))
        gone.clear()
        added.clear()

    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for i, (tag, a, b, c, d) in enumerate(steps):
        between = tag == "equal" and 0 < i < len(steps) - 1 and b - a <= _SHORT and "\n" not in old[a:b]
        if tag == "equal" and not between:
            flush()
            pieces.append(("same", "".join(old[a:b])))
        else:
            gone += old[a:b]
            added += new[c:d]
    flush()
    return pieces


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Dict[str, Any]:
    """Only the fields of ``after`` that differ from ``before``."""
    return {name: value for name, value in after.items() if before.get(name) != value}
