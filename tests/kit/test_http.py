import json as stdlib
import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from tests.kit.http_parts import NIR, a_client, a_service

SERVICE = a_service()
A_THING = {"name": "x", "day": "2026-03-02"}
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(SERVICE) as client:
        yield client


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["code"], error["pointeur"]) for error in answer.json()["erreurs"]]


async def test_a_good_document_goes_through(http: httpx.AsyncClient):
    answer = await http.post("/v1/things", json=A_THING)

    assert answer.status_code == 201
    assert answer.json()["name"] == "x"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "traceparent" not in answer.headers


async def test_every_fault_of_a_document_is_named_with_its_place(http: httpx.AsyncClient):
    bad = {
        "name": "x" * 11,
        "at": "yesterday",
        "size": -1,
        "owner": "x",
        "nir": NIR,
        "parts": [{"shape": "disc"}, {"shape": "cube"}, {"radius": 1}, 3],
    }

    answer = await http.post("/v1/things", json=bad)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "fr"
    problem = answer.json()
    assert re.fullmatch(r"urn:accuse:[0-9a-f-]{36}", problem.pop("instance"))
    del problem["erreurs"]
    assert problem == {
        "type": "http://service.test/problemes/demande-invalide",
        "title": "Demande invalide",
        "status": 422,
        "detail": "11 champs à corriger",
        "code": "DEMANDE_INVALIDE",
    }
    assert sorted(_errors(answer), key=lambda error: error[1]) == [
        ("FORMAT_DATE", "/at"),
        ("CHAMP_MANQUANT", "/day"),
        ("TEXTE_TROP_LONG", "/name"),
        ("CHAMP_INCONNU", "/nir"),
        ("FORMAT_UUID", "/owner"),
        ("FORMAT_NOMBRE", "/owner"),
        ("CHAMP_MANQUANT", "/parts/0/radius"),
        ("TYPE_INCONNU", "/parts/1/shape"),
        ("CHAMP_MANQUANT", "/parts/2/shape"),
        ("FORMAT_OBJET", "/parts/3"),
        ("HORS_BORNES", "/size"),
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", ""),
        (b'{"name": "x", "name": "y"}', "/name"),
        (b'{"size": NaN}', "/size"),
        (b'{"size": 1e400}', "/size"),
        (b'{"size": 9007199254740993}', "/size"),
        (b'{"name": "\\ud800"}', "/name"),
        (b'{"name": "\\u0000"}', "/name"),
        (b'\xef\xbb\xbf{"name": "x"}', ""),
        (b'{"name": "\xff"}', ""),
        (b"[" * 50_000, ""),
    ],
)
async def test_json_is_read_strictly(http: httpx.AsyncClient, body: bytes, pointer: str):
    answer = await http.post("/v1/things", content=body, headers=JSON)

    assert answer.status_code == 400
    assert answer.json()["code"] == "JSON_INVALIDE"
    assert _errors(answer) == [("JSON_INVALIDE", pointer)]


@given(st.binary(max_size=60) | st.text().map(str.encode))
async def test_no_body_breaks_anything(body: bytes):
    async with a_client(SERVICE) as http:
        answer = await http.post("/v1/things", content=body, headers=JSON)

    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/xml", "application/json; charset=latin1", "json", "é"],
)
async def test_another_format_is_not_guessed(http: httpx.AsyncClient, content_type: str | None):
    headers = {b"content-type": content_type.encode()} if content_type else {}
    answer = await http.post("/v1/things", content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "FORMAT_NON_PRIS")


@pytest.mark.parametrize(
    "content_type",
    ["application/json; Charset=UTF-8", "application/vnd.x+json", "APPLICATION/JSON"],
)
async def test_json_has_many_names(http: httpx.AsyncClient, content_type: str):
    body = stdlib.dumps(A_THING).encode()
    answer = await http.post("/v1/things", content=body, headers={"content-type": content_type})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "INTROUVABLE"),
        ("GET", "/v1/things/", 404, "INTROUVABLE"),
        ("GET", "/v1/things/not-a-uuid", 404, "INTROUVABLE"),
        ("GET", "/v1/things/%00", 404, "INTROUVABLE"),
        ("DELETE", "/v1/things", 405, "METHODE_NON_PERMISE"),
        ("OPTIONS", "/v1/things", 405, "METHODE_NON_PERMISE"),
        ("GET", "/v1/full", 409, "SESSION_COMPLETE"),
        ("GET", f"/v1/things/{UUID(int=7)}?depuis=demain", 422, "DEMANDE_INVALIDE"),
        ("GET", f"/v1/things/{UUID(int=7)}?depuis=%00", 422, "DEMANDE_INVALIDE"),
        ("GET", "/v1/mine", 401, "CLE_INVALIDE"),
        ("GET", "/v1/broken?value=x", 500, "ERREUR_INTERNE"),
        ("GET", "/v1/database", 503, "INDISPONIBLE"),
        ("GET", "/interne/journal/tetes", 404, "INTROUVABLE"),
        ("GET", "/docs", 404, "INTROUVABLE"),
    ],
)
async def test_every_failure_has_one_form(
    http: httpx.AsyncClient, method: str, path: str, status: int, code: str
):
    answer = await http.request(method, path)

    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.keys() >= {"type", "title", "detail", "instance"}
    assert "access-control-allow-origin" not in answer.headers


async def test_failures_come_with_the_headers_of_their_status(http: httpx.AsyncClient):
    assert (await http.delete("/v1/things")).headers["allow"] == "POST"
    assert (await http.get("/v1/mine")).headers["www-authenticate"] == "Bearer"
    assert (await http.get("/v1/database")).headers["retry-after"] == "2"


async def test_a_refusal_adds_its_members_and_says_this_case(http: httpx.AsyncClient):
    problem = (await http.get("/v1/full")).json()

    assert problem["places"] == 0
    assert problem["detail"] == "La session est complète."


async def test_a_parameter_at_fault_is_named_as_one_writes_it(http: httpx.AsyncClient):
    answer = await http.get(f"/v1/things/{uuid4()}?depuis=demain")

    assert _errors(answer) == [("FORMAT_DATE", "?depuis")]


async def test_a_problem_leads_to_its_explanation(http: httpx.AsyncClient):
    problem = (await http.get("/nowhere")).json()

    explanation = await http.get(problem["type"])

    assert explanation.json() == {"title": "Introuvable", "status": 404}


async def test_a_browser_is_shown_a_page(http: httpx.AsyncClient):
    answer = await http.get("/nowhere", headers={"accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == "fr"
    assert "<h1>Introuvable</h1>" in answer.text


async def test_forms_are_bounded_like_the_rest(http: httpx.AsyncClient):
    assert (await http.post("/form", data={"name": "é"})).json() == "é"
    for body, status in ((b"name=%00", 422), (b"name=" + b"x" * 11, 422), (b"name=\xff%FF", 200)):
        assert (await http.post("/form", content=body, headers=FORM)).status_code == status
    multipart = await http.post("/form", files={"name": b"x"})
    assert multipart.status_code == 415


async def test_a_service_says_how_it_fares(http: httpx.AsyncClient):
    assert (await http.get("/sante")).json() == {"etat": "vivant"}
    ready = await http.get("/pret")
    await http.post("/v1/things", json=A_THING)
    metrics = (await http.get("/metriques")).text

    assert ready.status_code == 503
    assert ready.json()["controles"] == {"base": "manque", "acces": "manque"}
    assert re.search(
        r'http_server_request_duration_seconds_count\{method="POST",route="/v1/things",'
        r'status="201"\} [1-9]',
        metrics,
    )


async def test_the_description_is_valid_and_promises_problems(http: httpx.AsyncClient):
    document = (await http.get("/openapi.json")).json()

    validate(document)
    answers = document["paths"]["/v1/things"]["post"]["responses"]
    assert answers.keys() == {"201", "4XX", "503"}
    assert answers["4XX"]["content"].keys() == {"application/problem+json"}
    assert "Successful" not in stdlib.dumps(document)
    assert not [path for path in document["paths"] if path.startswith(("/interne", "/sante"))]


def test_a_route_that_would_read_loosely_is_refused_at_the_start():
    loose = APIRouter(route_class=APIRoute)
    loose.add_api_route("/loose", lambda: None)

    with pytest.raises(TypeError, match=r"/loose: declare this route on a kit\.http\.Router"):
        a_service(loose)  # type: ignore[arg-type]
