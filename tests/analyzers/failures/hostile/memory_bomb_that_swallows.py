#: call TIME|MEMORY "without an end|of memory"
def answer():
    kept = []
    while True:
        try:
            kept.append(bytearray(4_000_000))
        except BaseException:
            pass
