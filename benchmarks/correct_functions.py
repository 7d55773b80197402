"""Small correct functions as learners write them, for mutations that library code has no room for."""

# ruff: noqa: SIM110 (loops are what these are for)


def find(items, wanted):
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] > wanted:
            high = middle - 1
        else:
            low = middle + 1
    return -1


def average(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)


def largest(numbers):
    best = numbers[0]
    for number in numbers[1:]:
        if number > best:
            best = number
    return best


def count_passed(marks, limit):
    passed = 0
    for mark in marks:
        if mark >= limit:
            passed += 1
    return passed


def factorial(n):
    if n == 0:
        return 1
    return n * factorial(n - 1)


def is_prime(n):
    if n < 2:
        return False
    for divisor in range(2, n):
        if n % divisor == 0:
            return False
    return True


def longest_run(letters):
    longest = 1
    current = 1
    for i in range(1, len(letters)):
        if letters[i] == letters[i - 1]:
            current += 1
        else:
            current = 1
        if current > longest:
            longest = current
    return longest


def word_counts(text):
    counts = {}
    for word in text.lower().split():
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts


def is_sorted(values):
    for i in range(len(values) - 1):
        if values[i] > values[i + 1]:
            return False
    return True


def collatz_steps(n):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def initials(name):
    parts = name.split()
    letters = [part[0].upper() for part in parts if part]
    return ".".join(letters)


def read_ages(lines):
    ages = []
    for line in lines:
        age = int(line)
        if age > 0 and age < 130:
            ages.append(age)
    return sorted(ages)


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def power(base, exponent):
    result = 1
    while exponent > 0:
        result *= base
        exponent -= 1
    return result


def add_unique(items, item):
    if item not in items:
        items.append(item)
    return items


def reverse_words(sentence):
    words = sentence.split()
    words.reverse()
    return " ".join(words)
