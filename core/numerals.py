"""Numbers as people read them: four significant digits, one decimal from a thousand on, powers of ten where needed."""

import math


def numeral(value: float | None) -> str:
    """3.698, 28.12, 2809.5, 3000, 0.004178, 1.145·10⁻⁶; "—" for none."""
    if value is None or math.isnan(value):
        return "—"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    text = f"{value:.1f}".removesuffix(".0") if 1e3 <= size < 1e7 else f"{value:.4g}"
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{mantissa}·10{str(int(power)).translate(_RAISED)}"
    return text.replace("-", "−")


_ROUNDING = 1e-7  # of a share in float32
_MOST_DECIMALS = 7
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage, without its sign: 97, 99.6, 0.3. "100" is all and "0" nothing: else it has as many more decimals as it
    takes."""
    if not math.isfinite(share):
        return numeral(share)
    for exact in (0, 1):
        if abs(share - exact) <= _ROUNDING:
            return f"{100 * exact}"
    text = ""
    for digits in range(decimals, _MOST_DECIMALS):
        text = f"{100 * share:.{digits}f}".replace("-", "−")
        if not 0 < share < 1 or 0 < float(text) < 100:
            break
    return text
