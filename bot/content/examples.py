"""Training sentences the center adds from real messages: data/nlu/asked/center.yml and data/nlu/out_of_scope/center.yml.

Both files are read by every training like the others beside them. FAQs carry their own wordings and need neither.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import msgspec

from bot.knowledge.faq import Faq
from bot.knowledge.faq_draft import LONGEST_QUESTION, key
from bot.knowledge.faq_office import Office
from bot.knowledge.faq_store import read_text
from bot.state.masking import mask

from .refusal import Refused

ASKED, OUT_OF_SCOPE = "nlu/asked/center.yml", "nlu/out_of_scope/center.yml"
_HEAD = "# 管理员从市民真实问法里挑出来的说法，管理后台写入；也可以手工改，改完要重新训练。\nversion: \"3.1\"\nnlu:\n"
_MARKUP = str.maketrans("[](){}", "【】（）｛｝")
"""Square and round brackets mark entities in training sentences."""
Place = Tuple[str, str]
"""Card and aspect; ("", "") is out of scope."""


def clean(text: str) -> str:
    """A message as a training sentence: one line, nothing personal, no markup."""
    return " ".join(mask(text).translate(_MARKUP).split()).lstrip("-/ ")


def problems(office: Office, texts: Sequence[str], home: str) -> List[str]:
    """Why these sentences may not be added to ``home`` (a card, or "" for out of scope), as Chinese clauses."""
    found = []
    for text in texts:
        if not 2 <= len(key(text)) or len(text) > LONGEST_QUESTION:
            found.append(f"“{text[:20]}”要有 2 到 {LONGEST_QUESTION} 个字，太长的话请先改短")
    # The check of FAQ wordings, for sentences that belong to a card: one wording has one home.
    asif = Faq(id=home or "out_of_scope", question=texts[0], similar=list(texts[1:]), answer="", topic="")
    return found or office.homes({}, [asif]).taken(asif, None)


def with_added(data: Path, place: Place, texts: Sequence[str]) -> Dict[Path, str]:
    """The file of ``place`` with the sentences in it, for Library.write; raises :class:`Refused` when it cannot be read."""
    path = data / (ASKED if place[0] else OUT_OF_SCOPE)
    known = _read(path)
    examples = known.setdefault(place, [])
    examples += [text for text in dict.fromkeys(texts) if text not in examples]
    return {path: _HEAD + "".join(_block(one, lines) for one, lines in sorted(known.items()))}


def _read(path: Path) -> Dict[Place, List[str]]:
    text = read_text(path)
    if not text:
        return {}
    try:
        blocks: List[Any] = msgspec.yaml.decode(text.encode())["nlu"] or []
        return {
            (str((block.get("metadata") or {}).get("home") or ""), str((block.get("metadata") or {}).get("aspect") or "")):
            [line.strip()[2:] for line in block["examples"].splitlines() if line.strip().startswith("- ")] for block in blocks}
    except (msgspec.DecodeError, KeyError, AttributeError, TypeError):
        raise Refused(f"data/{path.parent.name}/{path.name} 被手工改坏了，请先改好再来") from None


def _block(place: Place, lines: Sequence[str]) -> str:
    home, aspect = place
    head = f"- intent: ask\n  metadata: {{home: {home}, aspect: {aspect}}}\n" if home else "- intent: out_of_scope\n"
    return head + "  examples: |\n" + "".join(f"    - {line}\n" for line in lines)
