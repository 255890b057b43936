"""Names of all Redis keys of one conversation. The hash tag keeps them in one Cluster slot."""
from __future__ import annotations

from typing import List

PREFIX = "gjj:"


def events(conversation: str) -> str:
    """List of blocks (bot.state.blocks), oldest first: one block for each save."""
    return f"{PREFIX}{{{conversation}}}:events"


def head(conversation: str) -> str:
    """Hash: the state after the last save (bot.state.head)."""
    return f"{PREFIX}{{{conversation}}}:head"


def replies(conversation: str) -> str:
    """Hash: message id → index of the block that holds the replies given to it."""
    return f"{PREFIX}{{{conversation}}}:replies"


def lock(conversation: str) -> str:
    """Who is answering this conversation now (token), with a lease."""
    return f"{PREFIX}{{{conversation}}}:lock"


def queue(conversation: str) -> str:
    """Hash: token of each turn that waits → its place and when it last asked. ``<queue>:<token>`` wakes it."""
    return f"{PREFIX}{{{conversation}}}:queue"


def channel(conversation: str) -> str:
    """What a channel without buttons remembers between two messages (bot.gateway.channels.pocket)."""
    return f"{PREFIX}{{{conversation}}}:channel"


def everything(conversation: str) -> List[str]:
    """All keys that hold something a citizen said or was told."""
    return [events(conversation), head(conversation), replies(conversation), channel(conversation)]
