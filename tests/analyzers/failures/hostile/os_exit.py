#: call EXIT "exit code 0"
import os


def answer():
    os._exit(0)
