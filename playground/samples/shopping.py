# Every list should begin empty.


def add_item(item, basket=[]):
    basket.append(item)
    return basket


assert add_item("milk") == ["milk"]
assert add_item("bread") == ["bread"]
