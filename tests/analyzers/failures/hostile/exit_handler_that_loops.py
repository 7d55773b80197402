#: call PASSED ".*"
import atexit


@atexit.register
def forever():
    while True:
        pass


def answer():
    return 42
