#: call PASSED ".*"
import os

os.mkdir("inner")
open(os.path.join("inner", "file"), "w").close()
os.chmod("inner", 0)
os.chmod(".", 0)


def answer():
    return 42
