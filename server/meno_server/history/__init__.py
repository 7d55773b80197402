"""The learner's own history: which patterns of mistakes they met, and how each one ended. It stays here.

One SQLite file in the user's data directory holds days, rule ids and counts (`events.py` says exactly what).
It cannot hold code, names, file names or anything made from them: the schema refuses what is not on our own
lists. `profile.py` and `overview.py` are pure and know no database; `store.py` alone opens it, and
`recorder.py` calls it beside the loop, when nobody types.
"""
