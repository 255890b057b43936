"""The true address of a client, which rate limits and the metrics page depend on."""
from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import Optional, Sequence, Union

from aiohttp import web

from bot.clock import today

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

INTERNAL = [ipaddress.ip_network(network) for network in (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")]

FORWARDING_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


class Addresses:
    """Finds client addresses, believing X-Forwarded-For only when a named proxy sent it."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._trusted = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]

    def is_trusted_peer(self, request: web.Request) -> bool:
        return self._is_trusted(_parse(request.remote or ""))

    def of(self, request: web.Request) -> str:
        """The client's address as text; ``unknown`` when the connection has none.

        Attack: writing X-Forwarded-For oneself to escape a rate limit. The header is read from the right, and only
        as far as each writer is a trusted proxy.
        """
        address = _parse(request.remote or "")
        if not self._is_trusted(address):
            return str(address) if address else "unknown"
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        for hop in reversed(hops):
            parsed = _parse(hop.strip())
            if parsed is None:
                break
            address = parsed
            if not self._is_trusted(parsed):
                break
        return str(address)

    def counted(self, request: web.Request) -> str:
        """The client as limits count it. Attack: whoever has IPv6 has 2⁶⁴ addresses, so the network is what counts."""
        return counted(self.of(request))

    def is_internal(self, request: web.Request) -> bool:
        """Whether the request comes from this machine or a private network, directly or through trusted proxies.

        Attack: reading /metrics through a reverse proxy on the same machine that nobody named as trusted. Its
        requests come from loopback, but carry a forwarding header, so they do not count as internal.
        """
        if not self.is_trusted_peer(request) and any(name in request.headers for name in FORWARDING_HEADERS):
            return False
        address = _parse(self.of(request))
        return address is not None and any(address in network for network in INTERNAL)

    def is_encrypted(self, request: web.Request) -> bool:
        """Whether the browser reached us over HTTPS, as far as we or a trusted proxy know."""
        if request.secure:
            return True
        return self.is_trusted_peer(request) and request.headers.get("X-Forwarded-Proto", "").lower() == "https"

    def stands_for_many(self, peer: str) -> bool:
        """Whether many clients may come from this address: trusted proxies, and whatever runs on this machine."""
        address = _parse(peer.partition("/")[0])
        return address is not None and (address.is_loopback or self._is_trusted(address))

    def _is_trusted(self, address: Optional[Address]) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def counted(address: str) -> str:
    """An IPv4 address as it is, an IPv6 address as its /64 network."""
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed) if parsed else address


class Pseudonyms:
    """Names for addresses in the access log: the same all day, another one tomorrow, and no way back without the secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"gjj log pseudonym v1", hashlib.sha256).digest()

    def of(self, address: str) -> str:
        return hmac.new(self._key, f"{today()}|{address}".encode(), hashlib.sha256).hexdigest()[:12]


def _parse(text: str) -> Optional[Address]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
