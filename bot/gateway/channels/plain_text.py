"""Replies as plain text for channels without buttons and tables; choices are answered with a number or a letter."""
from __future__ import annotations

import unicodedata
from typing import Any, Dict, List, Mapping, Sequence

_NUMBERS = "一二三四五六七八九"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Spoken:
    """``text``: everything that was replied. ``choices``: what the citizen may answer → id of the button."""

    def __init__(self, replies: Sequence[Mapping[str, Any]]) -> None:
        self.choices: Dict[str, str] = {}
        self.text = "\n\n".join(filter(None, (self._one(reply) for reply in replies)))

    def _one(self, reply: Mapping[str, Any]) -> str:
        parts = [reply["text"], *(_table(item) for item in reply.get("attachments") or () if item.get("type") == "table")]
        if reply.get("why") and reply["kind"] in ("question", "reminder"):
            parts.append(f"（{reply['why']}）")
        sources = [f"《{source['title']}》{source.get('article') or ''}" for source in reply.get("sources") or ()]
        if sources and reply["kind"] == "answer":
            parts.append("依据：" + "；".join(dict.fromkeys(sources)))
        buttons = reply.get("buttons") or []
        if buttons:
            parts.append(self._offer(buttons, letters=reply["kind"] == "form"))
        return "\n".join(parts)

    def _offer(self, buttons: Sequence[Mapping[str, str]], letters: bool) -> str:
        """A form asks for figures, so that its choices must not be figures themselves."""
        lines = []
        for button in buttons:
            place = len(self.choices)
            mark = _LETTERS[place % len(_LETTERS)] if letters else str(place + 1)
            self.choices[mark] = button["id"]
            lines.append(f"回复 {mark}：{button['title']}")
        return "\n".join(lines)


def chosen(typed: str, choices: Mapping[str, str]) -> str:
    """The button that ``typed`` stands for ("2", "２", "二", "b"); "" when it is a message like any other."""
    text = unicodedata.normalize("NFKC", typed).strip(" .。、)）(（").upper()
    if len(text) == 1 and text in _NUMBERS:
        text = str(_NUMBERS.index(text) + 1)
    return choices.get(text, "")


def parts(text: str, longest: int) -> List[str]:
    """``text`` in pieces of at most ``longest`` bytes of UTF-8, cut between lines where that is possible."""
    pieces: List[str] = []
    current = ""
    for line in text.split("\n"):
        joined = f"{current}\n{line}" if current else line
        if len(joined.encode()) <= longest:
            current = joined
            continue
        if current:
            pieces.append(current)
        while len(line.encode()) > longest:
            cut = len(line.encode()[:longest].decode("utf-8", "ignore"))
            pieces.append(line[:cut])
            line = line[cut:]
        current = line
    return [piece.strip("\n") for piece in (*pieces, current) if piece.strip()]


def _table(item: Mapping[str, Any]) -> str:
    head = [str(cell) for cell in item.get("columns") or ()]
    lines = [item["title"]] if item.get("title") else []
    for row in item.get("rows") or ():
        cells = [str(cell) for cell in row]
        rest = [f"{name} {cell}" if name else cell for name, cell in zip(head[1:] or [""] * len(cells), cells[1:])]
        lines.append(f"· {cells[0]}：{'，'.join(rest)}" if rest else f"· {cells[0]}")
    return "\n".join(lines)
