"""Names of all Redis keys of one conversation. The hash tag keeps them in one Cluster slot."""
from __future__ import annotations

from typing import List

PREFIX = "gjj:"


def events(conversation: str) -> str:
    """List of events, oldest first, JSON each."""
    return f"{PREFIX}{{{conversation}}}:events"


def head(conversation: str) -> str:
    """Hash: ``version`` (number of events saved), ``slots`` (JSON)."""
    return f"{PREFIX}{{{conversation}}}:head"


def replies(conversation: str) -> str:
    """Hash: message id → JSON list of replies already given."""
    return f"{PREFIX}{{{conversation}}}:replies"


def lock(conversation: str) -> str:
    """Who is answering this conversation now (token), with a lease."""
    return f"{PREFIX}{{{conversation}}}:lock"


def everything(conversation: str) -> List[str]:
    """All keys that hold something a citizen said or was told."""
    return [events(conversation), head(conversation), replies(conversation), lock(conversation)]
