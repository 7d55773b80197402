#: call ERROR "too deep"
def answer():
    return answer() + 1
