#: call PASSED ".*"
import os
import shutil

here = os.getcwd()
shutil.rmtree(here, ignore_errors=True)
os.chdir("/")


def answer():
    return 42
