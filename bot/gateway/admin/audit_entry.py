"""One entry of the audit log and what ties it to the one before."""
from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Sequence

LONGEST_TEXT = 2000
"""Characters of one value; a longer one is kept with its beginning and its length."""


class Unreadable(ValueError):
    """Not an entry."""


@dataclass(frozen=True)
class Entry:
    """``number`` counts from 1 without gaps. ``mac`` is over the mac of the entry before and this ``body``."""

    number: int
    body: str
    """Canonical JSON of what happened, the number included."""
    mac: str

    @property
    def fields(self) -> Dict[str, Any]:
        found: Dict[str, Any] = json.loads(self.body)
        return found

    @property
    def head(self) -> str:
        """How the end of the chain is remembered."""
        return f"{self.number}:{self.mac}"

    def line(self) -> str:
        """One line of the file."""
        return canonical({**self.fields, "mac": self.mac}) + "\n"

    @classmethod
    def of_line(cls, line: str) -> "Entry":
        """Raises :class:`Unreadable`."""
        try:
            fields = json.loads(line)
            mac, number = fields.pop("mac"), fields["number"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unreadable(line[:80]) from None
        if not isinstance(number, int) or not isinstance(mac, str):
            raise Unreadable(line[:80])
        return cls(number, canonical(fields), mac)

    @classmethod
    def make(cls, key: bytes, number: int, before: str, fields: Mapping[str, Any]) -> "Entry":
        """The entry that follows the one whose mac is ``before``."""
        body = canonical({**fields, "number": number})
        return cls(number, body, sign(key, before, body))


def sign(key: bytes, before: str, body: str) -> str:
    return hmac.new(key, f"{before}\n{body}".encode(), hashlib.sha256).hexdigest()


def signed(keys: Sequence[bytes], before: str, body: str, mac: str) -> bool:
    """Whether one of ``keys`` made ``mac``."""
    return any(hmac.compare_digest(sign(key, before, body).encode(), mac.encode()) for key in keys)


def canonical(value: Any) -> str:
    """JSON in the one spelling that is signed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def kept(value: Any) -> Any:
    """``value`` as JSON can hold it, very long texts shortened."""
    if isinstance(value, Mapping):
        return {str(name): kept(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [kept(one) for one in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    text = value if isinstance(value, str) else str(value)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}……（共 {len(text)} 字）"


def differences(before: Any, after: Any) -> "tuple[Any, Any]":
    """Both sides without what is equal in them, when both are records."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return before, after
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ({name: before[name] for name in changed if name in before},
            {name: after[name] for name in changed if name in after})
