CREATE TABLE fit_snapshot (
    log_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    engine TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (log_id, seq)
);
CREATE TABLE fit_part (
    log_id BIGINT NOT NULL,
    digest TEXT NOT NULL,
    part BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (log_id, digest, part)
);
