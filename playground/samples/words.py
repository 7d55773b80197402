# Which word is the longest?


def longest(words):
    best = ""
    for word in words:
        if word.length() > len(best):
            best = word
    return best


assert longest(["a", "pear", "fig"]) == "pear"
