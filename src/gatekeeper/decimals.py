"""Numbers as people read them, never rounded across a limit."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


def display(value: float, minimum: float | None, maximum: float | None) -> str:
    """A number with as few decimals as do not contradict the verdict.

    Two decimals, cut towards the side of the limit that the number is on, and more
    where two would make it look as if it were on the other side.
    """
    exact = Decimal(repr(value))
    below = (minimum is not None and value < minimum) or (
        maximum is not None and value <= maximum
    )
    rounding = ROUND_FLOOR if below or minimum is not None else ROUND_CEILING
    for places in range(2, 18):
        shown = exact.quantize(Decimal(1).scaleb(-places), rounding=rounding)
        if _holds(shown, minimum, maximum) == _holds(exact, minimum, maximum):
            return plain(shown)
    return plain(exact)


def counted(shown: str, unit: str) -> str:
    """A number with its unit, which is one `finding` and two `findings`."""
    one = shown == "1" and len(unit) > len("ms/s") and unit.endswith("s")
    return f"{shown} {unit[:-1] if one else unit}".strip()


def _holds(number: Decimal, minimum: float | None, maximum: float | None) -> bool:
    enough = minimum is None or number >= Decimal(repr(minimum))
    return enough and (maximum is None or number <= Decimal(repr(maximum)))


def plain(number: float | Decimal) -> str:
    """A number without exponent or trailing zeros."""
    text = f"{Decimal(repr(number)) if isinstance(number, float) else number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: float, limit: float | None) -> str:
    """A change with its sign, in as many digits as keep it on its side of a limit."""
    sign = "-" if value < 0 else "+"
    if value in (float("inf"), float("-inf")):
        return f"{sign}\u221e"
    shown = display(abs(value), None, limit)
    return shown if shown == "0" else sign + shown


def short(value: float) -> str:
    """A measured value in about four digits, thousands grouped, no exponent."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    places = 1 if size >= 100 else 2 if size >= 1 else 4
    return plain(Decimal(f"{value:.{places}f}"))
