#: call ERROR "outside the program's folder"
import os
import tempfile


def answer():
    with open("/tmp/meno-hostile-was-here", "w") as file:
        file.write("x")
