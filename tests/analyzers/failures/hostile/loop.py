#: call TIME "without an end and was stopped"
def answer():
    while True:
        pass
