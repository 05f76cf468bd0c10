"""Les règles de l’orientation."""

from collections.abc import Callable
from datetime import date

import pytest

from contracts.listes import MotifSansAlternative, TypeAlternative, TypeEtape
from contracts.positionnement import AutreSession
from orientation import domain
from orientation.domain import (
    Accord,
    AlternativeAttendue,
    BeneficiaireInconnu,
    EtapeInconnue,
    Ouverture,
    ParcoursInconnu,
    Placement,
    PositionnementDejaDemande,
    PositionnementDejaRepondu,
    PositionnementInconnu,
    Prescription,
    Publication,
    Refus,
    SessionALEnvers,
    Statut,
)
from tests.fabriques import (
    AUTRE_ORGANISME,
    CAP_EMPLOI,
    ENTREE,
    MIDI,
    MISSION_LOCALE,
    ORGANISME,
    siret,
    un_acte,
    un_beneficiaire,
    un_parcours_ouvert,
    un_positionnement,
    une_orientation,
    une_session,
)

UNE_AUTRE_SESSION = AutreSession(type=TypeAlternative.AUTRE_SESSION)
REPONSES: list[Callable[..., object]] = [
    lambda positionnement, acte: domain.accepter(positionnement, Accord(), acte),
    lambda positionnement, acte: domain.refuser(
        positionnement, Refus(alternatives=(UNE_AUTRE_SESSION,)), acte
    ),
]


def test_on_ouvre_un_parcours_a_qui_l_on_a_declare():
    personne = un_beneficiaire()
    ouverture = Ouverture(beneficiaire_id=personne.id, objectif="Devenir soudeuse")

    evenement = domain.ouvrir(personne, ouverture, acte := un_acte())

    assert evenement.subject == acte.id
    assert evenement.time == MIDI
    assert evenement.organisation == MISSION_LOCALE
    assert evenement.correlationid == str(acte.id)
    assert evenement.data.beneficiaire_id == personne.id
    assert evenement.a_completer == {"referent": "Dire qui suit la personne : rôle et structure."}


def test_on_n_ouvre_pas_de_parcours_a_la_personne_d_une_autre_structure():
    personne = un_beneficiaire()
    ouverture = Ouverture(beneficiaire_id=personne.id, objectif="Devenir soudeuse")

    with pytest.raises(BeneficiaireInconnu):
        domain.ouvrir(personne, ouverture, un_acte(CAP_EMPLOI))


@pytest.mark.parametrize("organisation", [MISSION_LOCALE, CAP_EMPLOI])
def test_qui_a_ouvert_le_parcours_et_le_referent_prescrivent(organisation: str):
    parcours = un_parcours_ouvert()

    evenement = domain.prescrire(parcours, None, Prescription(), acte := un_acte(organisation))

    assert evenement.data.etape_id == acte.id
    assert evenement.causationid == f"urn:sanscouture:orientation {parcours.id}"


def test_les_autres_ne_prescrivent_pas():
    with pytest.raises(ParcoursInconnu):
        domain.prescrire(un_parcours_ouvert(), None, Prescription(), un_acte(ORGANISME))


def test_prescrire_vers_une_session_nomme_son_organisme_et_dit_son_type():
    session = une_session()
    prescription = Prescription(session_id=session.id)

    evenement = domain.prescrire(un_parcours_ouvert(), session, prescription, un_acte())

    assert evenement.data.type_etape is TypeEtape.CERTIFIANT
    assert evenement.data.intitule == session.intitule
    assert evenement.nommes == {ORGANISME}


def test_positionner_nomme_l_organisme_et_vient_de_la_prescription():
    parcours, session = un_parcours_ouvert(), une_session()
    etape = une_orientation(parcours.id)
    placement = Placement(etape_id=etape.id, session_id=session.id)

    evenement = domain.positionner(parcours, etape, session, placement, un_acte(), deja=[])

    assert evenement.nommes == {ORGANISME}
    assert evenement.causationid == f"urn:sanscouture:orientation {etape.id}"


def test_on_ne_positionne_pas_l_etape_d_un_autre_parcours():
    etape, session = une_orientation(), une_session()
    placement = Placement(etape_id=etape.id, session_id=session.id)

    with pytest.raises(EtapeInconnue):
        domain.positionner(un_parcours_ouvert(), etape, session, placement, un_acte(), deja=[])


@pytest.mark.parametrize("statut", [Statut.DEMANDE, Statut.ACCEPTE])
def test_on_ne_redemande_pas_une_session_sans_refus(statut: Statut):
    parcours, session = un_parcours_ouvert(), une_session()
    etape = une_orientation(parcours.id)
    placement = Placement(etape_id=etape.id, session_id=session.id)
    deja = [un_positionnement(etape_id=etape.id, session_id=session.id, statut=statut)]

    with pytest.raises(PositionnementDejaDemande, match=statut.libelle):
        domain.positionner(parcours, etape, session, placement, un_acte(), deja=deja)


def test_on_redemande_apres_un_refus_et_une_autre_session_quand_on_veut():
    parcours, session = un_parcours_ouvert(), une_session()
    etape = une_orientation(parcours.id)
    placement = Placement(etape_id=etape.id, session_id=session.id)
    deja = [
        un_positionnement(etape_id=etape.id, session_id=session.id, statut=Statut.REFUSE),
        un_positionnement(etape_id=etape.id),
    ]

    assert domain.positionner(parcours, etape, session, placement, un_acte(), deja=deja)


@pytest.mark.parametrize("repondre", REPONSES)
def test_l_organisme_de_la_session_repond_et_sa_reponse_vient_de_la_demande(
    repondre: Callable[..., object],
):
    positionnement = un_positionnement()

    evenement = repondre(positionnement, un_acte(ORGANISME))

    assert evenement.causationid == f"urn:sanscouture:orientation {positionnement.id}"
    assert evenement.subject == positionnement.parcours_id


@pytest.mark.parametrize("repondre", REPONSES)
@pytest.mark.parametrize("organisation", [AUTRE_ORGANISME, MISSION_LOCALE])
def test_personne_d_autre_ne_repond(repondre: Callable[..., object], organisation: str):
    with pytest.raises(PositionnementInconnu):
        repondre(un_positionnement(), un_acte(organisation))


@pytest.mark.parametrize("repondre", REPONSES)
@pytest.mark.parametrize("statut", [Statut.ACCEPTE, Statut.REFUSE])
def test_on_repond_une_fois(repondre: Callable[..., object], statut: Statut):
    with pytest.raises(PositionnementDejaRepondu, match=statut.libelle):
        repondre(un_positionnement(statut=statut), un_acte(ORGANISME))


def test_l_avis_favorable_dit_la_date_d_entree_ou_qu_elle_manque():
    datee = domain.accepter(
        un_positionnement(), Accord(entree_prevue_le=ENTREE), un_acte(ORGANISME)
    )
    sans_date = domain.accepter(un_positionnement(), Accord(), un_acte(ORGANISME))

    assert datee.data.entree_prevue_le == ENTREE
    assert list(sans_date.a_completer) == ["entree_prevue_le"]


@pytest.mark.parametrize(
    ("refus", "cas"),
    [
        (Refus(), "ni l’une ni l’autre"),
        (
            Refus(
                alternatives=(UNE_AUTRE_SESSION,),
                sans_alternative=MotifSansAlternative.AUCUNE_SESSION_PROCHE,
            ),
            "les deux",
        ),
    ],
)
def test_un_refus_propose_autre_chose_ou_dit_pourquoi_rien(refus: Refus, cas: str):
    with pytest.raises(AlternativeAttendue, match=cas):
        domain.refuser(un_positionnement(), refus, un_acte(ORGANISME))


def test_un_diagnostic_qui_manque_se_complete_et_ne_se_refuse_pas():
    refus = Refus(sans_alternative=MotifSansAlternative.RENVOI_AU_PRESCRIPTEUR)

    evenement = domain.refuser(un_positionnement(), refus, un_acte(ORGANISME))

    assert list(evenement.a_completer) == ["diagnostic"]


def test_une_session_ne_finit_pas_avant_de_commencer():
    publication = Publication(
        intitule="Soudage",
        rome="H2913",
        commune="69091",
        debut_le="2026-10-05",
        fin_le="2026-10-04",
        heures=7,
        objectif=TypeEtape.CERTIFIANT,
    )

    with pytest.raises(SessionALEnvers, match="05/10/2026"):
        domain.publier(une_session().id, publication, ORGANISME)


def test_l_organisme_d_une_session_est_celui_qui_la_publie():
    session = une_session(fin_le=date(2027, 1, 1))

    assert session.organisme.siret == siret(ORGANISME)
