"""Personal numbers are masked before anything stores, logs or analyses them.

18-digit resident ID numbers (with check digit; also those of residents from Hong Kong, Macau, Taiwan and of foreigners) and
the old 15-digit ones, passports, travel permits, Hong Kong ID cards, mobile numbers, bank cards (Luhn), e-mail addresses;
also in full width, with spaces or hyphens, in Chinese numerals. Amounts, dates, 12329, document and contract numbers stay.
Kept for display (GB/T 35273): mobile 138****1234, bank card last four digits; ID numbers are replaced entirely.
"""
from __future__ import annotations

import re
import unicodedata
from typing import List, Tuple

_GAP = r"[ \-\u00a0\u3000\u200b-\u200f\u2060\ufeff]{0,2}"
_ID18 = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx](?![0-9])")
_ID15 = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{14}}(?![0-9])")
_CARD = re.compile(rf"(?<![0-9])(?:[3-6]|(?=9{_GAP}5{_GAP}5{_GAP}[89])9)(?:{_GAP}[0-9]){{12,18}}(?![0-9])")
# Gaps only where people put them (138 1234 1234): "1500 1600 800" are three amounts.
_MOBILE = re.compile(rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?1[3-9][0-9](?:{_GAP}|\.)[0-9]{{4}}(?:{_GAP}|\.)[0-9]{{4}}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
# Passports (E12345678, EA1234567, G12345678, DE/SE/PE1234567), permits to Hong Kong, Macau and Taiwan (C/W/T/L) and from
# Hong Kong and Macau (H/M, with or without the two digits of the issue).
_PASSPORT = re.compile(
    rf"(?<![A-Za-z0-9])(?:[EGCWTLegcwtl]{_GAP}[0-9]{{8}}|[ECec]{_GAP}[A-HJ-NP-Za-hj-np-z]{_GAP}[0-9]{{7}}"
    rf"|[DSPdsp][Ee]{_GAP}[0-9]{{7}}|[HMhm]{_GAP}[0-9]{{8}}(?:{_GAP}[0-9]{{2}})?)(?![A-Za-z0-9])"
)
_HONG_KONG = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}[0-9]{6} ?\([0-9Aa]\)")
# Eight bare digits are a date or a sum unless they are called a permit.
_TAIWAN = re.compile(rf"(?<=台胞证)(?:号码?|是|为|[:：]|{_GAP}){{0,3}}([0-9]{{8}}(?:[0-9]{{2}})?)(?![0-9])")
_OTHER_NUMBER = re.compile(r"(?:合同|协议|借据|公积金账|单位账|单|(?<![证照件卡])编|流水|订单|文|凭证|发票|受理|档案)(?:号码?|号)?(?:是|为|[:： ])*$")
"""What stands before a number that is no personal one, whatever its digits look like."""
_NUMERALS = str.maketrans("零〇○一幺壹二贰三叁四肆五伍六陆七柒八捌九玖", "0001112233445566778899")
_SPOKEN = re.compile(rf"[0-9零〇○一幺壹二贰三叁四肆五伍六陆七柒八捌九玖](?:{_GAP}[0-9零〇○一幺壹二贰三叁四肆五伍六陆七柒八捌九玖]){{10,}}[Xx]?")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split())
"""First two digits of ID numbers (foreigners': 9…): an order number that starts with a year (20…) is none."""

ID_MARK = "[证件号]"
CARD_MARK = "[卡号尾号{}]"


def mask(text: str) -> str:
    """Return ``text`` with personal numbers replaced; everything else stays character for character."""
    flat = _narrow(text)
    spans: List[Tuple[int, int, str]] = []
    for pattern, judge in _KINDS:
        for match in pattern.finditer(flat):
            start, end = match.span(match.lastindex or 0)
            if judge in _MISTAKABLE and _OTHER_NUMBER.search(flat, max(start - 12, 0), start):
                continue
            replacement = judge(flat[start:end])
            if replacement and all(end <= a or start >= b for a, b, _ in spans):
                spans.append((start, end, replacement))
    for start, end, replacement in sorted(spans, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _narrow(text: str) -> str:
    """Full-width characters and long runs of Chinese numerals to ASCII, one for one, so that positions stay the same."""
    narrow = []
    for character in text:
        if character.isdecimal():
            narrow.append(str(unicodedata.decimal(character)))
            continue
        half = unicodedata.normalize("NFKC", character)
        narrow.append(half if len(half) == 1 else character)
    flat = "".join(narrow).replace("－", "-").replace("—", "-").replace("–", "-").replace("‐", "-").replace("‑", "-")
    return _SPOKEN.sub(lambda match: match.group().translate(_NUMERALS), flat)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9Xx]", "", text).upper()


def _date_ok(year: int, month: int, day: int) -> bool:
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31


def _id18(found: str) -> str:
    digits = _digits(found)
    if not (digits[:2] in _PROVINCES or digits[0] == "9") or not _date_ok(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])):
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


def _hong_kong(found: str) -> str:
    letters = re.findall(r"[A-Z]+", found.upper())[0]
    digits = re.sub(r"[^0-9A]", "", found.upper()[len(letters):])
    value = [36 if len(letters) == 1 else ord(letters[0]) - 55, ord(letters[-1]) - 55, *map(int, digits[:6])]
    rest = sum(weight * v for weight, v in zip(range(9, 1, -1), value)) % 11
    check = {0: "0", 1: "A"}.get(rest, str(11 - rest))
    return ID_MARK if check == digits[6] else ""


def _permit(found: str) -> str:
    return ID_MARK


_KINDS = (
    (_EMAIL, _email), (_ID18, _id18), (_CARD, _card), (_ID15, _id15), (_MOBILE, _mobile), (_PASSPORT, _permit),
    (_HONG_KONG, _hong_kong), (_TAIWAN, _permit),
)
_MISTAKABLE = (_card, _permit, _id15)
"""Kinds that a contract or case number can look like by chance."""
