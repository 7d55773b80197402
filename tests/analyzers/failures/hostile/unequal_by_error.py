#: call ERROR ".*"
class Odd:
    def __eq__(self, other):
        raise ValueError("I cannot be compared")


def answer():
    return Odd()
