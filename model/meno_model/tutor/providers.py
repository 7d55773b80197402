"""Who can be asked: named providers with their OpenAI-compatible addresses, and any other such server.

Every provider speaks OpenAI's chat protocol; Gemini and Anthropic do so at addresses of their own
(https://ai.google.dev/gemini-api/docs/openai, https://docs.anthropic.com/en/api/openai-sdk).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Preset:
    """A named provider: its address, and the environment variables that hold its key."""

    url: str
    key_variables: tuple[str, ...]


PRESETS = {
    "openai": Preset("https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    "gemini": Preset(
        "https://generativelanguage.googleapis.com/v1beta/openai", ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    ),
    "anthropic": Preset("https://api.anthropic.com/v1", ("ANTHROPIC_API_KEY",)),
}
COMPATIBLE = "compatible"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server and one model of it, in the order of the settings. `primary` is the first of them.

    Prices are in the learner's currency for a million tokens; 0 where nothing is paid.
    """

    provider: str
    base_url: str | None
    model: str
    primary: bool = True
    input_price: float = 0.0
    output_price: float = 0.0

    @property
    def url(self) -> str | None:
        """The address that questions go to; None if the settings name none."""
        if preset := PRESETS.get(self.provider):
            return self.base_url or preset.url
        return self.base_url if self.provider == COMPATIBLE else None

    @property
    def host(self) -> str:
        """The server's name, with its port if it has one: what a key belongs to."""
        try:
            parts = urlsplit(self.url or "")
            return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        except ValueError:
            return ""

    @property
    def is_address(self) -> bool:
        """Whether the address is one that a request can be sent to."""
        try:
            parts = urlsplit(self.url or "")
            return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            return False

    @property
    def is_preset(self) -> bool:
        """Whether this is a named provider at its own address, so that the provider's own key is its."""
        return self.provider in PRESETS and self.base_url in (None, PRESETS[self.provider].url)
