#: call TIME "without an end and was stopped"
def answer():
    while True:
        print("x" * 10_000)
