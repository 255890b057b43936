"""What stops the launcher, said to the operator."""
from __future__ import annotations

import errno


class Problem(Exception):
    """One Chinese sentence: what is wrong and the way out. The launcher prints it and exits with status 1."""


def from_os_error(error: OSError) -> Problem:
    """The sentence for an operating system error nobody foresaw."""
    where = f"（{error.filename}）" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(f"磁盘已满{where}：请清理 var 所在的磁盘，至少留出 500 MB，再运行一次。")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Problem(f"没有写权限{where}：请用安装时的同一个用户运行，或改正文件夹的权限。")
    return Problem(f"系统错误：{error.strerror or error}{where}。请运行 ./gjj doctor 查看。")
