"""Who may come in where Meno listens on this machine: the playground's tabs, and one editor on a port.

Knows keys and headers and nothing of what is said once somebody is in.
"""
