"""From which networks the console may be opened at all; elsewhere it does not exist."""
from __future__ import annotations

import ipaddress
from typing import Sequence

from aiohttp import web

from bot.gateway.address import Addresses


class Networks:
    """``allowed``: networks as in ``10.0.0.0/8``; none means everywhere. Raises ValueError for one that is none."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = [ipaddress.ip_network(network, strict=False) for network in allowed]

    def admits(self, request: web.Request, addresses: Addresses) -> bool:
        if not self._allowed:
            return True
        try:
            address = ipaddress.ip_address(addresses.of(request))
        except ValueError:
            return False
        return any(address in network for network in self._allowed)
