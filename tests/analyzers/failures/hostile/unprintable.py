#: call FAILED ".*"
class Odd:
    def __repr__(self):
        raise KeyError("no picture")

    def __eq__(self, other):
        return False


def answer():
    return [Odd(), lambda: 0]
