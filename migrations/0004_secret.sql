-- What only this installation knows, e.g. the key of its rating links. Not part of the log: neither exported nor copied.
CREATE TABLE secret (
    log_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (log_id, name)
);
