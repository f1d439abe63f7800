"""AWS Powertools as its users have it: logger, metrics, parser, validation, batch, idempotency."""

import logging
from typing import List

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from aws_lambda_powertools.utilities.parser import BaseModel, envelopes, event_parser
from aws_lambda_powertools.utilities.validation import validator

logger = Logger(service="orders")
metrics = Metrics(namespace="shop", service="orders")


@logger.inject_lambda_context(correlation_id_path="id")
def log(event, context):
    """By the package's logger, by the runtime's, and by print."""
    logger.debug("seldom")
    logger.info("größe %s", event["id"], extra={"lines": 2})
    logging.getLogger("plain").warning("beside")
    print("printed")
    try:
        int("x")
    except ValueError:
        logger.exception("planted")
    return context.aws_request_id


@metrics.log_metrics(capture_cold_start_metric=True)
def measure(event, context):
    metrics.add_dimension(name="city", value=event["city"])
    metrics.add_metric(name="orders", unit=MetricUnit.Count, value=event["orders"])
    metrics.add_metadata(key="request", value=context.aws_request_id)
    return context.aws_request_id


@metrics.log_metrics(raise_on_empty_metrics=True)
def measure_nothing(event, context):
    return "unseen"


class Line(BaseModel):
    sku: str
    quantity: int


class Order(BaseModel):
    id: int
    lines: List[Line]


@event_parser(model=Order)
def parse(event: Order, context):
    return {"id": event.id, "quantities": [line.quantity for line in event.lines]}


@event_parser(model=Order, envelope=envelopes.SqsEnvelope)
def parse_messages(event: List[Order], context):
    return [order.model_dump() for order in event]


SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema",
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer", "minimum": 1}},
}


@validator(inbound_schema=SCHEMA, envelope="detail.order")
def validate(event, context):
    return event["id"]


@validator(outbound_schema=SCHEMA)
def answer_as_told(event, context):
    return event


processor = BatchProcessor(event_type=EventType.SQS)


def take(record):
    if record.json_body["quantity"] < 1:
        raise ValueError(f"nothing in {record.message_id}")


def batch(event, context):
    return process_partial_response(event=event, record_handler=take, processor=processor, context=context)


class Memory(BasePersistenceLayer):
    """Records of this process."""

    def __init__(self):
        super().__init__()
        self.records = {}

    def _get_record(self, idempotency_key):
        if idempotency_key not in self.records:
            raise IdempotencyItemNotFoundError
        return self.records[idempotency_key]

    def _put_record(self, data_record):
        if data_record.idempotency_key in self.records:
            raise IdempotencyItemAlreadyExistsError
        self._update_record(data_record)

    def _update_record(self, data_record):
        self.records[data_record.idempotency_key] = DataRecord(
            idempotency_key=data_record.idempotency_key,
            status=data_record.status,
            expiry_timestamp=data_record.expiry_timestamp,
            response_data=data_record.response_data,
        )

    def _delete_record(self, data_record):
        del self.records[data_record.idempotency_key]


config = IdempotencyConfig(event_key_jmespath="order", raise_on_no_idempotency_key=True)
runs = 0


@idempotent(persistence_store=Memory(), config=config)
def pay(event, context):
    """Answers how often it has run; the second time, it fails."""
    global runs
    runs += 1
    if runs == 2:
        raise RuntimeError("refused")
    return {"order": event["order"], "run": runs, "request": context.aws_request_id}
