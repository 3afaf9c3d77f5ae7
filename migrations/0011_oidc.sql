-- Who an account is to a provider of OpenID Connect, once its one-time link has bound it.
ALTER TABLE account ADD COLUMN issuer TEXT;
ALTER TABLE account ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX account_identity ON account (log_id, issuer, subject);
-- Sign-ins by a provider that ended: none is good twice.
CREATE TABLE spent (
    log_id BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (log_id, hash)
);
