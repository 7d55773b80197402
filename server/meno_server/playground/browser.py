"""Opening a browser with the page: one with windows only, since one of text would take the terminal."""

from __future__ import annotations

import contextlib
import threading
import webbrowser


def open_in_browser(address: str) -> None:
    """Opens the address if there is a browser for it; says nothing if there is none."""
    threading.Thread(target=_open, args=(address,), daemon=True).start()


def _open(address: str) -> None:
    with contextlib.suppress(webbrowser.Error, OSError):
        browser = webbrowser.get()
        # This very class is for programs that take the terminal, such as w3m; others derive from it.
        if type(browser) is not webbrowser.GenericBrowser:
            browser.open(address)
