"""Two pipelines: one assembled from the sources in this checkout, one loaded from the installed package."""
from __future__ import annotations

import numpy as np
import pytest
import spacy


@pytest.fixture(scope="session")
def sources():
    """The pipeline as the sources describe it now, with a toy vector table (building the real one takes minutes)."""
    from bot.nlu.spacy_zh.build import assemble

    words = ["公积金", "贷款", "湘", "西", "1"]
    return assemble(words, np.eye(len(words), 8, dtype=np.float32))


@pytest.fixture(scope="session")
def installed():
    """The package that Rasa loads."""
    return spacy.load("zh_gjj")
