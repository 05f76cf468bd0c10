"""Problems told beforehand: their form in OpenAPI, and where the `type` of each one leads."""

from fastapi.responses import Response

from kit import json
from kit.http.problems import Problems
from kit.http.routing import Router

_FIELD_ERROR = {"code": "CHAMP_INCONNU", "pointeur": "/data/x", "detail": "Champ non prévu"}
SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "L’accusé à citer au support."},
        "code": {"type": "string"},
        "erreurs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": list(_FIELD_ERROR),
                "properties": {name: {"type": "string"} for name in _FIELD_ERROR},
                "examples": [_FIELD_ERROR],
            },
        },
    },
}


def explain(problems: Problems) -> Router:
    router = Router()

    @router.get("/problemes/{name}", include_in_schema=False)
    async def explanation(name: str) -> Response:
        title, status = problems.problem(name.upper().replace("-", "_"))
        document = json.dumps({"title": title, "status": status})
        return Response(document, media_type="application/json")

    return router
