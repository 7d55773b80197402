#: call ERROR ".*"
def answer(:
