"""Is the port free?"""
from __future__ import annotations

import errno
import socket

from bot.cli.problem import Problem


def require_free_port(host: str, port: int) -> None:
    """Raise :class:`Problem` when ``host:port`` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise Problem(f"认不出地址 {host}：GJJ_HOST 应是本机的一个 IP 地址，例如 127.0.0.1。") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Problem(
                    f"端口 {port} 已被别的程序占用：请换一个，例如 ./gjj up --port {port + 1 if port < 65535 else 8080}。"
                ) from None
            if error.errno == errno.EACCES:
                raise Problem(f"没有权限监听端口 {port}：请用 1024 以上的端口，例如 ./gjj up --port 8080。") from None
            raise Problem(f"不能监听 {host}:{port}（{error.strerror}）：请检查 GJJ_HOST 和 --port。") from None
