#: call ERROR "that a file may hold here"
def answer():
    with open("large", "wb") as file:
        while True:
            file.write(b"x" * 1_000_000)
