#: call ERROR "more input than there was"
def answer():
    return int(input())
