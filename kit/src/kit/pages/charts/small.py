"""Small drawings that stand in a line of text or a cell; the words beside say the same."""

from markupsafe import Markup

from kit.pages.charts.base import px

_STITCH, _MOST_STITCHES = 8, 17
_SPREAD_WIDTH = 288


def stitches(days: int) -> Markup:
    """A delay: one stitch a day, seventeen at most."""
    width = _STITCH * min(max(days, 1), _MOST_STITCHES)
    return Markup(
        '<svg width="{w}" height="4" aria-hidden="true"><line x1="0" y1="2" x2="{w}" y2="2"/></svg>'
    ).format(w=width)


def spread(
    median: float, p75: float, p90: float, *, threshold: float | None = None, most: float = 140
) -> Markup:
    """A delay and how it spreads, on a scale from zero to *most* days."""

    def x(days: float) -> str:
        return px(4 + min(days, most) * (_SPREAD_WIDTH - 8) / most)

    mark = Markup('<path class="seuil" d="M{} 0v18"/>').format(x(threshold)) if threshold else ""
    return Markup(
        '<svg class="etendue" viewBox="0 0 288 18" aria-hidden="true">{}'
        '<path class="trait" d="M{a} 9H{c}"/><circle class="mediane" cx="{a}" cy="9" r="5"/>'
        '<path class="borne" d="M{b} 4v10M{c} 4v10"/></svg>'
    ).format(mark, a=x(median), b=x(p75), c=x(p90))
