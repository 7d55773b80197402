# Is there an even number in the list?


def has_even(numbers):
    for number in numbers:
        if number % 2 == 0:
            return True
        else:
            return False


assert has_even([2, 3])
assert has_even([1, 4])
assert not has_even([1, 3])
