"""REDIS_URL: where the Redis is and how to get in. The only place that reads such an address; opens nothing.

``redis://user:password@host:6379/0`` · ``rediss://…`` (TLS) · ``unix:///path/redis.sock?db=0`` ·
``redis+sentinel://host1:26379,host2:26379/mymaster/0`` · ``redis+cluster://host1:7000,host2:7001`` · ``rediss+sentinel``, ``rediss+cluster``.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Tuple
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = {
    "redis": ("single", False), "rediss": ("single", True), "unix": ("socket", False),
    "redis+sentinel": ("sentinel", False), "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False), "rediss+cluster": ("cluster", True),
}
_PORTS = {"single": 6379, "sentinel": 26379, "cluster": 6379}
_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_TLS_OPTIONS = (*_TLS_FILES, "ssl_cert_reqs", "ssl_check_hostname")
_SENTINEL_OPTIONS = ("sentinel_username", "sentinel_password")
_YES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
EXAMPLES = "redis://127.0.0.1:6379/0、unix:///路径/redis.sock、redis+sentinel://主机1:26379,主机2:26379/mymaster、redis+cluster://主机1:7000,主机2:7001"


class AddressError(ValueError):
    """The address cannot be used; the message says in one sentence what is wrong and never contains the password."""


@dataclass(frozen=True)
class Address:
    """A checked REDIS_URL. ``hosts`` are the server, the Sentinels or some nodes of the Cluster."""

    kind: str
    """``single``, ``socket``, ``sentinel`` or ``cluster``."""
    hosts: Tuple[Tuple[str, int], ...] = ()
    path: str = ""
    """Unix socket."""
    service: str = ""
    """Name under which the Sentinels watch the master."""
    db: int = 0
    username: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    sentinel_username: Optional[str] = None
    sentinel_password: Optional[str] = field(default=None, repr=False)
    tls: bool = False
    tls_files: Dict[str, str] = field(default_factory=dict)
    """``ssl_ca_certs``, ``ssl_certfile``, ``ssl_keyfile`` where given; without the first the system's authorities count."""
    verify: bool = True
    """Whether the server's certificate must be good."""
    check_hostname: bool = True


def parse(url: str) -> Address:
    """The address in ``url``; raises :class:`AddressError`."""
    if not url or "${" in url:
        raise AddressError(f"没有 Redis 地址：请设置环境变量 REDIS_URL，例如 {EXAMPLES}")
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
    except ValueError:
        raise _wrong(f"方括号不成对；例如 {EXAMPLES}") from None
    if scheme not in SCHEMES:
        raise _wrong(f"开头应是 {'、'.join(f'{name}://' for name in SCHEMES)} 之一，例如 {EXAMPLES}")
    kind, tls = SCHEMES[scheme]
    login, _, places = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    options = _options(parts.query, (*_TLS_OPTIONS, *_SENTINEL_OPTIONS) if kind == "sentinel" else _TLS_OPTIONS)
    path = unquote(parts.path)
    service = ""
    if kind == "socket":
        if places or not path.startswith("/"):
            raise _wrong("unix:// 后面要写套接字的完整路径，例如 unix:///run/redis/redis.sock")
        hosts: Tuple[Tuple[str, int], ...] = ()
    else:
        hosts = tuple(_hosts(places, _PORTS[kind]))
        if kind == "single" and len(hosts) > 1:
            raise _wrong("写了几个主机：哨兵用 redis+sentinel://，集群用 redis+cluster://")
    rest = [] if kind == "socket" else [part for part in path.split("/") if part]
    if kind == "sentinel":
        if not rest:
            raise _wrong("哨兵地址要写主服务器的名字，例如 redis+sentinel://主机1:26379,主机2:26379/mymaster")
        service = rest.pop(0)
    db = _db(rest, options.pop("db", None))
    if kind == "cluster" and db:
        raise _wrong("集群只有 0 号库，去掉末尾的库号")
    files, verify, check_hostname = _tls(options, tls)
    return Address(
        kind=kind, hosts=hosts, path=path if kind == "socket" else "", service=service, db=db,
        username=unquote(username) or options.get("username"), password=unquote(password) or options.get("password"),
        sentinel_username=options.get("sentinel_username"), sentinel_password=options.get("sentinel_password"),
        tls=tls, tls_files=files, verify=verify, check_hostname=check_hostname,
    )


def shown(url: str) -> str:
    """The address as it may be shown: user, password and options left out. Never raises."""
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    _, at, place = rest.rpartition("@")
    return scheme + separator + ("***@" if at else "") + place.split("?")[0]


def _wrong(what: str) -> AddressError:
    return AddressError(f"REDIS_URL 写得不对：{what}")


def _options(query: str, more: Tuple[str, ...]) -> Dict[str, str]:
    found = dict(parse_qsl(query, keep_blank_values=True))
    known = ("db", "username", "password", *more)
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise _wrong(f"不认识 {'、'.join(unknown)}，问号后面可以写 {'、'.join(known)}")
    return {name: value for name, value in found.items() if value}


def _hosts(places: str, usual: int) -> List[Tuple[str, int]]:
    found = []
    for place in places.split(","):
        try:
            one = urlsplit(f"//{place}")
            host, port = one.hostname, one.port
        except ValueError:
            raise _wrong("端口应是 1 到 65535 的数字") from None
        if not host:
            raise _wrong("缺少主机名")
        if port == 0:
            raise _wrong("端口应是 1 到 65535 的数字")
        found.append((host, port or usual))
    return found


def _db(rest: List[str], option: Optional[str]) -> int:
    if len(rest) > 1:
        raise _wrong("地址末尾只写库号，例如 /0")
    number = rest[0] if rest else option or "0"
    if not number.isdecimal():
        raise _wrong("库号应是 0、1、2 这样的数字")
    return int(number)


def _tls(options: Dict[str, str], tls: bool) -> Tuple[Dict[str, str], bool, bool]:
    """Files, whether the server's certificate must be good, and made out to its name."""
    if not tls:
        if any(name in options for name in _TLS_OPTIONS):
            raise _wrong("写了 ssl_ 开头的选项，地址却不是 rediss:// 开头")
        return {}, True, True
    files = {name: options[name] for name in _TLS_FILES if name in options}
    for name, file in files.items():
        if not Path(file).is_file():
            raise _wrong(f"{name} 指的文件不存在：{file}")
    if ("ssl_certfile" in files) != ("ssl_keyfile" in files):
        raise _wrong("ssl_certfile 和 ssl_keyfile 要一起写")
    needed = options.get("ssl_cert_reqs", "required")
    if needed not in ("required", "none"):
        raise _wrong("ssl_cert_reqs 应是 required 或 none")
    check = _YES.get(options.get("ssl_check_hostname", "true").lower())
    if check is None:
        raise _wrong("ssl_check_hostname 应是 true 或 false")
    verify = needed == "required"
    return files, verify, verify and check
