"""Ce qu’est une liste de codes."""

from enum import StrEnum
from typing import Any, Self

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Liste(StrEnum):
    """Un code et son libellé."""

    libelle: str

    def __new__(cls, code: str, libelle: str) -> Self:
        membre = str.__new__(cls, code)
        membre._value_ = code
        membre.libelle = libelle
        return membre

    @classmethod
    def __get_pydantic_json_schema__(
        cls,
        schema: CoreSchema,
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        """Publier chaque code avec son libellé."""
        codes = "\n".join(f"- {membre} : {membre.libelle}" for membre in cls)
        return handler(schema) | {"description": f"{cls.__doc__}\n\n{codes}"}
