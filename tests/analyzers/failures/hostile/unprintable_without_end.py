#: call TIME "without an end and was stopped"
class Odd:
    def __repr__(self):
        while True:
            pass


def answer():
    return Odd()
