"""Charts drawn on the server: data in, SVG out, and the table that says the same."""

from kit.pages.charts.bars import Bar, bars
from kit.pages.charts.base import MASKED, Chart, Column, month_labels
from kit.pages.charts.lines import cumulative, lines
from kit.pages.charts.plot import Series
from kit.pages.charts.small import spread, stitches
from kit.pages.charts.thread import Seam, Segment, thread

__all__ = [
    "MASKED",
    "Bar",
    "Chart",
    "Column",
    "Seam",
    "Segment",
    "Series",
    "bars",
    "cumulative",
    "lines",
    "month_labels",
    "spread",
    "stitches",
    "thread",
]
