"""How the history's tables came to be, step by step; run by `migrating.py`, never by hand."""
