"""``./gjj doctor``: one line for each thing that must be right, and how to mend what is not."""
from __future__ import annotations

import argparse
from typing import Callable, Iterator, List, Sequence

from bot.cli import findings
from bot.cli.findings import Finding
from bot.settings import Settings


def checks(settings: Settings) -> List[Callable[[], Iterator[Finding]]]:
    """All checks, in the order of the report."""
    return [
        findings.interpreters,
        findings.packages,
        lambda: findings.release(settings),
        lambda: findings.redis_state(settings),
        lambda: findings.machine(settings),
        findings.content,
    ]


def main(argv: Sequence[str]) -> int:
    """Print the report; 1 when something is wrong."""
    argparse.ArgumentParser(prog="./gjj doctor", description="检查环境，说明怎样修好。").parse_args(argv)
    settings = Settings.from_env()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for check in checks(settings):
        for finding in check():
            print(f"{'✓' if finding.ok else '✗'} {finding.text}", flush=True)
            if not finding.ok:
                wrong += 1
                print(f"    怎样修好：{finding.mend}", flush=True)
    print("一切正常。" if not wrong else f"有 {wrong} 处要处理。")
    return 1 if wrong else 0
