"""How content mistakes are reported: always file, path inside the file, and what was expected."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, Union

import msgspec


@dataclass(frozen=True)
class Problem:
    """One mistake in a content file.

    ``file`` is relative to the repository, ``path`` is like ``$.ask[0].when`` (as msgspec writes it),
    ``message`` says in Chinese what was expected.
    """

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}  {self.path}  {self.message}"


class ContentError(ValueError):
    """Content cannot be used; ``problems`` lists every mistake found."""

    def __init__(self, problems: List[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


def unreadable(file: str, error: Union[FileNotFoundError, msgspec.DecodeError]) -> Problem:
    """What to report about ``file`` when reading or decoding it failed with ``error``."""
    if isinstance(error, FileNotFoundError):
        return Problem(file, "$", "文件不存在")
    if isinstance(error, msgspec.ValidationError):
        message, _, where = str(error).partition(" - at ")
        return Problem(file, where.strip("`") or "$", message)
    return Problem(file, "$", f"不是有效的 YAML：{error}")
