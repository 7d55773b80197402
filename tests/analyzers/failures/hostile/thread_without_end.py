#: call PASSED ".*"
import threading
import time


def answer():
    threading.Thread(target=time.sleep, args=(600,)).start()
    return 42
