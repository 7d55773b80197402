"""What is known about one unit: its tree, its scopes, how values flow, what types are proven.

Facts are pure functions of the unit's text; what a unit needs from the rest of the file it asks of a
`ModuleView`, which remembers the question.
"""
