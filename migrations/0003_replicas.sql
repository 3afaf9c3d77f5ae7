-- A restored log gets a new epoch: replicas that served the old one start anew.
ALTER TABLE log_head ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
-- A snapshot of a history that the log no longer holds is not used.
ALTER TABLE fit_snapshot ADD COLUMN chain BYTEA;
CREATE TABLE replica_status (
    log_id BIGINT NOT NULL,
    replica TEXT NOT NULL,
    seq BIGINT NOT NULL,
    engine TEXT NOT NULL,
    chain BYTEA NOT NULL,
    digest TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, replica, seq)
);
