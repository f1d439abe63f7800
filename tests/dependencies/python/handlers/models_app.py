"""pydantic: models that check and dump, and what they say of an event that they refuse."""

from datetime import date
from typing import List, Optional

import pydantic

count = 0


class Line(pydantic.BaseModel):
    sku: str = pydantic.Field(pattern="^[A-Z]{3}$")
    quantity: int = pydantic.Field(gt=0)


class Order(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    id: int
    due: Optional[date] = None
    lines: List[Line]

    @pydantic.computed_field
    @property
    def total(self) -> int:
        return sum(line.quantity for line in self.lines)


def handler(event, context):
    global count
    count += 1
    try:
        order = Order.model_validate(event)
    except pydantic.ValidationError as error:
        return {"count": count, "errors": error.errors(include_url=False, include_context=False)}
    return {
        "count": count,
        "order": order.model_dump(mode="json"),
        "text": order.model_dump_json(exclude={"due"}),
        "required": Order.model_json_schema()["required"],
    }


def strict(event, context):
    """An error of the extension's own type ends the invocation."""
    return Order.model_validate(event).total
