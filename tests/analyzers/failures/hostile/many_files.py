#: call ERROR|TIME ".*"
def answer():
    number = 0
    while True:
        with open("file%d" % number, "wb") as file:
            file.write(b"x" * 1_000_000)
        number += 1
