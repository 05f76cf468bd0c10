"""Les règles du comité passerelle."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.lecture import EtatEtape
from contracts.listes import Decision
from contracts.passerelle import EtapeVisee, Quorum
from passerelle import domain
from passerelle.domain import (
    AlternativeAttendue,
    ConditionsAttendues,
    Decider,
    DecisionDejaRendue,
    QuorumIncoherent,
    QuorumNonAtteint,
    SaisineInconnue,
    Saisir,
)
from tests.contracts import faits
from tests.contracts.faits import AUTRE_ETAPE, ETAPE, le
from tests.fabriques import (
    AUTRE_ORGANISME,
    CAP_EMPLOI,
    COMITE,
    MISSION_LOCALE,
    ORGANISME,
    siret,
    un_acte,
    une_decision_rendue,
    une_saisine,
)

DECEMBRE = date(2026, 12, 1)


def une_deliberation(**change: Any) -> Decider:
    defaut = {
        "decision": Decision.VALIDEE,
        "motivation": "Les acquis attestés suffisent pour reprendre.",
        "quorum": Quorum(presents=5, membres=7),
    }
    return Decider(**defaut | change)


def test_saisir_nomme_le_comite():
    demande = Saisir(
        parcours_id=uuid4(),
        etape_id=ETAPE,
        etape_visee=EtapeVisee(organisme_formateur={"siret": siret(AUTRE_ORGANISME)}),
        comite={"siret": siret(COMITE)},
    )

    evenement = domain.saisir(demande, acte := un_acte())

    assert evenement.data.saisine_id == acte.id
    assert evenement.subject == demande.parcours_id
    assert evenement.nommes == {COMITE, AUTRE_ORGANISME}


def test_la_decision_vient_de_la_saisine():
    saisine = une_saisine()

    evenement = domain.decider(saisine, None, une_deliberation(), un_acte(COMITE))

    assert evenement.causationid == f"urn:sanscouture:passerelle {saisine.id}"
    assert evenement.subject == saisine.parcours_id
    assert evenement.data.etape_id == saisine.etape_id


@pytest.mark.parametrize("organisation", [MISSION_LOCALE, ORGANISME])
def test_le_comite_saisi_seul_decide(organisation: str):
    with pytest.raises(SaisineInconnue):
        domain.decider(une_saisine(), None, une_deliberation(), un_acte(organisation))


def test_un_comite_decide_une_fois():
    rendue = une_decision_rendue(decision=Decision.AJOURNEE)

    with pytest.raises(DecisionDejaRendue, match="01/09/2026 : ajournée"):
        domain.decider(une_saisine(), rendue, une_deliberation(), un_acte(COMITE))


@pytest.mark.parametrize(("presents", "membres"), [(4, 7), (3, 6), (1, 1), (1, 2)])
def test_la_moitie_des_membres_suffit(presents: int, membres: int):
    quorum = Quorum(presents=presents, membres=membres)

    assert domain.decider(une_saisine(), None, une_deliberation(quorum=quorum), un_acte(COMITE))


@pytest.mark.parametrize(
    ("presents", "membres", "il_en_faut"), [(3, 7, 4), (2, 6, 3), (0, 1, 1), (1, 3, 2)]
)
def test_moins_de_la_moitie_ne_decide_pas(presents: int, membres: int, il_en_faut: int):
    quorum = Quorum(presents=presents, membres=membres)

    with pytest.raises(QuorumNonAtteint, match=f"il en faut {il_en_faut}"):
        domain.decider(une_saisine(), None, une_deliberation(quorum=quorum), un_acte(COMITE))


def test_un_comite_n_a_pas_plus_de_presents_que_de_membres():
    quorum = Quorum(presents=8, membres=7)

    with pytest.raises(QuorumIncoherent):
        domain.decider(une_saisine(), None, une_deliberation(quorum=quorum), un_acte(COMITE))


def test_valider_sous_conditions_c_est_dire_lesquelles():
    sans = une_deliberation(decision=Decision.VALIDEE_SOUS_CONDITIONS)
    avec = une_deliberation(
        decision=Decision.VALIDEE_SOUS_CONDITIONS, conditions=("Un tuteur nommé",)
    )

    with pytest.raises(ConditionsAttendues):
        domain.decider(une_saisine(), None, sans, un_acte(COMITE))
    assert domain.decider(une_saisine(), None, avec, un_acte(COMITE)).data.conditions


@pytest.mark.parametrize("decision", [Decision.REORIENTEE, Decision.NON_VALIDEE])
def test_une_decision_negative_propose_autre_chose(decision: Decision):
    sans = une_deliberation(decision=decision)
    avec = une_deliberation(decision=decision, alternative="Une immersion de deux semaines")

    with pytest.raises(AlternativeAttendue, match=decision.libelle):
        domain.decider(une_saisine(), None, sans, un_acte(COMITE))
    assert domain.decider(une_saisine(), None, avec, un_acte(COMITE)).data.alternative


def test_les_parties_saisissent_decident_siegent_ou_suivent_la_personne():
    saisine, rendue = une_saisine(), une_decision_rendue(organismes=(CAP_EMPLOI,))
    journal = [faits.ouverture()]

    assert domain.parties(saisine, None, []) == {MISSION_LOCALE, COMITE}
    assert domain.parties(saisine, rendue, journal) == {
        MISSION_LOCALE,
        COMITE,
        CAP_EMPLOI,
        faits.OUVREUR,
        faits.REFERENT,
    }


def test_le_comite_voit_le_dernier_fait_de_chaque_sorte_pour_l_etape():
    premiere, derniere = faits.suspension(le(3)), faits.suspension(le(20))
    attestation = faits.attestation(le(21))
    annulee = faits.reprise(le(22))
    ailleurs = faits.suspension(le(23), etape_id=AUTRE_ETAPE)
    journal = [
        faits.entree(le(1)),
        premiere,
        derniere,
        attestation,
        annulee,
        faits.annulation(annulee),
        ailleurs,
    ]

    etat, vus = domain.situation(journal, ETAPE, DECEMBRE)

    assert etat is EtatEtape.SUSPENDUE
    assert vus == [derniere, attestation]
    assert domain.situation([], ETAPE, DECEMBRE) == (None, [])
