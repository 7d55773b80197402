"""A small page of our own that lists the addresses; it loads nothing from anywhere."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from meno_server.gateway.routes.common import answer

router = APIRouter()
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Meno gateway</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }}
  code {{ font-size: .95em }}
  dt {{ margin-top: 1.2rem; font-weight: 600 }}
  dd {{ margin: .2rem 0 0 }}
</style>
</head>
<body>
<h1>Meno gateway</h1>
<p>{description}</p>
<p>The whole contract is <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<dl>
{rows}
</dl>
</body>
</html>
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@router.get("/openapi.json", include_in_schema=False)
async def document(request: Request) -> Response:
    """The OpenAPI document."""
    return answer(request.app.openapi())


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """The addresses, with what they are for."""
    document: dict[str, Any] = request.app.openapi()
    rows = [
        f"<dt><code>{method.upper()} {escape(path)}</code></dt><dd>{escape(told.get('description', ''))}</dd>"
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]
    page = _PAGE.format(description=escape(document["info"]["description"]), rows="\n".join(rows))
    return HTMLResponse(page, headers=_HEADERS)
