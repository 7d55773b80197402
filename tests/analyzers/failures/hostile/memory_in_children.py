#: call MEMORY|TIME|EXIT "of memory|without an end|processes"
import os
import time


def answer():
    for _ in range(6):
        if os.fork() == 0:
            kept = b"x" * 60_000_000
            time.sleep(60)
    time.sleep(60)
    return 42
