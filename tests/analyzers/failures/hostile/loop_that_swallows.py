#: call TIME "without an end and was stopped"
def answer():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
