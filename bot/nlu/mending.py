"""Words of the fund's language that an input method got wrong: homophones (公机金, 愈期) and words left in letters (tiqu, gjj).

Nothing else is touched: only a word on the lists of ``data/nlu`` is ever written instead, and a homophone only where
what stands there is no word itself, no part of one that reaches beyond it, and shares a character with the right word.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, FrozenSet, Iterable, List, Sequence, Tuple

import msgspec
from pypinyin import Style, lazy_pinyin

from bot.nlu.spacy_zh.vocabulary import ROOT, common_characters, read_entity_words, read_jieba_dictionary, read_lexicon

MENDABLE = ROOT / "data" / "nlu" / "mendable.yml"
REAL_WORD = 20
"""Least jieba frequency of what counts as a word of its own."""
SPELLED_WORD = 500
"""Least jieba frequency of an everyday word that letters may stand for (zenme, cailiao)."""
SHORTEST_SPELLED = 4
"""Fewest letters of a whole word; yue is 月 as well as 余额."""
LONGEST = 3
"""Longest real word that is looked for across the border of a homophone."""

_LETTERS = re.compile(r"(?<![a-z])[a-z]{3,}(?![a-z])")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Lists(msgspec.Struct, rename={"short": "两字词", "never": "不写成", "grammar": "虚字", "english": "英文", "initials": "首字母"}):
    """data/nlu/mendable.yml."""

    short: List[str]
    never: List[str]
    grammar: str
    english: List[str]
    initials: Dict[str, str]


@dataclass(frozen=True)
class Knowledge:
    """What mending looks up; built once in a process, in about two seconds."""

    sounds: Dict[str, FrozenSet[str]]
    """Readings of each common character, without tones."""
    by_first_sound: Dict[str, List[Tuple[Tuple[str, ...], str]]]
    """Words that homophones of are mended, with their syllables, longest first."""
    openings: FrozenSet[Tuple[str, ...]]
    """First two syllables of those words: at most places of a message none begins."""
    words: FrozenSet[str]
    spelled: Dict[str, str]
    """Letters → word."""
    fund: FrozenSet[str]
    """The fund's own words: a message of letters alone is Chinese when it spells one."""
    longest_spelled: int
    lists: Lists


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    lists = msgspec.yaml.decode(MENDABLE.read_bytes(), type=Lists)
    lexicon = [word for word in read_lexicon() if len(word) > 1 and all(map(_HAN.match, word))]
    dictionary = read_jieba_dictionary()
    never = set(lists.never)
    targets = [word for word in lexicon if len(word) > 2 and word not in never] + lists.short
    syllables = {word: tuple(lazy_pinyin(word)) for word in dict.fromkeys([*targets, *lexicon])}
    sounds = {character: {reading} for character, reading in zip(common_characters(), lazy_pinyin(common_characters()))}
    by_sound: Dict[Tuple[str, ...], List[str]] = {}
    for word, spoken in syllables.items():
        by_sound.setdefault(spoken, []).append(word)
        for character, sound in zip(word, spoken):
            sounds.setdefault(character, set()).add(sound)
    by_first: Dict[str, List[Tuple[Tuple[str, ...], str]]] = {}
    for word in sorted(set(targets), key=lambda w: (-len(w), w)):
        if len(by_sound[syllables[word]]) == 1:  # 定金 and 订金 sound alike: neither is written for the other
            by_first.setdefault(syllables[word][0], []).append((syllables[word], word))
    everyday = [word for word, frequency in sorted(dictionary, key=lambda p: (p[1], p[0])) if len(word) == 2 and frequency >= SPELLED_WORD]
    spelled = _spelled(everyday, lexicon, lists)
    words = {word for word, frequency in dictionary if 2 <= len(word) <= LONGEST and frequency >= REAL_WORD}
    return Knowledge(
        {character: frozenset(found) for character, found in sounds.items()}, by_first,
        frozenset(spoken[:2] for words in by_first.values() for spoken, _ in words), frozenset(words.union(lexicon)), spelled,
        frozenset([*lexicon, *lists.initials.values()]), max(map(len, spelled)), lists,
    )


def _spelled(everyday: Sequence[str], lexicon: Sequence[str], lists: Lists) -> Dict[str, str]:
    """Where several words sound alike the fund's own wins, then places and the like, then the commonest everyday word."""
    entities = [word for words in read_entity_words().values() for word in words if len(word) > 1]
    spelled = {"".join(lazy_pinyin(word, v_to_u=False)): word for word in [*everyday, *entities, *reversed(lexicon)]}
    spelled = {letters: word for letters, word in spelled.items() if len(letters) >= SHORTEST_SPELLED}
    initials: Dict[str, List[str]] = {}
    for word in lexicon:
        if len(word) > 2:
            initials.setdefault("".join(lazy_pinyin(word, style=Style.FIRST_LETTER)), []).append(word)
    spelled.update((letters, words[0]) for letters, words in initials.items() if len(words) == 1)
    spelled.update(lists.initials)
    return {letters: word for letters, word in spelled.items() if letters.isalpha() and letters not in lists.english}


def mend(text: str) -> str:
    """``text`` (normalised) with the fund's words as they are written; unchanged where nothing is certain."""
    known = knowledge()
    text = _LETTERS.sub(lambda match: _spell_out(known, match.group(), text), text)
    mended: List[str] = []
    at = 0
    while at < len(text):
        right = _homophone_at(known, text, at)
        mended.append(right or text[at])
        at += len(right) or 1
    return "".join(mended)


def _spell_out(known: Knowledge, letters: str, text: str) -> str:
    """``letters`` as Chinese words if they are nothing but such words; everyday words only inside a Chinese message."""
    words: List[str] = []
    at = 0
    while at < len(letters):
        end = next((e for e in range(min(len(letters), at + known.longest_spelled), at + 2, -1) if letters[at:e] in known.spelled), 0)
        if not end:
            return letters
        words.append(known.spelled[letters[at:end]])
        at = end
    return "".join(words) if _HAN.search(text) or known.fund.intersection(words) else letters


def _homophone_at(known: Knowledge, text: str, at: int) -> str:
    """The word that is meant by its homophone at ``at``; empty when nothing is to be mended there."""
    following = known.sounds.get(text[at + 1], ()) if at + 1 < len(text) else ()
    for sound in known.sounds.get(text[at], ()):
        if not any((sound, after) in known.openings for after in following):
            continue
        for syllables, word in known.by_first_sound[sound]:
            typed = text[at : at + len(word)]
            if typed == word:
                return word  # right already: do not look for shorter words inside
            if len(typed) == len(word) and all(s in known.sounds.get(c, ()) for s, c in zip(syllables, typed)) and _is_slip(known, text, at, typed, word):
                return word
    return ""


def _is_slip(known: Knowledge, text: str, at: int, typed: str, word: str) -> bool:
    changed = [i for i, (a, b) in enumerate(zip(typed, word)) if a != b]
    if typed in known.words or len(changed) == len(word) or any(typed[i] in known.lists.grammar for i in changed):
        return False
    if len(word) > 2 and (changed == [0] and typed[1:] in known.words or changed == [len(word) - 1] and typed[:-1] in known.words):
        return False  # 装修|完 is no slip for 装修款
    if any(typed[:cut] in known.words and typed[cut:] in known.words for cut in range(2, len(typed) - 1)):
        return False
    end = at + len(typed)
    return not any(text[a:b] in known.words for a, b in _crossing(at, end, len(text)))


def _crossing(start: int, end: int, length: int) -> Iterable[Tuple[int, int]]:
    """Stretches of two to :data:`LONGEST` characters that reach over the border of ``start:end``."""
    for border in (start, end):
        for a in range(max(0, border - LONGEST + 1), border):
            for b in range(border + 1, min(length, a + LONGEST) + 1):
                if not (start <= a and b <= end) and not (a <= start and end <= b and (a, b) == (start, end)):
                    yield a, b
