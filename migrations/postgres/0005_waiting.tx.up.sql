-- What a host has asked to wait for, while the job is queued again: {"side", "reason", "until"}.
ALTER TABLE migration_jobs ADD COLUMN waiting JSONB;

--bun:split

-- How often the job was claimed. Each write of a run names the claim that it belongs to, so that what one run sent
-- late changes nothing of the next.
ALTER TABLE migration_jobs ADD COLUMN claim BIGINT NOT NULL DEFAULT 0;
