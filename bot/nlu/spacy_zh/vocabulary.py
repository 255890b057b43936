"""Which words the pipeline knows: the housing-fund lexicon, the entity lists, and jieba's frequent words."""
from __future__ import annotations

import string
from pathlib import Path
from typing import Dict, List, Tuple

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[2]
LEXICON = ROOT / "data" / "nlu" / "lexicon.txt"
ENTITY_LABELS = {"PLACE": "place.txt", "FAMILY": "family.txt", "HOUSE": "house.txt"}

FREQUENT_WORDS = 15000
"""How many of jieba's most frequent words of two or more characters get a vector of their own."""
ENTITY_FREQUENCY = 1000


class LexiconError(ValueError):
    """A word list has a line that cannot be used; the message names file, line and what was expected."""


def read_lexicon(path: Path = LEXICON) -> Dict[str, int]:
    """Word → frequency from a file in jieba's user dictionary format: ``word frequency tag`` on each line."""
    words: Dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 3 or not parts[1].isdigit() or int(parts[1]) < 1:
            raise LexiconError(f"{path}：第 {number} 行应为“词 词频 词性”，词频是正整数，现在是“{line}”")
        if parts[0] in words:
            raise LexiconError(f"{path}：第 {number} 行的“{parts[0]}”重复了")
        words[parts[0]] = int(parts[1])
    return words


def read_entity_words() -> Dict[str, Dict[str, str]]:
    """Entity label → phrase → what it stands for (老公 → 配偶), in file order; one phrase on a line, its value after it if it has one."""
    lists = {}
    for label, name in ENTITY_LABELS.items():
        path = FOLDER / "lexicons" / name
        values: Dict[str, str] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            parts = line.split()
            if not 1 <= len(parts) <= 2:
                raise LexiconError(f"{path}：第 {number} 行应为“词”或“词 归并成的词”，现在是“{line}”")
            if parts[0] in values:
                raise LexiconError(f"{path}：第 {number} 行的“{parts[0]}”重复了")
            values[parts[0]] = parts[-1]
        lists[label] = values
    return lists


def read_jieba_dictionary() -> List[Tuple[str, int]]:
    """(word, frequency) pairs of the dictionary that jieba ships, Han words only, without pronoun + relative.

    我妈, 他爸 and the like are dropped so that the family member stays a word of its own.
    """
    import jieba

    path = Path(jieba.__file__).with_name("dict.txt")
    relatives = set(read_entity_words()["FAMILY"])
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, frequency, _ = line.split(" ")
        if not all("\u3400" <= character <= "\u9fff" or character == "〇" for character in word):
            continue
        if len(word) > 1 and word[0] in "我你他她咱" and word[1:] in relatives:
            continue
        words.append((word, int(frequency)))
    return words


def common_characters() -> List[str]:
    """The 6,763 characters of GB 2312, then digits, Latin letters and 〇."""
    characters = []
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                characters.append(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue  # the last row of level 1 is not full
    return characters + list(string.digits + string.ascii_lowercase + "〇")


def vector_words() -> List[str]:
    """Words that get a vector of their own, in a fixed order, each once, in lower case as Rasa looks them up."""
    lexicon = list(read_lexicon())
    entities = [word for words in read_entity_words().values() for word in words]
    frequent = sorted(
        ((word, frequency) for word, frequency in read_jieba_dictionary() if len(word) > 1),
        key=lambda pair: (-pair[1], pair[0]),
    )[:FREQUENT_WORDS]
    words = [word.lower() for word in lexicon + entities + common_characters()] + [word for word, _ in frequent]
    return list(dict.fromkeys(words))
