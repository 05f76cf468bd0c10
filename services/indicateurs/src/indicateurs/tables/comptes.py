"""Ce que chaque indicateur compte.

Un chiffre, sa série par mois et la liste de ses événements sont trois lectures des mêmes lignes :
ils ne peuvent pas se contredire.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicateurs import domain
from indicateurs.domain import Cohorte, Indicateur
from indicateurs.tables.lignes import COLONNES, LIGNES, dans_la_cohorte

_DE_CES_LIGNES: Final = f"from ({{lignes}}) l {COLONNES}"


async def lire_comptes(
    tx: AsyncConnection, indicateur: Indicateur, cohorte: Cohorte, arret: date
) -> Sequence[Any]:
    """Par mois de cohorte, par détail, par attente : combien, combien comptent ou sont inconnus."""
    requete = (
        "select date_trunc('month', le)::date as mois, detail, jours, finie, count(*) as nombre,"
        " count(*) filter (where compte) as comptes, count(*) filter (where inconnu) as inconnus"
        f" {_DE_CES_LIGNES} group by 1, 2, 3, 4"
    )
    return await _lire(tx, requete, indicateur, cohorte, arret)


async def lire_evenements(  # noqa: PLR0913 - which ones, and from where to where
    tx: AsyncConnection,
    indicateur: Indicateur,
    cohorte: Cohorte,
    arret: date,
    *,
    apres: int = 0,
    limite: int | None = None,
) -> Sequence[Any]:
    """Chaque unité : l’événement qui la met au dénominateur, celui qui la met au numérateur."""
    requete = (
        "select l.le, l.compte, l.inconnu, d.source, d.id, d.type, d.survenu_le, d.enregistre_le,"
        " d.corps->>'organisation' as organisation,"
        " l.jours, l.finie, l.le_n, n.source as source_n, n.id as id_n, n.type as type_n"
        f" {_DE_CES_LIGNES} join evenements d on d.source = l.source and d.id = l.id"
        " left join evenements n on n.source = l.source_n and n.id = l.id_n and l.compte"
        " order by l.le, l.source, l.id offset :apres limit :limite"
    )
    return await _lire(tx, requete, indicateur, cohorte, arret, apres=apres, limite=limite)


async def lire_publics(tx: AsyncConnection, cohorte: Cohorte) -> Sequence[Any]:
    """Les entrées par public, à l’ouverture du parcours, et par type d’étape."""
    requete = text(
        "select u.public as groupe, e.type_etape as case, count(*) as nombre"  # noqa: S608 - the text is above
        " from entrees e join parcours p using (parcours)"
        " cross join lateral unnest(p.publics) u (public)"
        f" where {dans_la_cohorte('e')} group by 1, 2"
    )
    return (await tx.execute(requete, _de(cohorte))).all()


async def lire_types(tx: AsyncConnection, cohorte: Cohorte) -> dict[str, int]:
    """Les entrées par type d’étape."""
    requete = text(
        "select e.type_etape, count(*) as nombre from entrees e join parcours p using (parcours)"  # noqa: S608
        f" where {dans_la_cohorte('e')} group by 1"
    )
    lignes = await tx.execute(requete, _de(cohorte))
    return {ligne.type_etape: ligne.nombre for ligne in lignes}


async def lire_motifs(tx: AsyncConnection, cohorte: Cohorte) -> Sequence[Any]:
    """Les abandons par motif et par qualification : la table du pacte."""
    requete = text(
        "select coalesce(motif_abandon, 'NON_COMMUNIQUE') as groupe,"  # noqa: S608 - the text is above
        " coalesce(qualification, 'NON_COMMUNIQUE') as case, count(*) as nombre"
        " from sorties s join parcours p using (parcours)"
        f" where nature = 'ABANDON' and {dans_la_cohorte('s')} group by 1, 2"
    )
    return (await tx.execute(requete, _de(cohorte))).all()


async def _lire(
    tx: AsyncConnection,
    requete: str,
    indicateur: Indicateur,
    cohorte: Cohorte,
    arret: date,
    **bornes: int | None,
) -> Sequence[Any]:
    parametres = {
        **_de(cohorte),
        "horizon": indicateur.horizon_mois,
        "heures": domain.HEURES_PAR_MOIS,
        "dure_un_mois": sorted(domain.DURE_UN_MOIS),
        "durable": sorted(domain.DURABLE),
        "sans_couture": domain.SANS_COUTURE,
        "arret": arret,
        **bornes,
    }
    clause, noms = _clause(requete, indicateur.nom)
    return (await tx.execute(clause, {nom: parametres[nom] for nom in noms})).all()


@cache
def _clause(requete: str, nom: str) -> tuple[TextClause, frozenset[str]]:
    """La requête sur les lignes de cet indicateur, et les paramètres qu’elle prend."""
    clause = text(requete.format(lignes=LIGNES[nom]))
    return clause, frozenset(clause.compile().params)


def _de(cohorte: Cohorte) -> dict[str, object]:
    return {
        "debut": cohorte.debut,
        "fin": domain.mois_suivant(cohorte.fin),
        "axe": cohorte.axe,
        "public": cohorte.public,
    }
