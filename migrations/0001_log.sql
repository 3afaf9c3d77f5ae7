CREATE TABLE log_head (
    log_id BIGINT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL,
    chain BYTEA NOT NULL
);
CREATE TABLE event_log (
    log_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    subject TEXT NOT NULL,
    rev BIGINT NOT NULL,
    body BYTEA NOT NULL,
    recorded_at BIGINT NOT NULL,
    chain BYTEA NOT NULL,
    PRIMARY KEY (log_id, seq)
);
CREATE UNIQUE INDEX event_log_revision ON event_log (log_id, subject, rev);
CREATE TABLE idempotency (
    log_id BIGINT NOT NULL,
    principal TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (log_id, principal, idempotency_key)
);
CREATE TABLE state_snapshot (
    log_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    part BIGINT NOT NULL,
    digest TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (log_id, seq, part)
);
