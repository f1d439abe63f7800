"""Why an order cannot be priced."""


class InvalidOrderError(ValueError):
    pass


class EmptyOrderError(InvalidOrderError):
    def __init__(self, order_id):
        super().__init__(f"order '{order_id}' has no items")


class InvalidQuantityError(InvalidOrderError):
    def __init__(self, sku, most):
        super().__init__(f"the quantity of '{sku}' is not a whole number from 1 to {most}")


class MalformedDateError(InvalidOrderError):
    def __init__(self, text):
        super().__init__(f"malformed date '{text}'")


class UnknownCurrencyError(InvalidOrderError):
    def __init__(self, currency):
        super().__init__(f"unknown currency '{currency}'")
