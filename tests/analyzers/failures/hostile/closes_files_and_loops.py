#: call TIME "without an end and was stopped"
import os

os.closerange(0, 1000)


def answer():
    while True:
        pass
