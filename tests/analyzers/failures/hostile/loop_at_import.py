#: call TIME "without an end and was stopped"
while True:
    pass
