"""WeChat's messages: XML in, XML out."""
from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Dict
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.gateway.channels.wechat_crypto import Envelope, signature


class BadXml(ValueError):
    """Not a message of WeChat."""


@dataclass(frozen=True)
class Received:
    """One message or event. ``text``: what the citizen typed or said; "" for pictures, places, events."""

    person: str
    """openid: who, for this account only."""
    account: str
    kind: str
    event: str
    text: str
    ident: str
    """The same when WeChat sends it again: MsgId, or person and time for events, which have none."""


def fields(raw: bytes) -> Dict[str, str]:
    """Child elements of the root by name; raises :class:`BadXml`, also for entities and document types (no bombs)."""
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadXml from error
    return {child.tag: (child.text or "").strip() for child in root}


def received(raw: bytes) -> Received:
    """Raises :class:`BadXml`."""
    found = fields(raw)
    try:
        person, account, kind, at = (found[name] for name in ("FromUserName", "ToUserName", "MsgType", "CreateTime"))
    except KeyError as error:
        raise BadXml from error
    text = found.get("Content", "") if kind == "text" else found.get("Recognition", "") if kind == "voice" else ""
    return Received(person, account, kind, found.get("Event", "").lower(), text, found.get("MsgId") or f"{at}:{found.get('Event', '')}")


def reply(to: Received, text: str) -> bytes:
    """A passive reply with ``text``."""
    return _xml({"ToUserName": to.person, "FromUserName": to.account, "CreateTime": str(int(time.time())), "MsgType": "text", "Content": text})


def sealed(envelope: Envelope, token: str, content: bytes, timestamp: str, nonce: str) -> bytes:
    """An encrypted reply around ``content``."""
    inside = envelope.seal(content)
    return _xml({"Encrypt": inside, "MsgSignature": signature(token, timestamp, nonce, inside), "TimeStamp": timestamp, "Nonce": nonce})


def _xml(values: Dict[str, str]) -> bytes:
    root = Element("xml")
    for name, value in values.items():
        # XML knows no control characters besides line breaks and tabs.
        SubElement(root, name).text = "".join(c for c in value if c in "\n\t" or c >= " ")
    text: bytes = tostring(root, encoding="utf-8")
    return text
