-- What enterprises wrote beside their ratings. Beside the log, which holds a salted digest only: so a text can be erased, and the
-- chain stays what it was.
CREATE TABLE rating_comment (
    log_id BIGINT NOT NULL,
    digest TEXT NOT NULL,
    rating TEXT NOT NULL,
    salt BYTEA NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (log_id, digest)
);
CREATE INDEX rating_comment_rating ON rating_comment (log_id, rating);
