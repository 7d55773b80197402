"""The files of the page, read once at the start, and what a browser lets them do.

A request names one of the files that were read or nothing: no path is ever joined with another. The page may
load its own script and style and speak to its own port; there is no way to any other host.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
NOT_BUILT = (
    "The playground's page is not built yet. Run ./scripts/build-playground once (it needs Node.js 20 with "
    "npm); a Meno that was installed from its wheel has the page."
)
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_NONCE = b"__NONCE__"
_NEEDED = {"index.html", "playground.js", "playground.css"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class NotBuiltError(Exception):
    """The page is not there; the message says how to make it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its bytes and all its headers."""

    body: bytes
    headers: dict[str, str]


class Pages:
    """The page's files by their addresses."""

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            self._files = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in _TYPES}
        except OSError:
            raise NotBuiltError(NOT_BUILT) from None
        if not _NEEDED.issubset(self._files):
            raise NotBuiltError(NOT_BUILT)

    def at(self, address: str, host: str) -> Page | None:
        """What a browser is given for an address on a host that the gate let through."""
        name = address.partition("?")[0].removeprefix("/") or "index.html"
        body = self._files.get(name)
        if body is None:
            return None
        # The editor makes its style sheet at run time; the nonce is how it may.
        nonce = secrets.token_urlsafe(16)
        if name == "index.html":
            body = body.replace(_NONCE, nonce.encode())
        headers = {"Content-Type": _TYPES[Path(name).suffix], **_HEADERS}
        headers["Content-Security-Policy"] = policy(host, nonce)
        return Page(body, headers)


def policy(host: str, nonce: str) -> str:
    """What the page may do: its own files, its own port, and nothing that stands in the page as text."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self'",
            "font-src 'self'",
            f"connect-src 'self' ws://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
