"""The log between services: one port, and adapters for memory, SQLite and Kafka."""
