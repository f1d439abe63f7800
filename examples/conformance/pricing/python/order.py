"""Orders as they come, checked strictly: what a language would convert by itself is refused."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Optional

from errors import EmptyOrderError, InvalidOrderError, InvalidQuantityError, MalformedDateError

MOST_QUANTITY = 1_000_000
RFC_3339 = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])")
PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
SKU = re.compile(r"[A-Z0-9-]{1,20}")  # ASCII, which all languages sort alike


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int
    unit_price: Decimal

    @classmethod
    def of(cls, item):
        sku = member(item, "sku", str)
        if not SKU.fullmatch(sku):
            raise InvalidOrderError(f"malformed sku '{sku}'")
        quantity = item.get("quantity")
        if type(quantity) is not int or not 1 <= quantity <= MOST_QUANTITY:
            raise InvalidQuantityError(sku, MOST_QUANTITY)
        price = member(item, "unitPrice", str)
        if not PRICE.fullmatch(price):
            raise InvalidOrderError(f"malformed price '{price}'")
        return cls(sku, quantity, Decimal(price))


@dataclass(frozen=True)
class Order:
    id: str
    currency: str
    placed_at: datetime
    country: str
    tier: str
    coupon: Optional[str]
    lines: list  # by their SKUs

    @classmethod
    def of(cls, event):
        order_id = member(event, "orderId", str)
        items = member(event, "items", list)
        if not items:
            raise EmptyOrderError(order_id)
        customer = member(event, "customer", dict)
        return cls(
            id=order_id,
            currency=member(event, "currency", str),
            placed_at=time_of(member(event, "placedAt", str)),
            country=member(customer, "country", str),
            tier=member(customer, "tier", str),
            coupon=None if event.get("coupon") is None else member(event, "coupon", str),
            lines=sorted((Line.of(item) for item in items), key=lambda line: line.sku),
        )


def member(value, name, kind):
    """A member of a JSON object, of the one type that it may have."""
    if type(value) is not dict or type(value.get(name)) is not kind:
        raise InvalidOrderError(f"'{name}' is missing or of the wrong type")
    return value[name]


def time_of(text):
    try:
        if RFC_3339.fullmatch(text):
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        pass  # no day of the calendar, no time of the clock
    raise MalformedDateError(text)
