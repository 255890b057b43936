"""Every setting that comes from the environment, read in this one module.

Nothing is read at import: call :func:`Settings.from_env`. The manual (docs/operations.md) lists each variable.
"""
from __future__ import annotations

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Mapping, Optional, Tuple

from bot.endpoint import Endpoint, EndpointError
from bot.state import address

ROOT = Path(__file__).resolve().parent.parent

DAY = 24 * 3600
SECOND_FACTOR_FROM = ("viewer", "editor", "publisher", "administrator", "none")


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names the variable and what was expected."""


@dataclass(frozen=True)
class Settings:
    """Validated settings of one process. Durations are seconds, sizes are bytes unless the name says otherwise."""

    root: Path = ROOT
    var_dir: Path = ROOT / "var"
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    redis_url: str = ""
    """See bot.state.address. Empty: the launcher starts the bundled server and passes its address on."""
    for_tests: bool = False
    """Loopback only, no rate limits, fixed random seed."""
    today: Optional[date] = None
    """Fixes the date everywhere; ``None`` means the real date in Asia/Shanghai."""
    worker_sockets: Tuple[str, ...] = ()
    """Where the workers listen (bot.endpoint), in worker order (the gateway's view)."""
    worker_secret: bytes = field(default=b"", repr=False)
    """Shown by the gateway to workers on other machines; at least 32 bytes. Not needed on Unix sockets."""
    session_ttl: int = 2 * 3600
    conversation_ttl: int = 7 * DAY
    message_timeout: float = 20.0
    action_timeout: float = 6.0
    redis_timeout: float = 3.0
    max_text_length: int = 1000
    """Characters of one citizen message."""
    allowed_origins: Tuple[str, ...] = ()
    """Origins of pages that may embed the widget, for example ``https://gjj.example.gov.cn``."""
    trusted_proxies: Tuple[str, ...] = ()
    """Addresses of reverse proxies whose X-Forwarded-For is believed."""
    admin_idle: int = 15 * 60
    admin_session: int = 8 * 3600
    """The longest a log-in to the console lasts, however busy."""
    admin_second_factor: str = "publisher"
    """The lowest role that must use a second factor; ``none``: nobody must."""
    admin_audit_days: int = 3 * 365
    admin_networks: Tuple[str, ...] = ()
    """Networks from which the console may be opened; none means everywhere."""
    exploration: int = 5
    """Percent of turns in which the order of equally ranked reminders is tried anew; always 0 under ``for_tests``."""
    training_nice: int = 15
    """How far training stands back behind the workers (0–19, as nice)."""
    seed: int = 0
    """Makes these trials repeatable."""
    secret: bytes = field(default=b"", repr=False)
    """Signs session tokens; at least 32 bytes."""
    previous_secrets: Tuple[bytes, ...] = field(default=(), repr=False)
    """Further lines of the secret: no longer sign, but what they signed counts until it expires."""
    access_log_days: int = 180
    wechat_app_id: str = ""
    wechat_token: str = field(default="", repr=False)
    """Set in the WeChat Official Account's settings; empty: no such channel."""
    wechat_aes_key: str = field(default="", repr=False)
    """EncodingAESKey; with it, only encrypted messages are accepted."""
    partners: Tuple[Tuple[str, bytes], ...] = field(default=(), repr=False)
    """Servers that may call the signed interface: name and key, at least 32 bytes."""
    otlp_endpoint: str = ""
    """Collector of spans (bot.tracing), for example ``http://127.0.0.1:4318``; empty: nothing is traced."""
    trace_percent: int = 100
    """Share of the requests whose spans are sent."""

    @property
    def run_dir(self) -> Path:
        """Sockets, pid and lock files of the running system."""
        return self.var_dir / "run"

    @property
    def releases_dir(self) -> Path:
        return self.var_dir / "releases"

    @property
    def audit_file(self) -> Path:
        """What was done in the admin console, one entry a line."""
        return self.var_dir / "log" / "audit.jsonl"

    @classmethod
    def from_env(cls, env: Optional[Mapping[str, str]] = None) -> "Settings":
        """Read and check all variables; raises :class:`SettingsError` naming the first bad one."""
        env = os.environ if env is None else env
        var_dir = Path(env.get("GJJ_VAR") or ROOT / "var").resolve()
        wechat_app_id, wechat_token, wechat_aes_key = _wechat(env)
        return cls(
            var_dir=var_dir,
            host=env.get("GJJ_HOST") or cls.host,
            port=_integer(env, "GJJ_PORT", cls.port, 1, 65535),
            workers=_integer(env, "GJJ_WORKERS", cls.workers, 1, 64),
            redis_url=_redis_url(env),
            for_tests=env.get("GJJ_FOR_TESTS", "") == "1",
            today=_date(env, "GJJ_TODAY"),
            worker_sockets=_endpoints(env, "GJJ_WORKER_SOCKETS"),
            worker_secret=_secrets(env, "GJJ_WORKER_SECRET")[0],
            session_ttl=_integer(env, "GJJ_SESSION_TTL", cls.session_ttl, 60, 30 * DAY),
            conversation_ttl=_integer(env, "GJJ_CONVERSATION_TTL", cls.conversation_ttl, 60, 400 * DAY),
            message_timeout=_integer(env, "GJJ_MESSAGE_TIMEOUT", int(cls.message_timeout), 1, 120),
            action_timeout=_integer(env, "GJJ_ACTION_TIMEOUT", int(cls.action_timeout), 1, 60),
            redis_timeout=_integer(env, "GJJ_REDIS_TIMEOUT", int(cls.redis_timeout), 1, 60),
            max_text_length=_integer(env, "GJJ_MAX_TEXT_LENGTH", cls.max_text_length, 50, 10000),
            allowed_origins=_list(env, "GJJ_ALLOWED_ORIGINS"),
            trusted_proxies=_list(env, "GJJ_TRUSTED_PROXIES"),
            admin_idle=_integer(env, "GJJ_ADMIN_IDLE", cls.admin_idle, 60, DAY),
            admin_session=_integer(env, "GJJ_ADMIN_SESSION", cls.admin_session, 300, 7 * DAY),
            admin_second_factor=_one_of(env, "GJJ_ADMIN_SECOND_FACTOR", cls.admin_second_factor, SECOND_FACTOR_FROM),
            admin_audit_days=_integer(env, "GJJ_ADMIN_AUDIT_DAYS", cls.admin_audit_days, 180, 3650),
            admin_networks=_networks(env, "GJJ_ADMIN_NETWORKS"),
            exploration=_integer(env, "GJJ_EXPLORATION", cls.exploration, 0, 30),
            training_nice=_integer(env, "GJJ_TRAINING_NICE", cls.training_nice, 0, 19),
            seed=_integer(env, "GJJ_SEED", cls.seed, 0, 2**31 - 1),
            secret=_secrets(env, "GJJ_SECRET")[0],
            previous_secrets=_secrets(env, "GJJ_SECRET")[1:],
            access_log_days=_integer(env, "GJJ_ACCESS_LOG_DAYS", cls.access_log_days, 1, 3650),
            wechat_app_id=wechat_app_id,
            wechat_token=wechat_token,
            wechat_aes_key=wechat_aes_key,
            partners=_partners(env),
            otlp_endpoint=_collector(env),
            trace_percent=_integer(env, "GJJ_TRACE_PERCENT", cls.trace_percent, 0, 100),
        )


def _wechat(env: Mapping[str, str]) -> Tuple[str, str, str]:
    """App id, token and key of the messages; all empty without the first."""
    app_id = env.get("GJJ_WECHAT_APPID") or ""
    if not app_id:
        return "", "", ""
    token, aes_key = (_text(env, f"GJJ_WECHAT_{name}") for name in ("TOKEN", "AES_KEY"))
    if not re.fullmatch(r"[A-Za-z0-9]{3,32}", token):
        raise SettingsError("GJJ_WECHAT_TOKEN：应是公众号后台“服务器配置”里的令牌，3 到 32 个字母和数字")
    if aes_key and not re.fullmatch(r"[A-Za-z0-9]{43}", aes_key):
        raise SettingsError("GJJ_WECHAT_AES_KEY：应是公众号后台的消息加解密密钥，43 个字母和数字")
    return app_id, token, aes_key


def _partners(env: Mapping[str, str]) -> Tuple[Tuple[str, bytes], ...]:
    """One partner a line in the file: its name, white space, its key."""
    if not env.get("GJJ_PARTNERS_FILE"):
        return ()
    found = {}
    for line in _read(env, "GJJ_PARTNERS_FILE").decode("utf-8", "replace").splitlines():
        name, _, key = line.strip().partition(" ")
        if not name or name.startswith("#"):
            continue
        if not re.fullmatch(r"[a-z0-9-]{1,32}", name) or len(key.strip()) < 32:
            raise SettingsError(f"GJJ_PARTNERS_FILE：{name[:32]!r} 这一行应是名字（小写字母、数字、连字符）、空格、密钥（至少 32 个字符）")
        if name in found:
            raise SettingsError(f"GJJ_PARTNERS_FILE：{name} 写了两次")
        found[name] = key.strip().encode()
    return tuple(found.items())


def _text(env: Mapping[str, str], name: str) -> str:
    """A secret of one line from ``<name>_FILE`` or ``<name>``."""
    return _read(env, f"{name}_FILE").decode("utf-8", "replace").strip() if env.get(f"{name}_FILE") else env.get(name) or ""


def _read(env: Mapping[str, str], name: str) -> bytes:
    """The file that ``name`` points to; raises :class:`SettingsError` when it cannot be read, or by everybody."""
    path = Path(env[name])
    try:
        raw = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise SettingsError(f"{name}：读不到 {path}（{error.strerror}）") from None
    if mode & 0o007:
        raise SettingsError(f"{name}：{path} 谁都能读，请先 chmod 600 {path}")
    return raw


def ensure_secret(var_dir: Path) -> bytes:
    """Return the signing secret kept under ``var_dir``, creating it (mode 600) the first time."""
    path = var_dir / "secret"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as f:
            f.write(secrets.token_hex(32))
    return path.read_text().strip().encode()


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise SettingsError(f"{name}={raw!r}：应为 {low} 到 {high} 之间的整数") from None
    if not low <= value <= high:
        raise SettingsError(f"{name}={value}：应为 {low} 到 {high} 之间的整数")
    return value


def _date(env: Mapping[str, str], name: str) -> Optional[date]:
    raw = env.get(name)
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise SettingsError(f"{name}={raw!r}：应为 2026-11-22 这样的日期") from None


def _one_of(env: Mapping[str, str], name: str, default: str, values: Tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in values:
        raise SettingsError(f"{name}={value!r}：应为 {'、'.join(values)} 之一")
    return value


def _networks(env: Mapping[str, str], name: str) -> Tuple[str, ...]:
    found = _list(env, name)
    for network in found:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise SettingsError(f"{name}：{network!r} 应是 10.0.0.5 或 10.0.0.0/8 这样的地址") from None
    return found


def _list(env: Mapping[str, str], name: str) -> Tuple[str, ...]:
    return tuple(part.strip() for part in (env.get(name) or "").split(",") if part.strip())


def _redis_url(env: Mapping[str, str]) -> str:
    url = env.get("REDIS_URL") or ""
    if url:
        try:
            address.parse(url)
        except address.AddressError as error:
            raise SettingsError(str(error)) from None
    return url


def _collector(env: Mapping[str, str]) -> str:
    url = env.get("GJJ_OTLP_ENDPOINT") or ""
    if url and not re.fullmatch(r"https?://(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:/[\w./-]*)?", url, re.ASCII):
        raise SettingsError("GJJ_OTLP_ENDPOINT：应是收集程序的地址，例如 http://127.0.0.1:4318；口令写在 OTEL_EXPORTER_OTLP_HEADERS 里")
    return url


def _endpoints(env: Mapping[str, str], name: str) -> Tuple[str, ...]:
    found = _list(env, name)
    for text in found:
        try:
            Endpoint.parse(text)
        except EndpointError as error:
            raise SettingsError(f"{name}：{error}") from None
    return found


def _secrets(env: Mapping[str, str], name: str) -> Tuple[bytes, ...]:
    """One secret a line, the one in use first; a single empty one when none is set."""
    if env.get(f"{name}_FILE"):
        raw = _read(env, f"{name}_FILE")
    else:
        raw = (env.get(name) or "").encode()
    found = tuple(line.strip() for line in raw.splitlines() if line.strip())
    for secret in found:
        if len(secret) < 32:
            raise SettingsError(f"{name}：密钥至少要 32 个字符")
    return found or (b"",)
