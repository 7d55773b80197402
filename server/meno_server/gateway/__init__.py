"""Meno as a service for a course, a lab or a company: the same analysis over HTTP, with keys and limits.

`application.py` makes the HTTP application, `workers.py` says what it asks of those who do the work, and
`local.py` does it with processes of this machine. Needs the extra `gateway`; nothing outside this package
imports it before somebody runs `meno serve` or `meno keys`. No code that was sent is ever written down:
tests/gateway/test_nothing_is_kept.py looks for it in every table and file.
"""
