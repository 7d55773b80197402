#: call EXIT "ended by a signal"
import os
import signal


def answer():
    os.killpg(os.getpgid(0), signal.SIGKILL)
