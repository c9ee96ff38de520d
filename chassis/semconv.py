"""The names of OpenTelemetry's semantic conventions that we use, pinned to one release: messaging is still in development there.

What is left out is left out on purpose: `messaging.kafka.message.key`, `url.path` and `url.query` would carry ids and numbers.
"""

SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"

SERVICE_NAME = "service.name"
SERVICE_VERSION = "service.version"
SERVICE_INSTANCE = "service.instance.id"

HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
ERROR_TYPE = "error.type"

MESSAGING_SYSTEM = "messaging.system"
MESSAGING_OPERATION_NAME = "messaging.operation.name"
MESSAGING_OPERATION_TYPE = "messaging.operation.type"
MESSAGING_DESTINATION = "messaging.destination.name"
MESSAGING_GROUP = "messaging.consumer.group.name"
MESSAGING_BATCH_SIZE = "messaging.batch.message_count"
KAFKA = "kafka"

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"})
OTHER_METHOD = "_OTHER"
"""What `http.request.method` says for a method that is not known, so that a client cannot invent span names."""
