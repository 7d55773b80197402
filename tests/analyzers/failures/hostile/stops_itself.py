#: call TIME "without an end and was stopped"
import os
import signal


def answer():
    os.kill(os.getpid(), signal.SIGSTOP)
