"""Bodies that no description makes: broken JSON, wrong encodings, depth, repetition, great numbers, odd headers and paths."""
from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Callable, List

if TYPE_CHECKING:
    from bench.fuzz import Fuzzer

ROUTES = ["messages", "sessions", "feedback", "rating", "kept", "reminders", "history", "session", "suggest", "ws", "nothing"]
METHODS = ["POST", "POST", "POST", "GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]
GOOD = {"id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "text": "租房怎么提取", "choice": "a", "reply": "r-1", "score": 1, "stars": 5, "visitor": "x" * 32,
        "comment": "好", "reason": "unclear"}
STRANGE = ["\0", "\ud800", "\u202e", "\u200b/restart", "／restart", "<script>", "'; DROP TABLE x;--", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "%00", "\x85\u2028",
           "𝒳" * 50, "á" * 500, "字" * 1001, "=1+1", "\r\nSet-Cookie: a=b", "﷽" * 100, "\ufeff", "١٢٣"]
TYPES = ["application/json", "application/json; charset=utf-8", "application/json; charset=gbk", "text/plain", "multipart/form-data; boundary=x", "", "application/json;;;", "*/*"]


def bodies(fuzzer: "Fuzzer", number: int) -> None:
    """Send ``number`` of them."""
    dice = random.Random(fuzzer.seed())
    for _ in range(number):
        headers = {**fuzzer.headers(), "Content-Type": dice.choice(TYPES)}
        if dice.random() < 0.2:
            headers[dice.choice(["X-Request-ID", "X-Forwarded-For", "Cookie", "Accept-Language", "Range", "If-None-Match", "X-CSRF-Token"])] = dice.choice(
                ["a" * 200, '"', ";=;", "127.0.0.1", "W/\"x\", *", "bytes=0-", "gjj=1"])
        path = "/api/v1/" + dice.choice(ROUTES) + dice.choice(["", "", "", "?q=%ff%00", "?q=%E7%A7%9F%E6%88%BF", "/..%2f", "?" + "a=b&" * 50])
        fuzzer.request(dice.choice(METHODS), path, headers, dice.choice(MAKERS)(dice))


def _fields(dice: random.Random) -> bytes:
    names = dice.sample(list(GOOD), dice.randrange(0, 5))
    found = {name: GOOD[name] if dice.random() < 0.5 else _value(dice, 3) for name in names}
    return json.dumps(found, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def _value(dice: random.Random, depth: int) -> object:
    kind = dice.randrange(8 if depth else 6)
    if kind == 0:
        return dice.choice(STRANGE) * dice.randrange(1, 4)
    if kind == 1:
        return dice.choice([0, -1, 2**63, -(2**70), 1.5, 1e308, True, None])
    if kind < 6:
        return "".join(chr(dice.choice([dice.randrange(32, 127), dice.randrange(0x4E00, 0x9FFF), dice.randrange(0, 0x10FFFF)])) for _ in range(dice.randrange(20)))
    if kind == 6:
        return [_value(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {str(_value(dice, 0)): _value(dice, depth - 1) for _ in range(dice.randrange(4))}


def mutated(dice: random.Random, good: bytes) -> bytes:
    """``good`` with up to five bytes changed."""
    raw = bytearray(good or b"{}")
    for _ in range(dice.randrange(1, 6)):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw)


def _mutated(dice: random.Random) -> bytes:
    return mutated(dice, _fields(dice))


def _deep(dice: random.Random) -> bytes:
    opening = dice.choice([b"[", b'{"a":', b'{"text":'])
    return opening * dice.randrange(10, 5000)


def _repeated(dice: random.Random) -> bytes:
    return b'{"id":"a","id":' + _fields(dice) + b"}"


def _noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(200))


def _large(dice: random.Random) -> bytes:
    return b'{"text":"' + b"x" * dice.choice([16_000, 17_000, 100_000]) + b'"}'


MAKERS: List[Callable[[random.Random], bytes]] = [_fields, _fields, _fields, _mutated, _mutated, _deep, _repeated, _noise, _large]
