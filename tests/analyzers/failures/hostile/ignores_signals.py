#: call TIME "without an end and was stopped"
import signal

for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)


def answer():
    while True:
        pass
