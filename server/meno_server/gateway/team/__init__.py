"""What a class stumbles over, without anybody in it being seen: contributions in, noisy counts out, once a
week.

`privacy.py` is the mechanism, `store.py` the tables, `routes.py` the addresses, `page.py` the instructors'
page. docs/team.md says what it promises and what it does not.
"""
