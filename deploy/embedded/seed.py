"""The organisations and the people of the demo, and the keys that open its doors."""

import json
import secrets
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from deploy.embedded.files import write_json
from deploy.embedded.jars import HERE
from kit.access import Access
from kit.db import engine

_ADVISER = ("evenements:ecrire", "parcours:lire", "personnes:lire", "abonnements:gerer")
_PARTNER = ("evenements:ecrire", "parcours:lire", "abonnements:gerer")
SCOPES = {
    "mission_locale": _ADVISER,
    "cap_emploi": _ADVISER,
    "france_travail": _ADVISER,
    "organisme_formation": _PARTNER,
    "comite_passerelle": _PARTNER,
    "region": ("indicateurs:lire",),
    "exploitation": (),  # its people have a page, and no partner's route
}


class Secrets:
    """What is drawn once for a stack, and kept with its data."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            drawn = {name: secrets.token_urlsafe(32) for name in ("service_key", "platform_key")}
            write_json(file, {**drawn, "keys": {}})
        content = json.loads(file.read_text("utf-8"))
        self.service_key: str = content["service_key"]
        self.platform_key: str = content["platform_key"]
        self.keys: dict[str, str] = content["keys"]

    def keep(self, siret: str, key: str) -> None:
        self.keys[siret] = key
        write_json(
            self._file,
            {
                "service_key": self.service_key,
                "platform_key": self.platform_key,
                "keys": self.keys,
            },
        )


async def seed(access_database_url: str, kept: Secrets) -> list[dict[str, Any]]:
    """Make the organisations, people and keys that are missing; tell all as a script reads it."""
    db = engine(access_database_url)
    access = Access(db, SecretStr(kept.platform_key))
    told = []
    try:
        for one in json.loads((HERE / "organisations.json").read_text("utf-8")):
            organisation = await access.create_organisation(one["siret"], one["nom"], one["role"])
            for name, function in one["personnes"].items():
                await access.create_person(name, function, organisation)
            if one["siret"] not in kept.keys:
                key = await access.create_key(organisation, SCOPES[one["role"]])
                kept.keep(one["siret"], key)
            told.append(
                {
                    "nom": one["nom"],
                    "role": one["role"],
                    "source": organisation.source,
                    "cle": kept.keys[one["siret"]],
                    "personnes": list(one["personnes"]),
                }
            )
    finally:
        await db.dispose()
    return told
