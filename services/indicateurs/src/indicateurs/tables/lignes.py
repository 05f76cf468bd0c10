"""Les lignes que chaque indicateur compte : une par unité, en SQL."""

from typing import Final

from indicateurs import domain

# Columns of every line: the day that puts it in a cohort, counted or not, unknown or not, what to
# tell apart, days waited and whether the wait is over, the event of the denominator, and the day
# and the event of the numerator.
COLONNES: Final = "(le, compte, inconnu, detail, jours, finie, source, id, le_n, source_n, id_n)"


def dans_la_cohorte(unite: str) -> str:
    """Ce que dit une cohorte d’une unité, et du parcours `p` où elle est."""
    return (
        f"{unite}.le >= cast(:debut as date) and {unite}.le < cast(:fin as date)"
        f" and (cast(:axe as int) is null or {unite}.axe = :axe)"
        f" and (cast(:public as text) is null or :public = any (p.publics))"
    )


# The horizon is counted in months of the cohort: its last day is the last of a month.
_HORIZON: Final = "date_trunc('month', {0}.le) + make_interval(months => :horizon + 1)"


_ACCES: Final = """
    select o.le, e.id is not null, false, null::text, null::int, null::bool,
           o.source, o.id, e.le, e.source, e.id
      from (select distinct on (personne) * from orientations
             order by personne, le, source, id) o
      join parcours p using (parcours)
      left join lateral (
        select e.le, e.source, e.id from entrees e
         where e.personne = o.personne and e.le >= o.le and e.le < {horizon_o}
         order by e.le, e.source, e.id limit 1) e on true
     where {orientees}
       and (e.id is not null or not exists (
             select from sorties d
              where d.personne = o.personne and d.nature = 'DECES'
                and d.le >= o.le and d.le < {horizon_o}))
"""
_ABANDON: Final = """
    select s.le, s.nature in ('ABANDON', 'EXCLUSION'), s.nature = 'NON_COMMUNIQUE',
           case s.nature when 'ABANDON' then coalesce(s.motif_abandon, 'NON_COMMUNIQUE')
                         when 'EXCLUSION' then 'EXCLUSION' end,
           null::int, null::bool, s.source, s.id, s.le, s.source, s.id
      from sorties s join parcours p using (parcours)
     where {sorties}
"""
_CERTIFICATION: Final = """
    select s.le, coalesce(c.resultat = 'TOTALE', false),
           coalesce(c.resultat, 'NON_COMMUNIQUE') = 'NON_COMMUNIQUE' and s.nature not in
             ('ABANDON', 'EXCLUSION', 'INTERRUPTION_OF', 'TRANSFERT', 'DECES'),
           c.resultat, null::int, null::bool, s.source, s.id, c.le, c.source, c.id
      from sorties s join parcours p using (parcours)
      left join lateral (
        select c.* from certifications c
         where c.parcours = s.parcours and c.etape = s.etape
           and c.le <= s.le + make_interval(months => :horizon)
         order by c.resultat = 'TOTALE' desc, c.resultat = 'PARTIELLE' desc,
                  c.resultat = 'NON_COMMUNIQUE', c.le desc, c.source, c.id limit 1) c on true
     where s.type_etape = 'CERTIFIANT' and {sorties}
"""
# The last day of a contract is worked: from the 1st to the 31st, it lasts a month.
_EMPLOI: Final = """
    select s.le, coalesce(j.compte, false),
           j.id is null and s.nature <> 'DECES' and not exists (
             select from entrees e
              where e.personne = s.personne and e.le >= s.le and e.le < {horizon_s}),
           case when j.compte and j.durable then 'DURABLE' end,
           null::int, null::bool, s.source, s.id, j.le, j.source, j.id
      from (select distinct on (parcours) * from sorties
             order by parcours, le desc, source desc, id desc) s
      join parcours p using (parcours)
      left join lateral (
        select j.*, j.le >= date_trunc('month', s.le) + interval '1 month' and (
                 coalesce(j.heures_hebdo * 52 / 12 > :heures, false)
                 or j.type_contrat = any (:dure_un_mois)
                 or coalesce(j.fin_le + 1 >= j.le + interval '1 month', false)) as compte,
               j.type_contrat = any (:durable)
                 or coalesce(j.fin_le + 1 >= j.le + interval '6 months', false) as durable
          from emplois j
         where j.personne = s.personne and j.le >= date_trunc('month', s.le)
           and j.le < {horizon_s}
         order by compte desc, durable desc, j.le, j.source, j.id limit 1) j on true
     where {sorties}
"""
# What follows an exit: the next étape, entered (e) or only prescribed (n), and a job (j). The next
# étape is one entered or prescribed since this one was; it may be entered before the exit.
_SUITES: Final = """
      from sorties s join parcours p using (parcours)
      left join entrees d on d.parcours = s.parcours and d.etape = s.etape
      left join orientations r on r.parcours = s.parcours and r.etape = s.etape
      left join lateral (
        select e.le, e.source, e.id, greatest(e.le, s.le) as fin
          from entrees e
          left join sorties f on f.parcours = e.parcours and f.etape = e.etape
         where e.personne = s.personne and (e.parcours, e.etape) <> (s.parcours, s.etape)
           and (e.le >= s.le or e.le > d.le and (f.le is null or f.le > s.le))
         order by e.le, e.source, e.id limit 1) e on true
      left join lateral (
        select o.le from orientations o
         where o.personne = s.personne and (o.parcours, o.etape) <> (s.parcours, s.etape)
           and o.le >= coalesce(r.le, d.le, s.le)
           and not exists (select from entrees e where e.parcours = o.parcours
                              and e.etape = o.etape and e.le < s.le)
         order by o.le limit 1) n on true
      left join lateral (
        select greatest(j.le, s.le) as fin from emplois j
         where j.personne = s.personne and j.le >= date_trunc('month', s.le)
         order by j.le limit 1) j on true
"""
_DELAI: Final = """
    select s.le, a.finie and a.jours <= :sans_couture,
           not a.finie and a.jours < :sans_couture,
           case when a.emploi then 'EMPLOI' when not a.finie then 'EN_ATTENTE' end,
           a.jours, a.finie, s.source, s.id, e.le, e.source, e.id
      {suites}
      cross join lateral (
        select coalesce(e.fin <= coalesce(j.fin, 'infinity'), false) as finie,
               coalesce(j.fin < coalesce(e.fin, 'infinity'), false) as emploi,
               case when e.fin <= coalesce(j.fin, 'infinity') then e.fin
                    else coalesce(j.fin, greatest(cast(:arret as date), s.le)) end as fin) f
      cross join lateral (
        select f.finie, f.emploi, f.fin - s.le - (
          select coalesce(sum(upper(jours) - lower(jours)), 0)::int
            from (select unnest(range_agg(
                           daterange(u.le, least(u.fin_le, f.fin)) * daterange(s.le, f.fin)))
                    from suspensions u
                   where u.personne = s.personne and u.le < f.fin) suspendus (jours)) as jours) a
     where s.nature <> 'DECES' and (e.le is not null or n.le is not null) and {sorties}
"""
_COUTURES: Final = """
    select s.le, a.seule and a.seuil <= cast(:arret as date),
           a.seule and a.seuil > cast(:arret as date),
           null::text, null::int, null::bool, s.source, s.id, null::date, null::text, null::text
      {suites}
      cross join lateral (
        select s.le + cast(:sans_couture as int) as seuil,
               least(e.fin, n.le, j.fin, 'infinity') > s.le + cast(:sans_couture as int) as seule) a
     where s.nature <> 'DECES' and {sorties}
"""
_ENTREES: Final = """
    select e.le, {compte}, {inconnu}, null::text, null::int, null::bool,
           e.source, e.id, e.le, e.source, e.id
      from entrees e join parcours p using (parcours)
     where {entrees}
"""
_PREMIERE: Final = """(e.le, e.source, e.id) = (
             select a.le, a.source, a.id from entrees a where a.parcours = e.parcours
              order by a.le, a.source, a.id limit 1)"""


def _dire(modele: str, **change: str) -> str:
    return modele.format(
        suites=_SUITES.strip(),
        horizon_o=_HORIZON.format("o"),
        horizon_s=_HORIZON.format("s"),
        orientees=dans_la_cohorte("o"),
        sorties=dans_la_cohorte("s"),
        entrees=dans_la_cohorte("e"),
        **change,
    )


LIGNES: Final[dict[str, str]] = {
    domain.ABANDON.nom: _dire(_ABANDON),
    domain.CERTIFICATION.nom: _dire(_CERTIFICATION),
    domain.DELAI_ENTRE_ETAPES.nom: _dire(_DELAI),
    domain.COUTURES_OUVERTES.nom: _dire(_COUTURES),
    domain.AES.nom: _dire(
        _ENTREES, compte="coalesce(e.nouveau_plan, false)", inconnu="e.nouveau_plan is null"
    ),
    domain.PARCOURS_ENGAGES.nom: _dire(_ENTREES, compte=_PREMIERE, inconnu="false"),
    **{i.nom: _dire(_ACCES) for i in (domain.ACCES_3M, domain.ACCES_6M, domain.ACCES_12M)},
    **{i.nom: _dire(_EMPLOI) for i in (domain.EMPLOI_6M, domain.EMPLOI_12M)},
}
