"""Ce que chaque indicateur compte : une ligne par unité, avec l’événement qui l’y met.

Un chiffre, sa série par mois et la liste de ses événements sont trois lectures des mêmes lignes :
ils ne peuvent pas se contredire.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicateurs import domain
from indicateurs.domain import Cohorte, Indicateur

# Columns of every line: month of the cohort, counted or not, unknown or not, what to tell apart,
# days waited and whether the wait is over, the event of the denominator and of the numerator.
_ACCES: Final = """
    select date_trunc('month', o.le)::date as mois, e.id is not null as compte, false as inconnu,
           null::text as detail, null::int as jours, null::bool as finie,
           o.source, o.id, e.source as source_n, e.id as id_n
      from (select distinct on (p.personne) p.personne, p.publics, o.*
              from orientations o join parcours p using (parcours)
             order by p.personne, o.le, o.source, o.id) o
      left join lateral (
        select e.source, e.id from entrees e join parcours q using (parcours)
         where q.personne = o.personne and e.le >= o.le
           and e.le < date_trunc('month', o.le) + make_interval(months => :horizon + 1)
         order by e.le, e.source, e.id limit 1) e on true
     where {cohorte_o}
"""
_ABANDON: Final = """
    select date_trunc('month', s.le)::date, s.nature in ('ABANDON', 'EXCLUSION'),
           s.nature = 'NON_COMMUNIQUE',
           case s.nature when 'ABANDON' then coalesce(s.motif_abandon, 'NON_COMMUNIQUE')
                         when 'EXCLUSION' then 'EXCLUSION' end,
           null::int, null::bool, s.source, s.id, s.source, s.id
      from sorties s join parcours p using (parcours)
     where {cohorte_s}
"""
_CERTIFICATION: Final = """
    select date_trunc('month', s.le)::date, coalesce(c.resultat = 'TOTALE', false),
           coalesce(c.resultat, 'NON_COMMUNIQUE') = 'NON_COMMUNIQUE', c.resultat,
           null::int, null::bool, s.source, s.id, c.source, c.id
      from sorties s join parcours p using (parcours)
      left join lateral (
        select c.* from certifications c
         where c.parcours = s.parcours and c.etape = s.etape
           and c.le <= s.le + make_interval(months => :horizon)
         order by c.resultat = 'TOTALE' desc, c.resultat = 'PARTIELLE' desc,
                  c.resultat = 'NON_COMMUNIQUE', c.le desc, c.source, c.id limit 1) c on true
     where s.type_etape = 'CERTIFIANT' and {cohorte_s}
"""
_EMPLOI: Final = """
    select date_trunc('month', s.le)::date, coalesce(j.compte, false),
           j.id is null and not exists (
             select from entrees e join parcours q using (parcours)
              where q.personne = s.personne and e.le >= s.le
                and e.le < date_trunc('month', s.le) + make_interval(months => :horizon + 1)),
           case when j.durable then 'DURABLE' end,
           null::int, null::bool, s.source, s.id, j.source, j.id
      from (select distinct on (p.personne) p.personne, p.publics, s.*
              from sorties s join parcours p using (parcours)
             order by p.personne, s.le desc, s.source desc, s.id desc) s
      left join lateral (
        select j.*, j.le >= date_trunc('month', s.le) + interval '1 month' and (
                 coalesce(j.heures_hebdo * :semaines > :heures, false)
                 or j.type_contrat = any (:dure_un_mois)
                 or coalesce(j.fin_le >= j.le + interval '1 month', false)) as compte,
               j.type_contrat in ('CDI', 'CDD_6_MOIS_ET_PLUS')
                 or coalesce(j.fin_le >= j.le + interval '6 months', false) as durable
          from emplois j join parcours q using (parcours)
         where q.personne = s.personne and j.le >= s.le
           and j.le < date_trunc('month', s.le) + make_interval(months => :horizon + 1)
         order by compte desc, durable desc, j.le, j.source, j.id limit 1) j on true
     where {cohorte_s}
"""
_DELAI: Final = """
    select date_trunc('month', s.le)::date,
           coalesce(e.le - s.le <= :sans_couture, false), false, null::text,
           coalesce(e.le, greatest(cast(:arret as date), s.le)) - s.le, e.le is not null,
           s.source, s.id, e.source, e.id
      from (select s.*, p.personne, p.publics from sorties s join parcours p using (parcours)) s
      left join lateral (
        select e.le, e.source, e.id from entrees e join parcours q using (parcours)
         where q.personne = s.personne and e.le >= s.le and e.etape <> s.etape
         order by e.le, e.source, e.id limit 1) e on true
      left join lateral (
        select min(j.le) as le from emplois j join parcours q using (parcours)
         where q.personne = s.personne and j.le >= s.le) j on true
     where s.nature <> 'DECES' and {cohorte_s}
       and (j.le is null or e.le <= j.le)
"""
_LIGNES: Final[dict[str, str]] = {
    domain.ABANDON.nom: _ABANDON,
    domain.CERTIFICATION.nom: _CERTIFICATION,
    domain.DELAI_ENTRE_ETAPES.nom: _DELAI,
    **{i.nom: _ACCES for i in (domain.ACCES_3M, domain.ACCES_6M, domain.ACCES_12M)},
    **{i.nom: _EMPLOI for i in (domain.EMPLOI_6M, domain.EMPLOI_12M)},
}
_COHORTE: Final = (
    "{t}.le >= cast(:debut as date) and {t}.le < cast(:fin as date)"
    " and (cast(:axe as int) is null or {t}.axe = :axe)"
    " and (cast(:public as text) is null or :public = any ({p}.publics))"
)
_COLONNES: Final = "(mois, compte, inconnu, detail, jours, finie, source, id, source_n, id_n)"


async def lire_comptes(
    tx: AsyncConnection, indicateur: Indicateur, cohorte: Cohorte, arret: date
) -> Sequence[Any]:
    """Par mois de cohorte et par détail : combien, combien comptent, combien sont inconnus."""
    requete = (
        f"select mois, detail, count(*) as nombre, count(*) filter (where compte) as comptes,"  # noqa: S608 - the text is above
        f" count(*) filter (where inconnu) as inconnus from ({{lignes}}) l {_COLONNES}"
        f" group by mois, detail order by mois, detail"
    )
    return await _lire(tx, requete, indicateur, cohorte, arret)


async def lire_attentes(
    tx: AsyncConnection, indicateur: Indicateur, cohorte: Cohorte, arret: date
) -> list[tuple[int, bool]]:
    """Les attentes en jours, et si elles sont finies."""
    requete = f"select jours, finie from ({{lignes}}) l {_COLONNES}"  # noqa: S608
    return [tuple(ligne) for ligne in await _lire(tx, requete, indicateur, cohorte, arret)]


async def lire_evenements(
    tx: AsyncConnection, indicateur: Indicateur, cohorte: Cohorte, arret: date
) -> Sequence[Any]:
    """Chaque unité : l’événement qui la met au dénominateur, celui qui la met au numérateur."""
    requete = (
        f"select l.compte, l.inconnu, d.source, d.id, d.type, d.survenu_le, d.enregistre_le,"  # noqa: S608
        f" d.parcours, n.source as source_n, n.id as id_n, n.type as type_n,"
        f" n.survenu_le as survenu_le_n from ({{lignes}}) l {_COLONNES}"
        f" join evenements d on d.source = l.source and d.id = l.id"
        f" left join evenements n on n.source = l.source_n and n.id = l.id_n and l.compte"
        f" order by d.survenu_le, d.source, d.id"
    )
    return await _lire(tx, requete, indicateur, cohorte, arret)


async def lire_publics(tx: AsyncConnection, debut: date, fin: date) -> Sequence[Any]:
    """Les entrées par public, à l’ouverture du parcours, et par type d’étape."""
    requete = text(
        "select u.public, e.type_etape, count(*) as nombre from entrees e"
        " join parcours p using (parcours) cross join lateral unnest(p.publics) u (public)"
        " where e.le >= :debut and e.le < :fin group by 1, 2"
        " union all select null, type_etape, count(*) from entrees"
        " where le >= :debut and le < :fin group by 2"
    )
    return (await tx.execute(requete, {"debut": debut, "fin": domain.mois_suivant(fin)})).all()


async def lire_aes(tx: AsyncConnection, annee: int) -> Sequence[Any]:
    """Les entrées dans un nouveau plan de formation, par mois de l’année."""
    requete = text(
        "select date_trunc('month', le)::date as mois, count(*) as nombre from entrees"
        " where nouveau_plan and extract(year from le) = :annee group by 1 order by 1"
    )
    return (await tx.execute(requete, {"annee": annee})).all()


async def _lire(
    tx: AsyncConnection, requete: str, indicateur: Indicateur, cohorte: Cohorte, arret: date
) -> Sequence[Any]:
    parametres = {
        "debut": cohorte.debut,
        "fin": domain.mois_suivant(cohorte.fin),
        "axe": cohorte.axe,
        "public": cohorte.public,
        "horizon": indicateur.horizon_mois,
        "semaines": domain.SEMAINES_PAR_MOIS,
        "heures": domain.HEURES_PAR_MOIS,
        "dure_un_mois": sorted(domain.DURE_UN_MOIS),
        "sans_couture": domain.SANS_COUTURE,
        "arret": arret,
    }
    clause = _clause(requete, indicateur)
    utiles: Mapping[str, object] = {nom: parametres[nom] for nom in clause.compile().params}
    return (await tx.execute(clause, dict(utiles))).all()


def _clause(requete: str, indicateur: Indicateur) -> TextClause:
    lignes = _LIGNES[indicateur.nom]
    publics = "o" if lignes is _ACCES else "p" if lignes in {_ABANDON, _CERTIFICATION} else "s"
    cohortes = {
        "cohorte_o": _COHORTE.format(t="o", p="o"),
        "cohorte_s": _COHORTE.format(t="s", p=publics),
    }
    return text(requete.format(lignes=lignes.format(**cohortes)))
