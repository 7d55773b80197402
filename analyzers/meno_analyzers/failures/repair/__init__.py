"""The search for the smallest change that makes failing cases pass: small edits at suspect lines, best first,
each one run. `operators/` proposes them, `search.py` runs them, `verifying.py` believes none that it did
not see."""
