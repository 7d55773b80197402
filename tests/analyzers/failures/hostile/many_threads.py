#: call ERROR|TIME|MEMORY ".*"
import threading
import time


def answer():
    while True:
        threading.Thread(target=time.sleep, args=(600,)).start()
