"""HTTP as all services speak it: strict at the door, one form for every failure."""

from kit.http.application import application
from kit.http.bodies import BATCH, MAX_BATCH, MAX_DOCUMENT, is_json, media_type
from kit.http.internal import ServiceOnly
from kit.http.probes import Readiness
from kit.http.problems import Document, ErrorPage, Problems, document_of, field_errors
from kit.http.refusals import Malformed, TooLarge, UnsupportedMedia
from kit.http.routing import Route, Router

__all__ = [
    "BATCH",
    "MAX_BATCH",
    "MAX_DOCUMENT",
    "Document",
    "ErrorPage",
    "Malformed",
    "Problems",
    "Readiness",
    "Route",
    "Router",
    "ServiceOnly",
    "TooLarge",
    "UnsupportedMedia",
    "application",
    "document_of",
    "field_errors",
    "is_json",
    "media_type",
]
