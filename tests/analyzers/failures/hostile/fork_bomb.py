#: call EXIT|ERROR|TIME "processes|without an end"
import os


def answer():
    while True:
        os.fork()
