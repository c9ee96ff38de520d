"""A real Kafka and a real PostgreSQL on this machine, from wheels and jars: no root, no Docker, no Maven."""
