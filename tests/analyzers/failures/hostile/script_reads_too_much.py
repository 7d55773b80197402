#: run ERROR "more input than there was"
print(input())
print(input())
