"""Keys from an editor's secret storage: `meno/tutorKey` hands one over, and it stays in memory.

The request is `{provider, baseUrl?, key}`; without a key, the one that was handed over is forgotten. The
answer is `{accepted}` and names the host that the key will be sent to, and no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer

METHOD = "meno/tutorKey"
LONGEST_KEY = 1000


def register(server: MenoServer) -> None:
    """Registers the handler of this concern."""
    session = server.session

    @server.feature(METHOD)
    def tutor_key(params: Any) -> dict[str, Any]:
        """Keeps the key for the host of that provider or address."""
        from meno_model.tutor import Endpoint

        provider, base_url, key = (getattr(params, name, None) for name in ("provider", "baseUrl", "key"))
        address = base_url if isinstance(base_url, str) else None
        endpoint = Endpoint(str(provider or "compatible"), address, "")
        fits = key is None or (isinstance(key, str) and len(key) <= LONGEST_KEY and key.isascii())
        if not endpoint.is_address or not fits:
            return {"accepted": False}
        session.tutor_keys.hand_over(endpoint.host, key)
        return {"accepted": True, "host": endpoint.host}
