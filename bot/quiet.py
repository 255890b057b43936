"""Libraries stay silent: Rasa logs message texts (structlog prints them even without set-up) and phones home."""
from __future__ import annotations

import logging
import os
import traceback
import warnings


def quiet_libraries() -> None:
    """Call once per process, before Rasa is imported: no telemetry, no chat text in any log, no start-up noise."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    warnings.filterwarnings("ignore")
    for name in ("rasa", "rasa_sdk", "tensorflow", "matplotlib", "apscheduler", "jieba"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

    # Old libraries call warnings.warn with their own filters at import; the environment variable outlives those.
    os.environ.setdefault("PYTHONWARNINGS", "ignore")

    import structlog

    # Rasa's structlog events carry parse_data_text and the like; the default set-up prints them at debug level.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL), cache_logger_on_first_use=False)


def place(error: BaseException) -> str:
    """Kind of ``error`` and where it arose, for the log; its message is left out because it may quote a citizen."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return f"{type(error).__name__} at " + " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
