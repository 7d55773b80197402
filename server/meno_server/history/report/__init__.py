"""The learner's patterns as one self-contained page: for a browser, and for the panels of editors."""

from meno_server.history.report.page import PAGE_COMMANDS, report

__all__ = ["PAGE_COMMANDS", "report"]
