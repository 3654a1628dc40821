"""How a parcel is sent."""

import json


def carrier(weight: int, country: str, express: bool) -> str:
    """Return the carrier for a parcel; the weight is in grams."""
    if country == "GB":
        if express:
            if weight <= 20000:
                return "courier"
            return "van"
        if weight <= 100:
            return "letter"
        return "parcel"
    if country == "FR" or country == "DE":
        if express:
            if weight <= 2000:
                return "air"
            return "road"
        if weight <= 100:
            return "letter"
        return "road"
    if express:
        if weight <= 2000:
            return "air"
        return "freight"
    if weight <= 100:
        return "letter"
    return "sea"
