#: run TIME "without an end and was stopped"
import atexit


@atexit.register
def forever():
    while True:
        pass
