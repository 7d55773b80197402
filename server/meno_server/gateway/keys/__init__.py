"""API keys: made, shown once, kept as Argon2id hashes, checked, rotated and revoked.

`values.py` is their form, `hashing.py` what is kept of a secret, `store.py` the table, `checking.py` what a
request goes through. The command `meno keys` is in `terminal/keys.py`.
"""
