"""The program that `meno demo` types, and the lines to paste into each editor."""

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
