"""Personal numbers are masked before anything stores, logs or analyses them.

18-digit resident ID numbers (with check digit) and the old 15-digit ones, mobile numbers, bank cards (Luhn), e-mail
addresses; also when written in full width, with spaces or with hyphens. Amounts, dates, 12329 and document numbers stay.
Kept for display (GB/T 35273): mobile 138****1234, bank card last four digits; ID numbers are replaced entirely.
"""
from __future__ import annotations

import re
import unicodedata

_GAP = r"[ \-\u00a0\u3000\u200b-\u200f\u2060\ufeff]{0,2}"
_ID18 = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx](?![0-9])")
_ID15 = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{14}}(?![0-9])")
_CARD = re.compile(rf"(?<![0-9])[3-6](?:{_GAP}[0-9]){{12,18}}(?![0-9])")
# Gaps only where people put them (138 1234 1234): "1500 1600 800" are three amounts.
_MOBILE = re.compile(rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split())
"""First two digits of ID numbers: an order number that starts with a year (20…) is none."""

ID_MARK = "[证件号]"
CARD_MARK = "[卡号尾号{}]"


def mask(text: str) -> str:
    """Return ``text`` with personal numbers replaced; everything else stays character for character."""
    flat = _narrow(text)
    spans = []
    for pattern, judge in ((_EMAIL, _email), (_ID18, _id18), (_CARD, _card), (_ID15, _id15), (_MOBILE, _mobile)):
        for match in pattern.finditer(flat):
            replacement = judge(match.group())
            if replacement and all(match.end() <= a or match.start() >= b for a, b, _ in spans):
                spans.append((match.start(), match.end(), replacement))
    for start, end, replacement in sorted(spans, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _narrow(text: str) -> str:
    """Full-width characters to half width, one for one, so that positions stay the same."""
    narrow = []
    for character in text:
        half = unicodedata.normalize("NFKC", character)
        narrow.append(half if len(half) == 1 else character)
    return "".join(narrow).replace("－", "-").replace("—", "-").replace("–", "-")


def _digits(text: str) -> str:
    return re.sub(r"[^0-9Xx]", "", text).upper()


def _date_ok(year: int, month: int, day: int) -> bool:
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31


def _id18(found: str) -> str:
    digits = _digits(found)
    if digits[:2] not in _PROVINCES or not _date_ok(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])):
        return ""
    check = _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, digits[:17])) % 11]
    return ID_MARK if check == digits[17] else ""


def _id15(found: str) -> str:
    digits = _digits(found)
    return ID_MARK if digits[:2] in _PROVINCES and _date_ok(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12])) else ""


def _card(found: str) -> str:
    digits = _digits(found)
    total = 0
    for i, character in enumerate(reversed(digits)):
        value = int(character) * (2 if i % 2 else 1)
        total += value - 9 if value > 9 else value
    return CARD_MARK.format(digits[-4:]) if total % 10 == 0 else ""


def _mobile(found: str) -> str:
    digits = _digits(found)[-11:]
    return f"{digits[:3]}****{digits[-4:]}"


def _email(found: str) -> str:
    return "[邮箱]"
