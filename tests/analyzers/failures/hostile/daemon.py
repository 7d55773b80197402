#: call PASSED ".*"
import os
import time


def answer():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    return 42
