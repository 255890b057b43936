"""Noisy versions of a question, as people type them: for the robustness check and for training on such spellings.

Every kind is a function ``(text, rng) → text``; the same ``rng`` state gives the same text. What a kind cannot apply to
comes back unchanged (no traditional form, no punctuation to drop). Digits are never touched: an amount typed wrong is
another question, not noise.
"""
from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Callable, Dict, List, Sequence

import msgspec
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin
from spacy.vocab import Vocab

from bot.nlu.normalize import normalize
from bot.nlu.sounds import soft_sound, sound
from bot.nlu.spacy_zh.tokenizer import JiebaTokenizer, merge_dictionary
from bot.nlu.spacy_zh.vocabulary import common_characters, read_jieba_dictionary, read_lexicon

DATA = Path(__file__).resolve().parents[2] / "data" / "nlu" / "noise.yml"
SPAN = 20
"""One place is spoiled in every so many characters begun, as in real messages: one slip in most, more in long ones."""
CANDIDATES = 3
"""An input method shows the commonest words first; a slip picks one of these."""
COMMON_WORD = 100
"""Least jieba frequency of a word that somebody picks by mistake."""

_HAN = re.compile(r"[\u4e00-\u9fff]")
_PUNCTUATION = re.compile(r"[^\w\s%.+*/-]|(?<!\d)[.+*/-]|[.+*/-](?!\d)")  # 3.5% and 2026-09 keep theirs
_PAUSE = re.compile(r"[，,。；;]")

Kind = Callable[[str, random.Random], str]


class _Lists(msgspec.Struct, rename={
    "homophones": "同音词", "lookalikes": "形近字", "openings": "开头语", "middles": "中间语", "endings": "末尾语",
}):
    homophones: Dict[str, List[str]]
    lookalikes: List[str]
    openings: List[str]
    middles: List[str]
    endings: List[str]


@dataclass(frozen=True)
class _Language:
    """What slips are made from; commonest first in every list."""

    tokenizer: JiebaTokenizer
    words_by_sound: Dict[str, List[str]]
    characters_by_sound: Dict[str, List[str]]
    characters_by_soft_sound: Dict[str, List[str]]
    lookalikes: Dict[str, str]
    lists: _Lists


@lru_cache(maxsize=1)
def _language() -> _Language:
    """Read once, about four seconds."""
    dictionary = read_jieba_dictionary()
    tokenizer = JiebaTokenizer(Vocab())
    tokenizer.set_dictionary(merge_dictionary(dictionary, read_lexicon()))
    lists = msgspec.yaml.decode(DATA.read_bytes(), type=_Lists)
    common = set(common_characters()[:3755])  # level 1 of GB 2312: the characters people know
    ranked = sorted(dictionary, key=lambda pair: (-pair[1], pair[0]))
    words = [word for word, frequency in ranked if len(word) == 2 and frequency >= COMMON_WORD]
    characters = [word for word, _ in ranked if word in common]
    lookalikes: Dict[str, str] = {}
    for group in lists.lookalikes:
        for character in group:
            lookalikes[character] = lookalikes.get(character, "") + group.replace(character, "")
    return _Language(
        tokenizer, _by(sound, words), _by(sound, characters), _by(soft_sound, characters),
        {character: others for character, others in lookalikes.items() if others}, lists,
    )


@lru_cache(maxsize=1)
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _by(key: Callable[[str], str], words: Sequence[str]) -> Dict[str, List[str]]:
    found: Dict[str, List[str]] = {}
    for word in words:
        found.setdefault(key(word), []).append(word)
    return found


def _words(text: str) -> List[str]:
    return [token.text_with_ws for token in _language().tokenizer(text)]


def _places(text: str) -> int:
    return 1 + (len(text) - 1) // SPAN


def _spoil_words(text: str, rng: random.Random, variants: Callable[[str], Sequence[str]]) -> str:
    """Replace a few words that have ``variants``; each word is equally likely."""
    words = _words(text)
    able = [i for i, word in enumerate(words) if variants(word)]
    for i in sorted(rng.sample(able, min(_places(text), len(able)))):
        words[i] = rng.choice(list(variants(words[i])))
    return "".join(words)


def _spoil_characters(text: str, rng: random.Random, variants: Callable[[str], Sequence[str]]) -> str:
    able = [i for i, character in enumerate(text) if variants(character)]
    characters = list(text)
    for i in sorted(rng.sample(able, min(_places(text), len(able)))):
        characters[i] = rng.choice(list(variants(characters[i])))
    return "".join(characters)


def typos(text: str, rng: random.Random) -> str:
    """A character that looks alike, or one that sounds almost alike (zh/z, n/l, ing/in …) as careless typing picks it."""
    language = _language()

    def variants(character: str) -> List[str]:
        almost = language.characters_by_soft_sound.get(soft_sound(character), []) if _HAN.match(character) else []
        clear = sound(character)
        return [*language.lookalikes.get(character, ""), *[c for c in almost[: 2 * CANDIDATES] if sound(c) != clear][:CANDIDATES]]

    return _spoil_characters(text, rng, variants)


def homophones(text: str, rng: random.Random) -> str:
    """A word of the same syllables, tones aside: one of the fund's usual slips, else what an input method offers first."""
    language = _language()

    def variants(word: str) -> List[str]:
        if not _HAN.match(word):
            return []
        known = language.lists.homophones.get(word, [])
        whole = [w for w in language.words_by_sound.get(sound(word), []) if w != word][:CANDIDATES] if len(word) == 2 else []
        if known or whole:
            return [*known, *whole]
        return [
            word[:i] + other + word[i + 1 :]
            for i, character in enumerate(word)
            for other in [c for c in language.characters_by_sound.get(sound(character), []) if c != character][:CANDIDATES]
        ]

    return _spoil_words(text, rng, variants)


def traditional(text: str, rng: random.Random) -> str:
    """The whole text in traditional characters."""
    return str(_traditional().convert(text))


def pinyin(text: str, rng: random.Random) -> str:
    """Words left as typed letters: whole syllables (``tiqu``), or first letters (``gjj``) for three characters and more."""

    def variants(word: str) -> List[str]:
        if len(word) < 2 or not all(_HAN.match(character) for character in word):
            return []
        spelled = "".join(lazy_pinyin(word, v_to_u=False))
        return [spelled] if len(word) == 2 else [spelled, "".join(lazy_pinyin(word, style=Style.FIRST_LETTER))]

    return _spoil_words(text, rng, variants)


def dropped(text: str, rng: random.Random) -> str:
    """Characters missing; the first letter of a short question stays, so that something is left."""
    return _spoil_characters(text, rng, lambda c: [""] if _HAN.match(c) and len(text) > 3 else [])


def doubled(text: str, rng: random.Random) -> str:
    """Characters typed twice."""
    return _spoil_characters(text, rng, lambda c: [c + c] if _HAN.match(c) else [])


def unpunctuated(text: str, rng: random.Random) -> str:
    """No punctuation at all; between digits it belongs to the number and stays."""
    return _PUNCTUATION.sub("", text) or text


def fillers(text: str, rng: random.Random) -> str:
    """Empty words at the start, in a pause or between two words, and at the end."""
    lists = _language().lists
    opening = rng.choice(lists.openings)
    middle = rng.choice(lists.middles)
    ending = rng.choice(lists.endings)
    body = text.rstrip("？?。！! ")
    pause = _PAUSE.search(body)
    if pause:
        body = f"{body[: pause.end()]}{middle}{body[pause.end() :]}"
    else:
        words = _words(body)
        at = rng.randrange(1, len(words)) if len(words) > 1 else len(words)
        body = "".join([*words[:at], middle, *words[at:]])
    return f"{opening}{body}{ending}{text[len(text.rstrip('？?。！! ')) :]}"


KINDS: Dict[str, Kind] = {
    "typos": typos,
    "homophones": homophones,
    "traditional": traditional,
    "pinyin": pinyin,
    "dropped": dropped,
    "doubled": doubled,
    "unpunctuated": unpunctuated,
    "fillers": fillers,
}
"""Every kind by name."""


def noisy(text: str, kind: str, seed: int = 0) -> str:
    """``text`` spoiled by ``kind``; depends on nothing but the three arguments. KeyError for a kind not in :data:`KINDS`."""
    return KINDS[kind](text, random.Random(f"{seed}:{kind}:{text}"))


def seen(text: str, share: float, rng: random.Random, kinds: Sequence[str] = tuple(KINDS)) -> str:
    """``text`` as learning sees it: in ``share`` of the cases spoiled by one of ``kinds``, and normalised as the pipeline would do it."""
    if rng.random() >= share:
        return text
    return normalize(KINDS[rng.choice(kinds)](text, rng)) or text
