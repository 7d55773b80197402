#: call EXIT "Python itself crashed"
import ctypes


def answer():
    ctypes.string_at(0)
