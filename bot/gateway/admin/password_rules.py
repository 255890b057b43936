"""Which passwords are refused: short ones, and those that are tried first. No rules about which kinds of characters."""
from __future__ import annotations

import functools
import re
import string
import unicodedata
from pathlib import Path
from typing import FrozenSet, List

SHORTEST = 12
LONGEST = 128
RULE = f"至少 {SHORTEST} 个字。可以是一句好记的话，空格、汉字、字母、数字都行；不要用名字、生日、电话和常见密码。"
_LEETSPEAK = str.maketrans("01345@$!", "oleasasi")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qazwsxedcrfvtgbyhnujmikolp",
         "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")


def problems(password: str, again: str, name: str) -> List[str]:
    """What is wrong, as sentences; nothing when the password may be used. ``again`` is the repetition typed."""
    if len(password) < SHORTEST:
        return [f"密码太短了，至少要 {SHORTEST} 个字，现在是 {len(password)} 个。"]
    if len(password) > LONGEST:
        return [f"密码最多 {LONGEST} 个字。"]
    if password != again:
        return ["两次输入的密码不一样。"]
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(name) >= 3 and name.casefold() in plain:
        return ["密码里不要有账号名，别人会先试它。"]
    if _is_common(plain) or _is_pattern(plain):
        return ["这个密码太常见，容易被猜到。换一句只有您自己想得到的话。"]
    return []


def _is_common(plain: str) -> bool:
    """Common as it is, with letters swapped for digits, or with digits and signs around or between common words."""
    letters = "".join(letter for letter in plain if letter.isalpha())
    core = plain.strip(string.digits + string.punctuation)
    swapped = "".join(letter for letter in core.translate(_LEETSPEAK) if letter.isalpha())
    return any(text in _common() or _all_common(text) for text in (plain, letters, swapped) if text) or _is_date_or_phone(plain)


def _all_common(text: str) -> bool:
    """Whether ``text`` is nothing but common words one after the other."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in _common() for start in reached):
            reached.add(end)
    return len(text) in reached


def _is_date_or_phone(plain: str) -> bool:
    digits = re.sub(r"\D", "", plain, flags=re.ASCII)
    return digits == plain and bool(
        re.fullmatch(r"\d{6}(?:19|20)\d{9}[\dx]?", digits) or re.search(r"1[3-9]\d{9}", digits)
        or re.fullmatch(r"(?:(?:19|20)\d{6}){1,}\d{0,6}", digits))


def _is_pattern(plain: str) -> bool:
    """Few different characters, a short piece repeated, or keys lying side by side."""
    if len(set(plain)) < 5 or (plain + plain).find(plain, 1) <= len(plain) // 2:
        return True
    rest = re.sub(r"[^a-z0-9]", "", plain)
    for row in _ROWS:
        for line in (row * 2, row[::-1] * 2):
            for size in range(min(len(rest), len(line)), 3, -1):
                for start in range(len(rest) - size + 1):
                    if rest[start:start + size] in line:
                        rest = rest[:start] + rest[start + size:]
                        break
    return len(rest) <= 2 and len(re.sub(r"[a-z0-9\W_]", "", plain)) == 0


@functools.lru_cache(maxsize=1)
def _common() -> FrozenSet[str]:
    text = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip() and not line.startswith("#"))
