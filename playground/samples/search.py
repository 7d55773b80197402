# Where is a number in a sorted list?  -1 if it is not there.


def find(numbers, wanted):
    low = 0
    high = len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] == wanted:
            return middle
        if numbers[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


assert find([3, 5, 8, 9], 5) == 1
assert find([3, 5, 8, 9], 9) == 3
assert find([3, 5, 8, 9], 4) == -1
