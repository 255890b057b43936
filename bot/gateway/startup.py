"""Checks on the settings that only the gateway needs, done before anything is opened."""
from __future__ import annotations

import dataclasses
import ipaddress
import secrets
from urllib.parse import urlsplit

from bot.endpoint import Endpoint
from bot.settings import Settings


class StartupError(ValueError):
    """The gateway cannot start with these settings; the message is a sentence for the operator."""


def check(settings: Settings) -> Settings:
    """Return settings the gateway can run with; raises :class:`StartupError` naming the variable and the way out."""
    if not settings.secret:
        if not settings.for_tests:
            raise StartupError("没有签名密钥。请用 ./gjj up 启动，或设置 GJJ_SECRET（至少 32 个字符）。")
        settings = dataclasses.replace(settings, secret=secrets.token_hex(32).encode())
    for secret in (settings.secret, *settings.previous_secrets):
        if not settings.for_tests and is_weak(secret):
            raise StartupError("GJJ_SECRET 太容易猜，像是例子里抄来的。请用 openssl rand -hex 32 生成一个。")
    if settings.for_tests and not _is_loopback(settings.host):
        raise StartupError(f"测试方式只允许监听本机，GJJ_HOST={settings.host} 不行，请用 127.0.0.1。")
    if not settings.worker_sockets:
        raise StartupError("没有配置对话进程。请用 ./gjj up 启动，或设置 GJJ_WORKER_SOCKETS。")
    if not settings.worker_secret and not all(Endpoint.parse(place).path for place in settings.worker_sockets):
        raise StartupError("GJJ_WORKER_SOCKETS 里有别的机器上的对话进程，要设置 GJJ_WORKER_SECRET_FILE，两边用同一个密钥。")
    if not settings.redis_url:
        raise StartupError("没有配置 Redis。请用 ./gjj up 启动，或设置 REDIS_URL。")
    for origin in settings.allowed_origins:
        if not is_origin(origin):
            raise StartupError(f"GJJ_ALLOWED_ORIGINS 里的 {origin!r} 应写成 https://www.example.gov.cn 这样，不带路径。")
    for proxy in settings.trusted_proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise StartupError(f"GJJ_TRUSTED_PROXIES 里的 {proxy!r} 应是 10.0.0.5 或 10.0.0.0/24 这样的地址。") from None
    return settings


def is_weak(secret: bytes) -> bool:
    """Whether nobody drew this secret at random: few different characters, a repeated pattern, or words of examples."""
    return (len(set(secret)) < 10 or (secret + secret).find(secret, 1) < len(secret)
            or any(word in secret.lower() for word in (b"secret", b"changeme", b"change-me", b"password", b"example", b"12345678")))


def is_origin(text: str) -> bool:
    """Whether the text is exactly scheme://host[:port], as browsers send it in the Origin header."""
    try:
        parts = urlsplit(text)
        return bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
                    and text == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
