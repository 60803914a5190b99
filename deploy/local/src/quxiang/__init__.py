"""The local stack: real PostgreSQL and Apache Kafka, the four services, tokens and demo data."""
