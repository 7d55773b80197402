"""The OpenAPI document: what FastAPI finds, with the bodies, the key, and the problems that can happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from meno_server import __version__
from meno_server.gateway.problems import BROKEN, MEDIA_TYPE
from meno_server.gateway.schemas import requests
from meno_server.gateway.schemas.answers import Problem

TITLE = "Meno gateway"
DESCRIPTION = (
    "Meno's analysis of Python code as a service: findings that hint and do not tell. Code that is sent is "
    "held in memory until its answer is made, and kept nowhere. Every address is also there without "
    "`/api/v1`."
)
OPEN = ("/categories", "/health", "/health/live", "/health/ready")
"""What needs no key."""
_TEMPLATE = "#/components/schemas/{model}"
_KEY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `meno keys create`, as `Authorization: Bearer meno_…`.",
    },
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
}


def document_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What makes the document, once."""

    def make() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _finished(
                get_openapi(
                    title=TITLE, version=__version__, description=DESCRIPTION, routes=app.routes, servers=[]
                )
            )
        return app.openapi_schema

    return make


def _finished(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    forms = [form for form in vars(requests).values() if _is_form(form)]
    _, made = models_json_schema(
        [(form, "validation") for form in forms], ref_template=_TEMPLATE, by_alias=True
    )
    schemas |= made["$defs"]
    _, made = models_json_schema([(Problem, "serialization")], ref_template=_TEMPLATE)
    schemas |= made["$defs"]
    components["securitySchemes"] = _KEY
    # FastAPI's own form of errors is never sent.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, methods in document["paths"].items():
        for told in methods.values():
            _finish(told, needs_key=not path.endswith(OPEN))
    return document


def _finish(told: dict[str, Any], *, needs_key: bool) -> None:
    told.pop("x-meno-form", None)
    told["security"] = [{"bearer": []}, {"header": []}] if needs_key else []
    told["responses"].setdefault(str(BROKEN.status), {"description": BROKEN.title})
    for status, response in told["responses"].items():
        content = response.get("content", {})
        of_health = (
            content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("HealthAnswer")
        )
        if int(status) >= 400 and not of_health:
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": _TEMPLATE.format(model="Problem")}}}
            if status in ("429", "503"):
                response["headers"] = {
                    "Retry-After": {"schema": {"type": "integer"}, "description": "In so many seconds."}
                }


def _is_form(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == requests.__name__
