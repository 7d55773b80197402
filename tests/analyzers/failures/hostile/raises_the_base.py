#: call ERROR ".*"
def answer():
    raise KeyboardInterrupt
