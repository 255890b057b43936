"""The memory of a worker after a release was loaded."""
from __future__ import annotations

import ctypes
import gc


def settle() -> None:
    """Let go of what a replaced agent held, and keep what is loaded out of further collections.

    A replaced agent is hundreds of megabytes of small objects, which the C library would keep. What is in service is some
    800,000 objects that live as long as the release: looking through them all again would stop the process for a third of
    a second at moments nobody chooses.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        pass  # not glibc
