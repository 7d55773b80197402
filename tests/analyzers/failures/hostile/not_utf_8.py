#: call ERROR ".*"
# café
def answer():
    return 42
