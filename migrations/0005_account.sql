-- Who may sign in, and how. Beside the log, never in it: these rows can be erased, the log holds an account's id only.
CREATE TABLE account (
    log_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    belongs TEXT NOT NULL,
    password TEXT,
    totp BYTEA,
    totp_on BIGINT NOT NULL,
    totp_step BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, id),
    UNIQUE (log_id, name)
);

CREATE TABLE api_key (
    log_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    label TEXT NOT NULL,
    hash BYTEA NOT NULL,
    scopes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, id)
);

CREATE TABLE session (
    log_id BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    account TEXT NOT NULL,
    half BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, hash)
);

-- One-time links by which an account gets its password.
CREATE TABLE invitation (
    log_id BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    account TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, hash)
);
