# Paths are relative on purpose: make cannot quote a folder whose name has a space.
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
SERVICES := orientation inscription passerelle suivi indicateurs
SOURCES := kit contracts simulateur $(SERVICES:%=services/%) deploy bench
T := tests

empty :=
space := $(empty) $(empty)
# Sources and not installed packages, so that mypy gives each module one name.
export MYPYPATH := $(subst $(space),:,$(patsubst %,%/src,$(filter-out deploy bench,$(SOURCES))))

# Compiled once and not at each start, by five services and by all that the tests start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help venv up demo test test-fast test-outages bench bench-large lint check contracts release migration lock cle clean \
	verify-journal sauvegarder restaurer republier chaos rebuild mis-de-cote

help: ## Montrer ces tâches
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

venv:
	@sh deploy/venv.sh

up: venv ## Lancer la pile, au premier plan ; Ctrl-C arrête tout, les données restent
	@exec $(PYTHON) -m deploy.embedded up

demo: venv ## Lancer la pile et jouer 300 parcours ; EXIT=1 s’arrête quand tous sont visibles
	@exec $(PYTHON) -m deploy.embedded demo $(if $(EXIT),--exit)

test: venv ## Tout tester sur de vrais PostgreSQL et Kafka ; T=chemin pour une partie
	@exec $(PYTHON) -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder \
		"$(T)"

test-fast: venv ## Tester les règles et les contrats, sans rien démarrer
	@exec $(PYTHON) -m pytest tests/contracts $(wildcard tests/services/*/test_domain*)

test-outages: venv ## Arrêter PostgreSQL et Kafka 30 s, à 220 envois/s (8 s à 60 dans « make test »)
	@exec $(PYTHON) -m pytest tests/parcours --outage 30 --load 220 -m outage -s

bench: venv ## Mesurer, à côté de références ; QUICK=1 en 3 minutes, MESURES="relais etat" choisit
	@exec $(PYTHON) -m bench $(if $(QUICK),quick,full) $(MESURES)

bench-large: venv ## Mesurer sur des journaux de 10 000, 1 et 10 millions d’événements (19 Go, gardés)
	@exec $(PYTHON) -m bench large

chaos: venv ## Tout casser, au hasard d’une graine, puis compter : MINUTES=10 SEED=7 rejoue
	@exec $(PYTHON) -m tests.chaos $(if $(MINUTES),--minutes "$(MINUTES)") $(if $(SEED),--seed "$(SEED)")

lint: venv ## Mettre en forme et corriger ce qui peut l’être
	@$(PYTHON) -m ruff check --fix
	@$(PYTHON) -m ruff format

check: venv ## Tout vérifier sauf les tests : style, types, imports, migrations, contrats, compose, liens
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy $(SOURCES)
	@.venv/bin/lint-imports
	@$(PYTHON) -m deploy.embedded.postgresql $(PYTHON) -m kit.migrations --check access $(SERVICES)
	@$(PYTHON) -m contracts.generer --check
	@$(PYTHON) -m contracts.release --check
	@$(PYTHON) -m deploy.openapi --check
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(PYTHON) -m pytest -q tests/docs

contracts: venv ## Écrire les schémas JSON et le document AsyncAPI depuis les classes
	@$(PYTHON) -m contracts.generer
	@$(PYTHON) -m deploy.openapi

release: venv ## Figer les schémas publiés, et dater les annonces : VERSION=0.2.0
	@$(PYTHON) -m contracts.generer --check
	@$(PYTHON) -m contracts.release "$(VERSION)" --le "$$(date +%F)"

migration: venv ## Écrire la migration d’un service : SERVICE=suivi TITRE="Ajouter les échéances"
	@$(PYTHON) -m deploy.embedded.postgresql $(PYTHON) -m kit.migrations "$(SERVICE)" --revision "$(TITRE)"

lock: venv ## Refaire requirements.lock depuis les pyproject.toml
	@.venv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --quiet \
		$(patsubst %,--no-emit-package %,kit contracts simulateur $(SERVICES)) \
		--custom-compile-command "make lock" --output-file requirements.lock

cle: venv ## Clés : lister ; ORGANISATION=siret PORTEES="a b" en crée une ; REVOQUER=identifiant
	@$(PYTHON) -m deploy.cles $(if $(ORGANISATION),--organisation "$(ORGANISATION)") \
		$(if $(PORTEES),--portees "$(PORTEES)") $(if $(REVOQUER),--revoquer "$(REVOQUER)") \
		$(if $(NOM),--nom "$(NOM)") $(if $(ROLE),--role "$(ROLE)")

verify-journal: venv ## Recalculer les journaux de la pile, et nommer ce qui ne tient pas ; SERVICE= un seul
	@$(PYTHON) -m deploy.journal.verify $(if $(SERVICE),--service "$(SERVICE)")

sauvegarder: venv ## Sauvegarder PostgreSQL tout entier, pendant que la pile tourne
	@$(PYTHON) -m deploy.journal.backup

restaurer: venv ## Revenir à une sauvegarde, la pile arrêtée : SAUVEGARDE=dossier ; WAL= et JUSQUA= au-delà
	@$(PYTHON) -m deploy.journal.restore "$(SAUVEGARDE)" $(if $(WAL),--wal "$(WAL)") \
		$(if $(JUSQUA),--jusqu-a "$(JUSQUA)")

republier: venv ## Remplir à nouveau un Kafka qui a tout perdu, depuis les journaux ; SERVICE= un seul
	@$(PYTHON) -m deploy.journal.republish $(if $(SERVICE),--service "$(SERVICE)")

rebuild: venv ## Refaire ce qu’un service déduit du journal : SERVICE= PROJECTION= ; OUI=1 sans question
	@$(PYTHON) -m deploy.rebuild $(if $(SERVICE),"$(SERVICE)") $(if $(PROJECTION),"$(PROJECTION)") \
		$(if $(OUI),--oui)

mis-de-cote: venv ## Parcours mis de côté : lister ; RELACHER=flux|tous ou PASSER=flux MOTIF=, SERVICE= AUTEUR=
	@$(PYTHON) -m deploy.mis_de_cote $(if $(RELACHER),--relacher "$(RELACHER)") \
		$(if $(PASSER),--passer "$(PASSER)") $(if $(MOTIF),--motif "$(MOTIF)") \
		$(if $(SERVICE),--service "$(SERVICE)") $(if $(AUTEUR),--auteur "$(AUTEUR)") \
		$(if $(RAISON),--raison "$(RAISON)")

clean: ## Oublier les données et les journaux de la pile
	@if [ -e .data/lock ] && ! flock --nonblock .data/lock true; then \
		echo "Une pile tourne dans ce dossier : arrêtez-la d’abord."; exit 1; fi
	@rm -rf .data .run
