"""The real parts without docker, root or a system Java: PostgreSQL, Kafka, Zipkin, the stack."""
