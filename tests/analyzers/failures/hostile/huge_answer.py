#: call FAILED|MEMORY ".*"
def answer():
    return [0] * 10_000_000
