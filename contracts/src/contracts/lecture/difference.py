"""Ce qui diffère entre deux lectures d’un même parcours, en phrases."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.base import Reference, jour
from contracts.catalogue import Rectification
from contracts.lecture.base import Evenement, Raison
from contracts.lecture.etape import Etape
from contracts.lecture.etats import etat_pose
from contracts.lecture.phrases import (
    Nom,
    accord,
    champ_dit,
    evenement_dit,
    instant_dit,
    jour_dit,
    lu,
    moment_dit,
    valeur_dite,
)
from contracts.lecture.relecture import Relecture
from contracts.listes import Liste

_DITS_D_UNE_ETAPE = {
    "entree_prevue_le": "entrée prévue",
    "entree_le": "entrée",
    "fin_prevue_le": "fin prévue",
    "sortie_le": "sortie",
    "nature_sortie": "nature de la sortie",
    "heures_prevues": "heures prévues",
    "heures_realisees": "heures réalisées",
}


class NatureEcart(Liste):
    """Ce sur quoi deux lectures diffèrent."""

    PARCOURS = "PARCOURS", "État du parcours"
    ETAPE = "ETAPE", "Étape"
    COMPTE_EN_PLUS = "COMPTE_EN_PLUS", "Événement qui compte en plus"
    NE_COMPTE_PLUS = "NE_COMPTE_PLUS", "Événement qui ne compte plus"
    CHANGE = "CHANGE", "Événement qui dit autre chose"
    ANOMALIE = "ANOMALIE", "Anomalie"


@dataclass(frozen=True)
class Ecart:
    """Une différence, en une phrase qui nomme les événements, leurs auteurs et leurs dates."""

    nature: NatureEcart
    phrase: str
    evenements: tuple[Reference, ...] = ()


def ecarts(
    avant: Relecture, apres: Relecture, journal: Iterable[Evenement], nom: Nom
) -> list[Ecart]:
    """D’une lecture à l’autre : les états d’abord, puis les événements, puis ce qui cloche.

    `journal` : les événements des deux lectures, tels que dits. `nom` : d’une organisation.
    """
    return list(_Comparaison(avant, apres, journal, nom).ecarts())


class _Comparaison:
    def __init__(
        self, avant: Relecture, apres: Relecture, journal: Iterable[Evenement], nom: Nom
    ) -> None:
        self.avant, self.apres, self.nom = avant, apres, nom
        self.dits = {evenement.reference: evenement for evenement in journal}

    def ecarts(self) -> Iterator[Ecart]:
        yield from self._parcours()
        yield from self._etapes()
        yield from self._evenements()
        yield from self._anomalies()

    def _parcours(self) -> Iterator[Ecart]:
        avant, apres = self.avant.parcours, self.apres.parcours
        if avant.etat != apres.etat:
            phrase = (
                f"Le parcours est « {apres.etat.libelle} » au lieu de « {avant.etat.libelle} »."
            )
            yield Ecart(NatureEcart.PARCOURS, phrase)
        if avant.en_conflit != apres.en_conflit:
            est = "est" if apres.en_conflit else "n’est plus"
            yield Ecart(NatureEcart.PARCOURS, f"Le parcours {est} en conflit.")

    def _etapes(self) -> Iterator[Ecart]:
        avant = {etape.id: etape for etape in self.avant.parcours.etapes}
        apres = {etape.id: etape for etape in self.apres.parcours.etapes}
        for id_, etape in {**avant, **apres}.items():
            nom = f"L’étape « {etape.intitule or etape.type_etape.libelle} »"
            etats = [self._etat(lue.get(id_)) for lue in (avant, apres)]
            if id_ not in avant:
                phrase = f"{nom} apparaît : {etats[1][0]}."
            elif id_ not in apres:
                phrase = f"{nom} disparaît : elle était {etats[0][0]}."
            elif etats[0] != etats[1]:
                phrase = f"{nom} est {etats[1][0]}, au lieu de {etats[0][0]}."
            else:
                phrase = ""
            if phrase:
                evenements = dict.fromkeys(e for _, e in reversed(etats) if e)
                yield Ecart(NatureEcart.ETAPE, phrase, tuple(evenements))
            if id_ in avant and id_ in apres:
                yield from self._dates(nom, avant[id_], apres[id_])

    def _etat(self, etape: Etape | None) -> tuple[str, Reference | None]:
        """L’état, depuis quand, et l’événement qui l’a posé."""
        if etape is None or etape.etat is None or etape.etat_depuis is None:
            return "sans état", None
        pose = next(e for e in reversed(etape.evenements) if etat_pose(e))
        etat = f"« {etape.etat.libelle} » depuis le {jour_dit(etape.etat_depuis)}"
        return f"{etat}, d’après {evenement_dit(pose, self.nom)}", pose.reference

    def _dates(self, nom: str, avant: Etape, apres: Etape) -> Iterator[Ecart]:
        """Ce que l’étape dit d’autre que son état."""
        dits: dict[str, tuple[object, object]] = {
            dit: (getattr(apres, champ), getattr(avant, champ))
            for champ, dit in _DITS_D_UNE_ETAPE.items()
        }
        organismes = [etape.organisme and self.nom(etape.organisme) for etape in (apres, avant)]
        dits["organisme"] = organismes[0], organismes[1]
        changes = [
            f"{dit}, {self._au_lieu_de(*valeurs)}"
            for dit, valeurs in dits.items()
            if valeurs[0] != valeurs[1]
        ]
        if changes:
            yield Ecart(NatureEcart.ETAPE, f"{nom} change : {' ; '.join(changes)}.")

    def _evenements(self) -> Iterator[Ecart]:
        faits = {
            evenement.reference: evenement
            for lue in (self.avant, self.apres)
            for evenement in lue.parcours.evenements
        }
        for reference in sorted(faits, key=lambda r: (faits[r].time, faits[r].rang, r)):
            avant = self.avant.comptent.get(reference)
            apres = self.apres.comptent.get(reference)
            if avant is None and apres is not None:
                pourquoi = self._pourquoi(apres, self.avant)
                phrase = f"{self._dit(apres)} compte en plus : il {pourquoi}."
                yield Ecart(NatureEcart.COMPTE_EN_PLUS, phrase, (reference,))
            elif avant is not None and apres is None:
                pourquoi = self._pourquoi(avant, self.apres)
                phrase = f"{self._dit(avant)} ne compte plus : il {pourquoi}."
                yield Ecart(NatureEcart.NE_COMPTE_PLUS, phrase, (reference,))
            elif avant is not None and apres is not None:
                yield from self._change(avant, apres)

    def _change(self, avant: Evenement, apres: Evenement) -> Iterator[Ecart]:
        reference = apres.reference
        corrections = {**self.avant.corrections(reference), **self.apres.corrections(reference)}
        pointeurs = dict.fromkeys(p for c in corrections.values() for p in c.data.champs)
        changes = []
        for pointeur in pointeurs:
            valeur, ancienne = lu(apres.dit, pointeur), lu(avant.dit, pointeur)
            if valeur != ancienne:
                changes.append(f"{champ_dit(pointeur)}, {self._au_lieu_de(valeur, ancienne)}")
        if changes:
            causes = self._causes(reference)
            phrase = f"{self._dit(apres)} dit autre chose : {' ; '.join(changes)}"
            phrase += "".join(f". {cause[0].upper()}{cause[1:]}" for cause in causes)
            yield Ecart(NatureEcart.CHANGE, f"{phrase}.", (reference, *corrections))

    def _causes(self, reference: Reference) -> Iterator[str]:
        """Les corrections qui comptent en plus, ne comptent plus, ou disent autre chose."""
        avant, apres = self.avant.corrections(reference), self.apres.corrections(reference)
        for nouvelle in (r for r in apres if r not in avant):
            pourquoi = self._pourquoi(apres[nouvelle], self.avant)
            yield f"{self._dit(apres[nouvelle])} compte en plus : elle {pourquoi}"
        for ancienne in (r for r in avant if r not in apres):
            pourquoi = self._pourquoi(avant[ancienne], self.apres)
            yield f"{self._dit(avant[ancienne])} ne compte plus : elle {pourquoi}"
        for commune in (r for r in apres if r in avant):
            if apres[commune] != avant[commune]:
                yield from self._causes(commune)

    def _pourquoi(self, evenement: Evenement, ou: Relecture) -> str:
        """Pourquoi cet événement, qui compte dans l’autre lecture, ne compte pas dans celle-ci."""
        reference, au, e = evenement.reference, ou.parcours.au, accord(evenement)
        raison = ou.parcours.effets.sans_effet.get(reference)
        etait = "était" if ou is self.avant else "est"
        posterieur = f"est postérieur au {jour_dit(au)}"
        if reference not in ou.connus:
            inconnu = f"n’{etait} pas encore connu{e} le {moment_dit(ou.connu_le)}"
            rectifie = isinstance(evenement, Rectification)
            return (
                inconnu if rectifie or jour(evenement.time) <= au else f"{inconnu}, et {posterieur}"
            )
        if raison is Raison.ANNULE:
            return f"{etait} annulé{e} par {' et par '.join(self._annulations(reference, ou))}"
        if raison:
            return f"{etait} à part ({raison.libelle.lower()})"
        autrement = next(f for f in ou.parcours.effets.evenements if f.reference == reference)
        if autrement.time == evenement.time:
            return posterieur
        causes = "".join(f" ; {cause}" for cause in self._causes(reference))
        return f"{etait} daté du {jour_dit(autrement.time)}, après le {jour_dit(au)}{causes}"

    def _annulations(self, reference: Reference, ou: Relecture) -> Iterator[str]:
        ici = self.apres if ou is self.avant else self.avant
        for annulation in ou.parcours.effets.annulations[reference]:
            yield f"{self._dit(annulation)}, qui {self._pourquoi(annulation, ici)}"

    def _anomalies(self) -> Iterator[Ecart]:
        avant, apres = self.avant.parcours.anomalies, self.apres.parcours.anomalies
        for lue, autres, sens in ((self.apres, avant, "de plus"), (self.avant, apres, "de moins")):
            for anomalie in lue.parcours.anomalies:
                if anomalie not in autres:
                    reference = anomalie.evenements[0]
                    vise = lue.comptent.get(reference, self.dits[reference])
                    phrase = f"Une anomalie {sens}, sur {self._dit(vise)} : {anomalie.phrase}"
                    yield Ecart(NatureEcart.ANOMALIE, phrase, anomalie.evenements)

    def _dit(self, evenement: Evenement) -> str:
        return evenement_dit(evenement, self.nom)

    def _au_lieu_de(self, valeur: object, ancienne: object) -> str:
        dite, avant = valeur_dite(valeur, self.nom), valeur_dite(ancienne, self.nom)
        if isinstance(valeur, datetime) and isinstance(ancienne, datetime) and dite == avant:
            dite, avant = instant_dit(valeur), instant_dit(ancienne)
        return dite if ancienne is None else f"{dite} au lieu de {avant}"
