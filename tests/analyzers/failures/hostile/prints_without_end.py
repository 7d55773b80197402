#: run OUTPUT "printed more than"
while True:
    print("x" * 1000)
