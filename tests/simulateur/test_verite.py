"""La vérité que le simulateur énonce, sur des vies courtes dont on sait tout."""

from datetime import UTC, date, datetime, timedelta

from simulateur import vies
from simulateur.dits import Dit, Reference
from simulateur.verite import Verite
from simulateur.vies import Etape

AUJOURD_HUI = date(2026, 11, 25)
ENTREE = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Journal:
    """Des faits dits l’un après l’autre, et ce qui en est vrai."""

    def __init__(self, type_etape: str = "CERTIFIANT") -> None:
        self.etape = Etape(type_etape)
        self.dits: list[Dit] = []

    def dire(
        self,
        nom: str,
        jour: int,
        etape: Etape | None = None,
        cible: Reference | None = None,
        **data: object,
    ) -> Reference:
        reference = Reference("urn:siret:99900050800013", f"{len(self.dits):02d}")
        le = ENTREE + timedelta(days=jour)
        self.dits.append(Dit(reference, nom, le, etape, data, cible))
        return reference

    @property
    def verite(self) -> Verite:
        return Verite(reversed(self.dits), AUJOURD_HUI)


def une_etape_menee_a_terme() -> tuple[Journal, Reference]:
    journal = Journal()
    journal.dire(vies.OUVERTURE, -30)
    journal.dire(vies.ORIENTATION, -28, journal.etape)
    journal.dire(vies.ENTREE, 0, journal.etape, nouveau_plan=True)
    return journal, journal.dire(vies.SORTIE, 100, journal.etape, nature="TERME_ATTEINT")


def test_une_etape_menee_a_terme_compte_partout_ou_elle_doit():
    journal, sortie = une_etape_menee_a_terme()
    journal.dire(vies.CERTIFICATION, 120, journal.etape, resultat="TOTALE")
    journal.dire(vies.EMPLOI, 150, type_contrat="CDI", heures_hebdo=35, fin_le=None)

    comptes = journal.verite.comptes()
    assert journal.verite.etat == "EN_EMPLOI"
    assert comptes["taux_abandon"] == {sortie: False}
    assert comptes["taux_certification_net"] == {sortie: True}
    assert comptes["acces_emploi_6m"] == {sortie: True}
    assert comptes["delai_entre_etapes"] == {}
    assert list(comptes["taux_acces_3m"].values()) == [True]


def test_un_travail_du_mois_de_la_sortie_ne_compte_pas():
    journal, sortie = une_etape_menee_a_terme()  # on 15 April
    journal.dire(vies.EMPLOI, 110, type_contrat="CDI", heures_hebdo=35, fin_le=None)

    assert journal.verite.comptes()["acces_emploi_12m"] == {sortie: False}


def test_ce_qui_est_annule_ne_compte_pas_et_l_annulation_s_annule():
    journal, sortie = une_etape_menee_a_terme()
    annulation = journal.dire(vies.ANNULATION, 101, cible=sortie)
    annule = journal.verite
    journal.dire(vies.ANNULATION, 102, cible=annulation)

    assert annule.etat == "EN_FORMATION"
    assert annule.comptes()["taux_abandon"] == {}
    assert journal.verite.etat == "ENTRE_DEUX_ETAPES"
    assert journal.verite.comptes()["taux_abandon"] == {sortie: False}


def test_la_derniere_correction_l_emporte_dans_l_ordre_de_la_vie():
    journal, sortie = une_etape_menee_a_terme()
    journal.dire(vies.CORRECTION, 103, cible=sortie, champs={"/data/nature": "ABANDON"})
    journal.dire(vies.CORRECTION, 102, cible=sortie, champs={"/data/nature": "EXCLUSION"})
    journal.dire(vies.CORRECTION, 104, cible=sortie, champs={"/time": ENTREE.isoformat()})

    assert journal.verite.comptes()["taux_abandon"] == {sortie: True}


def test_deux_sorties_d_une_etape_sont_un_conflit_et_la_derniere_compte():
    journal, _ = une_etape_menee_a_terme()
    derniere = journal.dire(vies.SORTIE, 104, journal.etape, nature="ABANDON")

    assert journal.verite.en_conflit
    assert journal.verite.comptes()["taux_abandon"] == {derniere: True}


def test_dire_deux_fois_n_est_dire_qu_une():
    journal, _ = une_etape_menee_a_terme()
    redit = Verite([*journal.dits, *journal.dits], AUJOURD_HUI)

    assert redit.nombre == len(journal.dits)
    assert redit.comptes() == journal.verite.comptes()


def test_entrer_dans_l_etape_suivante_en_trente_jours_est_sans_couture():
    journal, sortie = une_etape_menee_a_terme()
    suite = Etape("PROFESSIONNALISANT")
    journal.dire(vies.ORIENTATION, 90, suite)
    attendue = journal.verite.comptes()["delai_entre_etapes"]
    journal.dire(vies.ENTREE, 130, suite)
    a_temps = journal.verite.comptes()["delai_entre_etapes"]
    journal.dire(vies.EMPLOI, 125, type_contrat="INTERIM", heures_hebdo=None, fin_le=None)

    assert attendue == {sortie: False}
    assert a_temps == {sortie: True}
    assert journal.verite.comptes()["delai_entre_etapes"] == {sortie: False}
