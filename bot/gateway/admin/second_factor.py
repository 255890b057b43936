"""The second factor: six digits that change every half minute (TOTP, RFC 6238), and recovery codes for a lost phone."""
from __future__ import annotations

import base64
import dataclasses
import hashlib
import secrets
from typing import List, Optional, Sequence, Tuple
from urllib.parse import quote

import pyotp
import segno

from bot.gateway.admin.accounts import Account
from bot.gateway.admin.sealing import Unsealable, seal, unseal

ISSUER = "湘西公积金"
"""Short, so that the QR code stays coarse enough for old phones."""
STEP = 30
"""Seconds."""
CODES = 10
_KEY_BYTES = 20
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 12


class SecondFactor:
    """Makes and checks codes. ``keys``: what seals the secrets now, then what sealed them earlier."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def propose(self, name: str) -> str:
        """A new secret for ``name``, sealed; nothing is changed until a first code of it is typed."""
        return seal(self._keys[0], secrets.token_bytes(_KEY_BYTES), name)

    def address(self, name: str, sealed: str) -> str:
        """The otpauth:// address that the QR code shows."""
        return f"otpauth://totp/{quote(name)}?secret={self._totp(name, sealed).secret}&issuer={quote(ISSUER)}"

    def typed(self, name: str, sealed: str) -> str:
        """The secret for typing, in groups of four."""
        text = self._totp(name, sealed).secret
        return " ".join(text[n:n + 4] for n in range(0, len(text), 4))

    def step_of(self, name: str, sealed: str, code: str, now: float, after: int) -> Optional[int]:
        """The time step for which ``code`` is right, later than step ``after``; ``None`` when there is none.

        Half a minute of difference between the clocks is allowed either way.
        """
        digits = "".join(code.split())
        if len(digits) != 6 or not digits.isdecimal() or not digits.isascii():
            return None
        totp, current = self._totp(name, sealed), int(now) // STEP
        for step in (current - 1, current, current + 1):
            if secrets.compare_digest(totp.generate_otp(step), digits) and step > after:
                return step
        return None

    def accept(self, account: Account, code: str, now: float) -> Optional[Account]:
        """The account after a right code, which is thereby used up: a time code by its step, a recovery code for good.
        ``None`` for a wrong one."""
        if not account.second_factor:
            return None
        try:
            step = self.step_of(account.name, account.second_factor, code, now, account.last_step)
        except Unsealable:
            step = None
        if step is not None:
            return dataclasses.replace(account, last_step=step)
        used = digest(code)
        if used not in account.recovery:
            return None
        return dataclasses.replace(account, recovery=tuple(one for one in account.recovery if one != used))

    def _totp(self, name: str, sealed: str) -> pyotp.TOTP:
        for key in self._keys:
            try:
                return pyotp.TOTP(_base32(unseal(key, sealed, name)))
            except Unsealable:
                continue
        raise Unsealable(name)


def recovery_codes() -> Tuple[List[str], Tuple[str, ...]]:
    """Ten new codes as they are shown, and their digests as they are kept."""
    codes = []
    for _ in range(CODES):
        text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        codes.append("-".join(text[n:n + 4] for n in range(0, _LENGTH, 4)))
    return codes, tuple(map(digest, codes))


def digest(code: str) -> str:
    """A code has nearly 60 random bits, so a plain digest does not give it away."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"gjj recovery {plain}".encode()).hexdigest()


def qr(address: str) -> str:
    """The QR code as a data: address of an SVG picture."""
    return segno.make(address, error="l").svg_data_uri(scale=6, border=2, dark="#0b363e", light="#fff")


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode()
