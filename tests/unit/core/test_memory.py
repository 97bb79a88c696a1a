"""Of a process of its own: what it keeps, it keeps to its end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from focusstack_app.core.memory import _gnu

PROGRAM = """
import threading
import numpy as np
import psutil
from focusstack_app.core.memory import give_back_memory, keep_freed_memory

def used_mb():
    return psutil.Process().memory_info().rss / 1e6

def work():
    np.ones(200_000_000, np.uint8)

keep_freed_memory()
before = used_mb()
worker = threading.Thread(target=work)
worker.start()
worker.join()
kept = used_mb() - before
give_back_memory()
print(kept, used_mb() - before)
"""


@pytest.mark.skipif(_gnu() is None, reason="no GNU C library")
def test_memory_is_kept_until_it_is_given_back() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=60
    )
    kept_mb, left_mb = map(float, run.stdout.split())
    assert kept_mb > 150
    assert left_mb < 50
