"""What the model is trained on: correct code, and real mistakes with their corrections.

`sources` finds code and its licence, `reading` takes functions and scripts from it, `variants` rewrites some
of them as beginners would, `histories` and `fixes` mine corrections from git, `deduplication` keeps copies
and evaluation programs out, `snippets` stores it all.
"""
