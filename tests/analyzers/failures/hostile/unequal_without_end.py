#: call TIME "without an end and was stopped"
class Odd:
    def __eq__(self, other):
        while True:
            pass


def answer():
    return Odd()
