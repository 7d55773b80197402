#: call MEMORY "asked for more than 128 MiB of memory"
def answer():
    kept = []
    while True:
        kept.append(bytearray(4_000_000))
