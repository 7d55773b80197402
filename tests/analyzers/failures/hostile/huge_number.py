#: call FAILED ".*"
def answer():
    return 10**100_000
