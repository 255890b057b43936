"""Entities found by rules that are stored with the model: regular expressions and word lists, nothing statistical."""
# No postponed annotations here: spaCy's registry resolves the factory's types when it is called.
import re
from bisect import bisect_left, bisect_right
from pathlib import Path
from typing import Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple, Union

import srsly
from spacy.language import Language
from spacy.tokens import Doc

_FILE = "rules.json"
_LONGEST_PHRASE = 6  # tokens; 湘西土家族苗族自治州 may fall into several


class Match(NamedTuple):
    """A labelled stretch of text, ``start`` and ``end`` in characters; ``value``: what a listed word stands for."""

    start: int
    end: int
    label: str
    value: str = ""


class RuleEntities:
    """Sets ``doc.ents`` to exact spans; a token that a number expression cuts in two is split there."""

    def __init__(self) -> None:
        self._patterns: List[Tuple[str, str]] = []
        self._compiled: List[Tuple[str, "re.Pattern[str]"]] = []
        self._words: Dict[str, Tuple[str, str]] = {}

    def set_rules(self, patterns: Sequence[Tuple[str, str]], words: Mapping[str, Mapping[str, str]]) -> None:
        """``patterns``: (label, regular expression), earlier ones win at equal length; ``words``: label → phrase → value."""
        self._patterns = [(label, source) for label, source in patterns]
        self._compiled = [(label, re.compile(source, re.IGNORECASE)) for label, source in self._patterns]
        self._words = {word: (label, value) for label, phrases in words.items() for word, value in phrases.items()}

    def __call__(self, doc: Doc) -> Doc:
        matches = self._select(self._find_patterns(doc.text) + self._find_words(doc))
        if matches:
            _split_tokens(doc, {place for match in matches for place in (match.start, match.end)})
            doc.set_ents([doc.char_span(match.start, match.end, label=match.label, kb_id=match.value) for match in matches])
        return doc

    def _find_patterns(self, text: str) -> List[Match]:
        return [
            Match(found.start(), found.end(), label)
            for label, pattern in self._compiled
            for found in pattern.finditer(text)
        ]

    def _find_words(self, doc: Doc) -> List[Match]:
        """Phrases of whole tokens: 爱人 is found in 我爱人, not in 可爱人士."""
        matches = []
        for first in range(len(doc)):
            phrase = ""
            for token in doc[first : first + _LONGEST_PHRASE]:
                phrase += token.text
                listed = self._words.get(phrase)
                if listed:
                    start = doc[first].idx
                    matches.append(Match(start, start + len(phrase), *listed))
                phrase += token.whitespace_
        return matches

    @staticmethod
    def _select(matches: List[Match]) -> List[Match]:
        """Leftmost first, then longest; what overlaps an earlier choice is dropped."""
        chosen: List[Match] = []
        for match in sorted(matches, key=lambda m: (m.start, -(m.end - m.start))):
            if not chosen or match.start >= chosen[-1].end:
                chosen.append(match)
        return chosen

    def to_bytes(self, **kwargs: object) -> bytes:
        by_label: Dict[str, Dict[str, str]] = {}
        for word, (label, value) in self._words.items():
            by_label.setdefault(label, {})[word] = value
        text: str = srsly.json_dumps({"patterns": self._patterns, "words": by_label}, indent=1)
        return text.encode("utf-8")

    def from_bytes(self, data: bytes, **kwargs: object) -> "RuleEntities":
        stored = srsly.json_loads(data)
        self.set_rules([(label, source) for label, source in stored["patterns"]], stored["words"])
        return self

    def to_disk(self, path: Union[str, Path], **kwargs: object) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: Union[str, Path], **kwargs: object) -> "RuleEntities":
        return self.from_bytes((Path(path) / _FILE).read_bytes())


def _split_tokens(doc: Doc, places: Iterable[int]) -> None:
    """Split tokens so that each character offset in ``places`` is a token border."""
    cuts: Dict[int, List[int]] = {}
    wanted = sorted(places)
    for token in doc:
        first, end = bisect_right(wanted, token.idx), bisect_left(wanted, token.idx + len(token.text))
        inside = [place - token.idx for place in wanted[first:end]]
        if inside:
            cuts[token.i] = inside
    if not cuts:
        return
    with doc.retokenize() as retokenizer:
        for index, inside in cuts.items():
            token = doc[index]
            borders = [0, *inside, len(token.text)]
            parts = [token.text[a:b] for a, b in zip(borders, borders[1:])]
            retokenizer.split(token, parts, heads=[(token, 0)] * len(parts))


def create_entities(nlp: Language, name: str) -> RuleEntities:
    """Factory named in the pipeline's ``config.cfg``; the rules come from disk."""
    return RuleEntities()


if not Language.has_factory("gjj_entities"):  # this file and its copy in the package may meet in one process
    Language.factory("gjj_entities", func=create_entities)
