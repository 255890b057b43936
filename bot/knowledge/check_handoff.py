"""Check of data/handoff/wording.yml."""
from __future__ import annotations

import string
from pathlib import Path
from typing import List

import msgspec

from .check import _pattern
from .errors import Problem, unreadable
from .handoff import BLANKS, REASONS, STATES, HandoffWording


def check_handoff(data: Path) -> List[Problem]:
    """Missing or unknown sentences, blanks the program does not fill, patterns that do not compile."""
    path, name = data / "handoff" / "wording.yml", f"{data.name}/handoff/wording.yml"
    try:
        content = msgspec.yaml.decode(path.read_bytes(), type=HandoffWording)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        return [unreadable(name, error)]
    problems: List[Problem] = []

    def report(where: str, text: str) -> None:
        problems.append(Problem(name, f"${where}", text))

    for key, wanted in (("say", BLANKS), ("reasons", REASONS), ("states", STATES)):
        for missing in sorted(set(wanted) - set(getattr(content, key))):
            report(f".{key}", f"缺少 {missing}")
    for sentence, text in content.say.items():
        extra = {blank for _, blank, _, _ in string.Formatter().parse(text) if blank} - BLANKS.get(sentence, set())
        if extra:
            report(f".say.{sentence}", f"程序不填 {'、'.join(sorted(extra))}")
    for i, pattern in enumerate(content.asks):
        _pattern(pattern, report, f".asks[{i}]")
    return problems
