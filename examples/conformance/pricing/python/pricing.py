"""Prices orders: discounts, tax and the day by which to pay. ../java has the same in Java."""

import logging
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal

from errors import InvalidOrderError, UnknownCurrencyError
from order import Order

DIGITS = {"EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3, "USD": 2}
TAX_RATES = {"CH": Decimal("0.081"), "DE": Decimal("0.19"), "FR": Decimal("0.20"), "JP": Decimal("0.10")}
TIERS = {"standard": Decimal("0"), "silver": Decimal("0.05"), "gold": Decimal("0.10")}
COUPONS = {"WELCOME5": Decimal("0.05"), "SUMMER15": Decimal("0.15")}
MOST_DISCOUNT = Decimal("0.20")
TIME_TO_PAY = timedelta(days=14)
SATURDAY = 5

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def price(event, context):
    order = Order.of(event)
    if order.currency not in DIGITS:
        raise UnknownCurrencyError(order.currency)
    digits = DIGITS[order.currency]
    nets = [rounded(line.unit_price * line.quantity, digits) for line in order.lines]
    discount = rounded(sum(nets) * discount_rate(order), digits)
    taxed = sum(nets) - discount
    tax = rounded(taxed * TAX_RATES.get(order.country, Decimal(0)), digits)
    logger.info("priced %s: %s %s", order.id, taxed + tax, order.currency)
    return {
        "orderId": order.id,
        "currency": order.currency,
        "lines": [
            {"sku": line.sku, "quantity": line.quantity, "net": str(net)} for line, net in zip(order.lines, nets)
        ],
        "discount": str(discount),
        "tax": str(tax),
        "total": str(taxed + tax),
        "dueDate": due_date(order.placed_at).isoformat(),
        "pricedAt": datetime.now(timezone.utc).isoformat(),
    }


def rounded(amount, digits):
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)


def discount_rate(order):
    rate = rate_of("tier", order.tier, TIERS)
    if order.coupon is not None:
        rate += rate_of("coupon", order.coupon, COUPONS)
    return min(rate, MOST_DISCOUNT)


def rate_of(kind, name, rates):
    if name not in rates:
        raise InvalidOrderError(f"unknown {kind} '{name}'")
    return rates[name]


def due_date(placed_at):
    """The day in UTC; a weekend's is the Monday after it."""
    day = placed_at.astimezone(timezone.utc).date() + TIME_TO_PAY
    if day.weekday() >= SATURDAY:
        day += timedelta(days=7 - day.weekday())
    return day
