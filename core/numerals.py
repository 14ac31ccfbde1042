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


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
