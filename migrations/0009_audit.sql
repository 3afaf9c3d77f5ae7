-- Who was let in, refused, and read what is sensitive. Beside the log, with a chain of its own; triggers (`store::audit`)
-- forbid changing rows, and taking them away but up to the newest anchor.
CREATE TABLE audit_log (
    log_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    principal TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    result TEXT NOT NULL,
    times BIGINT NOT NULL,
    request TEXT NOT NULL,
    chain BYTEA NOT NULL,
    PRIMARY KEY (log_id, seq)
);
CREATE TABLE audit_head (
    log_id BIGINT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL,
    chain BYTEA NOT NULL
);
-- Where what is kept begins: everything up to `seq` was taken away, and the chain goes on from here.
CREATE TABLE audit_anchor (
    log_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    chain BYTEA NOT NULL,
    purged_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, seq)
);
