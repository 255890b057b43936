"""WeChat's signatures and message encryption, as its developer documentation describes them (消息加解密).

Signature: SHA-1 of the sorted and joined strings. Encryption: AES-256-CBC with the key's first 16 bytes as vector, PKCS#7
padding to 32 bytes; plain text is 16 random bytes, the length as 4 bytes (network order), the XML, the app id.
SHA-1 and the fixed vector are the platform's choice and cannot be changed here; TLS protects the transport.
"""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK_BITS = 256
_LENGTH = struct.Struct(">I")
_RANDOM = 16


class NotFromWeChat(ValueError):
    """Signature, padding or app id do not fit."""


def signature(*strings: str) -> str:
    """Forty hexadecimal digits."""
    return hashlib.sha1("".join(sorted(strings)).encode(), usedforsecurity=False).hexdigest()


def check(given: str, *strings: str) -> None:
    """Raises :class:`NotFromWeChat` when ``given`` is not the signature of ``strings``."""
    if not hmac.compare_digest(given.encode(), signature(*strings).encode()):
        raise NotFromWeChat("signature")


class Envelope:
    """``key``: EncodingAESKey of the account's settings, 43 characters. Raises ValueError for another one."""

    def __init__(self, key: str, app_id: str) -> None:
        try:
            self._key = base64.b64decode(key + "=", validate=True)
        except binascii.Error:
            self._key = b""
        if len(key) != 43 or len(self._key) != 32:
            raise ValueError("EncodingAESKey has 43 letters and digits")
        self._app_id = app_id.encode()

    def open(self, sealed: str) -> bytes:
        """The XML inside; raises :class:`NotFromWeChat`."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            unpadder = PKCS7(_BLOCK_BITS).unpadder()
            plain = unpadder.update(decryptor.update(raw) + decryptor.finalize()) + unpadder.finalize()
            (length,) = _LENGTH.unpack_from(plain, _RANDOM)
        except (ValueError, struct.error) as error:
            raise NotFromWeChat("content") from error
        start = _RANDOM + _LENGTH.size
        content, app_id = plain[start : start + length], plain[start + length :]
        if len(content) != length or not hmac.compare_digest(app_id, self._app_id):
            raise NotFromWeChat("app id")
        return content

    def seal(self, content: bytes) -> str:
        plain = secrets.token_bytes(_RANDOM) + _LENGTH.pack(len(content)) + content + self._app_id
        padder = PKCS7(_BLOCK_BITS).padder()
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
