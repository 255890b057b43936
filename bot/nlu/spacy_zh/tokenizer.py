"""Word segmentation: jieba's algorithm on the pipeline's own dictionary, which is stored with the model.

The process-global ``jieba.dt`` is never touched, and jieba's dictionary cache in the shared temporary directory is never
read: another user of the machine could have written it, and it is unmarshalled.
"""
from __future__ import annotations

import re
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, Tuple, Union

import jieba
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, registry
from spacy.vocab import Vocab

_PIECES = re.compile(
    r"(?P<han>[\u3400-\u9fff\uf900-\ufaff〇]+)"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)*"
    r"|[A-Za-z]+|\s+|.",
    re.DOTALL,
)
_FILE = "dictionary.msgpack"


def merge_dictionary(base: Iterable[Tuple[str, int]], lexicon: Mapping[str, int]) -> Dict[str, int]:
    """Word frequencies for :class:`JiebaTokenizer`: ``base`` plus ``lexicon``, whose words always stay whole.

    Prefixes of words get frequency 0, as jieba's search expects. Keys are sorted so that equal input gives equal bytes.
    """
    frequencies: Dict[str, int] = dict(base)
    total = sum(frequencies.values()) or 1
    for word, given in lexicon.items():
        best_split = _best_split(word, frequencies, total)
        frequencies[word] = max(given, int(best_split * total) + 1, frequencies.get(word, 0))
    for word in list(frequencies):
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    return dict(sorted(frequencies.items()))


def _best_split(word: str, frequencies: Mapping[str, int], total: int) -> float:
    """Probability of the likeliest way to read ``word`` as two or more dictionary words."""
    best = [1.0] + [0.0] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            if end - start < len(word):
                probability = (frequencies.get(word[start:end]) or 1) / total
                best[end] = max(best[end], best[start] * probability)
    return best[len(word)]


class _Segmenter(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
    """jieba's maximum-probability search over a given frequency table; new words are never guessed (no HMM)."""

    def __init__(self, frequencies: Dict[str, int]) -> None:
        super().__init__()
        self.FREQ = frequencies
        self.total = sum(frequencies.values()) or 1
        self.initialized = True


class JiebaTokenizer(DummyTokenizer):
    """Text → ``Doc`` with ``doc.text == text``; numbers, Latin words and Han runs never share a token."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._segmenter = _Segmenter({})

    def set_dictionary(self, frequencies: Dict[str, int]) -> None:
        """Use ``frequencies`` (as made by :func:`merge_dictionary`) from now on."""
        self._segmenter = _Segmenter(frequencies)

    def __call__(self, text: str) -> Doc:
        words: List[str] = []
        spaces: List[bool] = []
        for piece in self._pieces(text):
            if piece.isspace():
                if words and piece[0] == " " and not spaces[-1] and not words[-1].isspace():
                    spaces[-1] = True
                    piece = piece[1:]
                if not piece:
                    continue
            words.append(piece)
            spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def _pieces(self, text: str) -> Iterator[str]:
        for match in _PIECES.finditer(text):
            if match.lastgroup == "han":
                yield from self._segmenter.cut(match.group(), HMM=False)
            else:
                yield match.group()

    def to_bytes(self, **kwargs: object) -> bytes:
        data: bytes = srsly.msgpack_dumps(self._segmenter.FREQ)
        return data

    def from_bytes(self, data: bytes, **kwargs: object) -> "JiebaTokenizer":
        self.set_dictionary(srsly.msgpack_loads(data))
        return self

    def to_disk(self, path: Union[str, Path], **kwargs: object) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: Union[str, Path], **kwargs: object) -> "JiebaTokenizer":
        return self.from_bytes((Path(path) / _FILE).read_bytes())


@registry.tokenizers("gjj.JiebaTokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], JiebaTokenizer]:
    """Factory named in the pipeline's ``config.cfg``."""

    def create(nlp: Language) -> JiebaTokenizer:
        return JiebaTokenizer(nlp.vocab)

    return create
