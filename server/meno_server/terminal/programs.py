"""The programs of `meno demo`, what else there is, and the lines to paste into each editor."""

from __future__ import annotations

DEMO_PROGRAM = """\
def has_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return True
        else:
            return False


def longest(words):
    best = ""
    for word in words:
        if word.length() > len(best):
            best = word
    return best


scores = [3, 8, 5]
scores = scores.sort()
print(has_even(scroes))
"""

DEMO_SEARCH = """\
def find(items, wanted):
    low, high = 0, len(items) - 1
    while low < high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


assert find([3, 5, 8], 5) == 1
assert find([3, 5, 8], 8) == 2
"""
DEMO_MENDED = ("low < high", "low <= high")

DEMO_STYLE = '''\
def calculate_average(numbers: list[float]) -> float:
    """Calculate the average of a list of numbers.

    Args:
        numbers: A list of numbers to average.

    Returns:
        The average of the numbers, or 0.0 if the list is empty.
    """
    # Handle the edge case of an empty list
    if not numbers:
        return 0.0
    # Calculate the total and divide by the count
    total = sum(numbers)
    count = len(numbers)
    return total / count


def find_largest_value(values: list[float]) -> float | None:
    """Find the largest value in a list."""
    if not values:
        return None
    largest_value = values[0]
    for current_value in values[1:]:
        if current_value > largest_value:
            largest_value = current_value
    return largest_value
'''

DEMO_COMMANDS = {
    "meno check FILE …": "the same findings, for a script or a pipeline",
    "meno explain FILE": "why a program fails, step by step",
    "meno ask FILE:LINE": "a dialogue about one finding",
    "meno origin FILE": "whose style a text resembles, and which words say so",
    "meno report": "your own patterns, on one page",
    "meno playground": "all of it in a browser, without an editor",
    "meno serve": "one machine for a class (extra: gateway)",
    "meno doctor": "what is installed, and what could be",
}

DEMO_EDITORS = {
    "Neovim 0.11 or newer, in init.lua": """\
vim.lsp.config("meno", {
  cmd = { "{meno}", "lsp" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "meno.toml", ".git" },
})
vim.lsp.enable("meno")""",
    "VS Code": """\
code --install-extension vscode-client/meno.vsix
# and in settings.json
"meno.path": ["{meno}", "lsp"]""",
    "Helix, in languages.toml": """\
[language-server.meno]
command = "{meno}"
args = ["lsp"]
[[language]]
name = "python"
language-servers = ["meno"]""",
    "Emacs, in init.el": """\
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(python-mode . ("{meno}" "lsp"))))""",
}
