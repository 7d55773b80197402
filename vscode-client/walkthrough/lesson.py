# A first lesson with Meno. Two things are not right in here. Meno has marked what it sees.
#
# 1. Point at a mark, or put the cursor on it and press Ctrl+K Ctrl+I. What do you see?
# 2. Choose "Next hint" below the text, as often as you like. The answer stays with you.
# 3. Change the program until the marks are gone.


def has_even(numbers):
    """Whether at least one of the numbers is even.

    >>> has_even([2, 3])
    True
    >>> has_even([3, 2])
    True
    """
    for number in numbers:
        if number % 2 == 0:
            return True
        else:
            return False


total_score = 10
print("Your score is", total_scroe)
