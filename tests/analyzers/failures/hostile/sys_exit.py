#: call EXIT "sys.exit"
import sys


def answer():
    sys.exit("enough")
