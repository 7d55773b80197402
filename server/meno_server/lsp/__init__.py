"""The language server: one small file per concern, `convert.py` the only one that is bilingual."""
