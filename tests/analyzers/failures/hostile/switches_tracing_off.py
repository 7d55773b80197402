#: call PASSED ".*"
import sys
import threading

sys.settrace(None)
threading.settrace(None)


def answer():
    return 42
