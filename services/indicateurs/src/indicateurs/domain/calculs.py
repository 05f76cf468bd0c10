"""Les calculs qui ne se font pas en base : quantiles d’attente, maille des courbes, tendance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import sqrt
from typing import Final

from indicateurs.domain.secret import se_publie
