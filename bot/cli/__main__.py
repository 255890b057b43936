"""``python -m bot.cli COMMAND …`` in the gateway environment; ``./gjj`` prepares the environments and calls it."""
from __future__ import annotations

import sys
from typing import List

from bot.cli.console import complain
from bot.cli.problem import Problem, from_os_error
from bot.settings import SettingsError


def run(command: str, argv: List[str]) -> int:
    """Exit status of one command; modules are imported here because each command needs few of them."""
    if command == "up":
        from bot.cli import up

        return up.main(argv)
    if command == "doctor":
        from bot.cli import doctor

        return doctor.main(argv)
    if command == "test":
        from bot.cli import testing

        return testing.main(argv)
    if command in ("backup", "restore"):
        from bot.cli import backup

        return backup.COMMANDS[command](argv)
    if command == "prepare":
        from bot.cli.plan import REAL
        from bot.settings import Settings

        REAL.prepare(Settings.from_env())
        return 0
    if command == "pipeline":
        from bot.cli import pipeline

        pipeline.ensure()
        return 0
    raise Problem(f"没有“{command}”这个命令。全部命令见 ./gjj help。")


def main(argv: List[str]) -> int:
    """Every foreseen failure is one sentence on stderr and status 1."""
    try:
        return run(argv[0] if argv else "", argv[1:])
    except (Problem, SettingsError) as error:
        complain(str(error))
    except OSError as error:
        complain(str(from_os_error(error)))
    except KeyboardInterrupt:
        complain("已中断。")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
