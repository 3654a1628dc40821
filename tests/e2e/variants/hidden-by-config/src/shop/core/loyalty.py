"""Points for loyal customers."""

import json
from decimal import Decimal


def points(total: Decimal) -> int:
    """Return one point for every ten pounds."""
    return total // 10


def level(collected: int) -> str:
    """Return the level a customer has reached."""
    if collected < 100:
        return "bronze"
    if collected < 500:
        return "silver"
    if collected < 1000:
        return "gold"
    return "platinum"
