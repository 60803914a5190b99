"""Real PostgreSQL and Apache Kafka on a bare machine, as child processes, for the local stack and for tests."""
