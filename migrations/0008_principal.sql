-- Who wrote an event: a pseudonym, sealed by the chain. Empty in rows from before, whose chain stays what it was.
ALTER TABLE event_log ADD COLUMN principal TEXT NOT NULL DEFAULT '';
