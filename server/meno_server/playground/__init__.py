"""The playground: a page with an editor, served on this machine only, that speaks to the language server.

`pages.py` holds the files of the page and what it may do, `keys.py` and `gate.py` say who may come in,
`bridge.py` joins a tab with a language server of its own, and `serving.py` opens the port and closes it.
Nothing here is imported by `meno lsp`.
"""
