"""The content as shipped, loaded once."""
from __future__ import annotations

import pytest

from bot.knowledge.base import KnowledgeBase, load


@pytest.fixture(scope="session")
def shipped() -> KnowledgeBase:
    return load()
