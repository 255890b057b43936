"""What clients may send: strict shapes, and text cleaned of what no person types."""
from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from typing import Any, Dict, Optional, Type, TypeVar

import msgspec
from aiohttp import web

from bot.gateway.errors import ApiError

KIB = 1024
SMALLEST_LIMIT = 16 * KIB
READ_SECONDS = 10.0
"""Attack: holding connections by sending a body one byte at a time (slow loris)."""

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_VISITOR = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_COMMENT_LENGTH = 500
_REASON_LENGTH = 60


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body in which an unknown key is an error."""


class SessionBody(Strict, frozen=True):
    """``visitor``: the key of a browser that agreed to be remembered."""

    visitor: Optional[str] = None


class VisitorBody(Strict, frozen=True):
    """Remembering (a new visitor without a key) or forgetting one."""

    visitor: Optional[str] = None


class MessageBody(Strict, frozen=True):
    """One citizen message: ``text`` typed or ``choice`` (a button id), never both."""

    id: str
    text: Optional[str] = None
    choice: Optional[str] = None

    def for_worker(self, conversation: str) -> Dict[str, Optional[str]]:
        body: Dict[str, Optional[str]] = {"conversation": conversation, "id": self.id}
        body.update({"text": self.text} if self.choice is None else {"choice": self.choice})
        return body


class FeedbackBody(Strict, frozen=True):
    """A thumb on one reply."""

    reply: str
    score: int
    reason: str = ""
    comment: str = ""


class KeptBody(Strict, frozen=True):
    """A reply whose date the citizen put into a calendar."""

    reply: str


class RatingBody(Strict, frozen=True):
    """Stars for the whole conversation."""

    stars: int
    comment: str = ""


T = TypeVar("T", bound=msgspec.Struct)


def size_limit(max_text_length: int) -> int:
    """Largest accepted body in bytes: 16 KiB, or more when longer messages are configured (6 bytes per ``\\uXXXX``)."""
    return max(SMALLEST_LIMIT, max_text_length * 6 + KIB)


async def read_json(request: web.Request) -> Any:
    """Read a JSON body; raises :class:`ApiError` 400 or 413. Wrong content types and encodings are 400."""
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        # Attack: cross-site forms can send text/plain without a preflight, but never application/json.
        raise ApiError("bad_content_type")
    if any(encoding.lower() != "identity" for encoding in request.headers.getall("Content-Encoding", ())):
        # Attack: a small compressed body that unpacks to gigabytes.
        raise ApiError("bad_content_type", "请不要压缩发送的内容。")
    return parse_json(await read(request))


async def read_as(request: web.Request, kind: Type[T], detailed: bool = False) -> T:
    """The JSON body as ``kind``; raises :class:`ApiError` 400, 413 or 422. ``detailed``: naming the field, for programs of our own people."""
    return convert(await read_json(request), kind, detailed)


async def read_form(request: web.Request) -> None:
    """Read the form that a browser sent, if it is one, so that ``request.post()`` gives it; raises :class:`ApiError` 400 or 413."""
    if request.content_type not in FORMS:
        return
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise ApiError("bad_content_type", "表单要用 UTF-8 发送，请刷新页面再填一次。")
    try:
        await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError("too_large") from None
    except Exception:  # noqa: BLE001
        # Attack: a charset that nobody knows, parts without an end or a name. Of such a form aiohttp raises whatever its parts
        # raise: errors of values, names, codecs, headers, its own assertions.
        raise ApiError("bad_request", "表单没有收全或者写法不对，请刷新页面再填一次。") from None


async def read(request: web.Request) -> bytes:
    """The whole body as it came; raises :class:`ApiError` 400 when it does not arrive in time or whole, 413 when it is too large."""
    if (request.content_length or 0) > request.client_max_size:
        raise ApiError("too_large")
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.read()
    except TimeoutError:
        raise ApiError("bad_request", "内容没有收全，请检查网络后再发一次。") from None
    except web.HTTPRequestEntityTooLarge:
        raise ApiError("too_large") from None
    except (web.RequestPayloadError, ConnectionError):
        # Attack: a body that is not what its headers say (chunks of a wrong length, an end in the middle).
        raise ApiError("bad_request", "内容没有收全，请检查网络后再发一次。") from None


def parse_json(raw: "bytes | str") -> Any:
    """Parse strict JSON (no NaN, no key twice); raises :class:`ApiError` 400. Lone surrogates survive to be refused as 422."""
    try:
        return json.loads(raw if isinstance(raw, str) else raw.decode("utf-8"), parse_constant=_refuse_constant,
                          object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError):
        raise ApiError("bad_json") from None


def convert(value: Any, kind: Type[T], detailed: bool = False) -> T:
    """Turn parsed JSON into a body struct; raises :class:`ApiError` 400 (not an object) or 422 (wrong or unknown key)."""
    if not isinstance(value, dict):
        raise ApiError("bad_json")
    try:
        msgspec.json.encode(value)  # a lone surrogate anywhere, which nobody could store, is a UnicodeEncodeError
        return msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise ApiError("invalid", f"内容没有填对：{error}" if detailed and isinstance(error, msgspec.ValidationError) else None) from None


def message(value: Any, max_text_length: int) -> MessageBody:
    """Check one message; the text comes back cleaned. Slash commands are ordinary text here."""
    body = convert(value, MessageBody)
    if not _UUID.fullmatch(body.id):
        raise ApiError("invalid", "消息编号 id 应是 UUID。")
    if (body.text is None) == (body.choice is None):
        raise ApiError("invalid", "text 和 choice 要填一个，也只能填一个。")
    if body.choice is not None:
        if not _IDENTIFIER.fullmatch(body.choice):
            raise ApiError("unknown_choice")
        return body
    text = clean(body.text or "")
    if not text:
        raise ApiError("text_empty")
    if len(text) > max_text_length:
        raise ApiError("text_too_long", f"这段话有点长，请分几次说，每次不超过 {max_text_length} 个字。")
    return MessageBody(id=body.id, text=text)


def visitor(given: Optional[str]) -> Optional[str]:
    """Check a visitor key; one that cannot be ours is no visitor."""
    return given if given is not None and _VISITOR.fullmatch(given) else None


def feedback(value: Any) -> FeedbackBody:
    body = convert(value, FeedbackBody)
    if not _IDENTIFIER.fullmatch(body.reply):
        raise ApiError("invalid", "reply 应是某条回复的 id。")
    if body.score not in (1, -1):
        raise ApiError("invalid", "score 应是 1 或 -1。")
    return FeedbackBody(body.reply, body.score, _bounded(body.reason, _REASON_LENGTH), _bounded(body.comment))


def kept(value: Any) -> KeptBody:
    body = convert(value, KeptBody)
    if not _IDENTIFIER.fullmatch(body.reply):
        raise ApiError("invalid", "reply 应是某条回复的 id。")
    return body


def rating(value: Any) -> RatingBody:
    body = convert(value, RatingBody)
    if not 1 <= body.stars <= 5:
        raise ApiError("invalid", "stars 应是 1 到 5。")
    return RatingBody(body.stars, _bounded(body.comment))


def clean(text: str) -> str:
    """Strip control characters, text-direction overrides and outer spaces; line breaks stay.

    Raises :class:`ApiError` 422 for NUL and lone surrogates, which no keyboard produces.
    Attack: hiding words or faking log and staff views with control and right-to-left override characters.
    """
    if "\0" in text or _SURROGATE.search(text):
        raise ApiError("invalid", "内容里有无法识别的字符，请重新输入。")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in text if c == "\n" or (unicodedata.category(c) != "Cc" and c not in _BIDI))
    return "".join(kept).strip().strip("\ufeff\u200b").strip()


def _bounded(text: str, longest: int = _COMMENT_LENGTH) -> str:
    text = clean(text)
    if len(text) > longest:
        raise ApiError("invalid", f"请把这段话控制在 {longest} 个字以内。")
    return text


def _without_repetition(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    """Attack: a key given twice, of which a checker reads the first and somebody behind it the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("key given twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
