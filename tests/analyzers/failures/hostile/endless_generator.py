#: call FAILED|TIME|MEMORY ".*"
def answer():
    while True:
        yield 1
