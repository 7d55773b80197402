#: call ERROR ".*"
class Odd(Exception):
    __dict__ = property(lambda self: 1 / 0)
    __class__ = property(lambda self: 1 / 0)


def answer():
    raise Odd
