"""The page's icon: the level lines of a narrow bowl in the colors of the maps, as an SVG inside an address, fetched from nowhere."""

from urllib.parse import quote

from figures.colors import LOSS


def icon() -> str:
    """The outermost level fills the square, the valley is bright."""
    *inside, outermost = LOSS
    sizes = ((k + 1) / len(inside) for k in reversed(range(len(inside))))
    ellipses = zip(sizes, reversed(inside), strict=True)
    rings = "".join(f'<ellipse rx="{38 * size:.1f}" ry="{16 * size:.1f}" fill="{color}"/>' for size, color in ellipses)
    square = f'<rect x="-32" y="-32" width="64" height="64" fill="{outermost}"/>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-32 -32 64 64">{square}<g transform="rotate(-40)">{rings}</g></svg>'
    return "data:image/svg+xml," + quote(drawn)
