"""The content as shipped, loaded once."""
from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.base import KnowledgeBase, load

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def shipped() -> KnowledgeBase:
    return load()


@pytest.fixture
def today() -> date:
    return TODAY
