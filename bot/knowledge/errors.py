"""How content mistakes are reported: always file, path inside the file, and what was expected."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List


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
