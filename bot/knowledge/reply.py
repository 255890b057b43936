"""One reply as the chat API shows it (design of the contract: docs/api.md)."""
from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional

import msgspec

Kind = Literal["answer", "question", "reminder", "clarify", "form", "handoff", "smalltalk", "decline", "error"]


class SourceNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A source as shown under an answer; ``effective_from`` is an ISO date."""

    title: str
    article: str = ""
    effective_from: Optional[str] = None


class Button(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A quick reply; ``id`` is sent back as ``choice``."""

    id: str
    title: str


class Candidate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One reading offered by a clarification, best first."""

    topic: str
    title: str
    service: Optional[str] = None


class Reply(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the assistant says at one go.

    Every reply but ``question`` and ``reminder`` carries ``topic`` and ``confidence``; those two carry ``rule``,
    ``why`` and ``level`` instead. ``clarify`` carries ``candidates``.
    """

    id: str
    kind: Kind
    text: str
    service: Optional[str] = None
    aspect: Optional[str] = None
    faq: Optional[str] = None
    topic: Optional[str] = None
    confidence: Optional[float] = None
    rule: Optional[str] = None
    why: Optional[str] = None
    level: Optional[int] = None
    sources: List[SourceNote] = []
    buttons: List[Button] = []
    candidates: List[Candidate] = []
    attachments: List[Dict[str, Any]] = []

    def as_dict(self) -> Dict[str, Any]:
        """JSON-ready; every field is present."""
        fields: Dict[str, Any] = msgspec.to_builtins(self)
        return fields

    @classmethod
    def from_dict(cls, data: Dict[str, Any]) -> "Reply":
        """Inverse of :meth:`as_dict`; raises msgspec.ValidationError on anything else."""
        return msgspec.convert(data, type=cls)
