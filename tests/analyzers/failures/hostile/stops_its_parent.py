#: call FAILED|ERROR|EXIT ".*"
import os
import signal


def answer():
    os.kill(os.getppid(), signal.SIGSTOP)
    return 1
