-- Keys that are equal for one host and for one mailbox, however they are spelt (internal/mailboxid): of hosts, for
-- limits, and of the place at the destination that one job at a time writes to. Empty on jobs of older versions until
-- the server starts, which fills in those that wait.
ALTER TABLE migration_jobs ADD COLUMN source_host_key TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE migration_jobs ADD COLUMN destination_host_key TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE migration_jobs ADD COLUMN destination_place_key TEXT NOT NULL DEFAULT '';
