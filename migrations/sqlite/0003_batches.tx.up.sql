-- Jobs created together, seen and acted on together.
CREATE TABLE migration_batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  paused BOOLEAN NOT NULL DEFAULT FALSE,
  -- When the passwords of its jobs were deleted.
  purged_at TIMESTAMP
);

--bun:split

ALTER TABLE migration_jobs ADD COLUMN batch_id INTEGER REFERENCES migration_batches (id) ON DELETE CASCADE;

--bun:split

-- The mailbox's place in its batch, from 0, which each of its runs keeps.
ALTER TABLE migration_jobs ADD COLUMN batch_position INTEGER NOT NULL DEFAULT 0;

--bun:split

-- A later run of the same mailbox of the batch took its place; the batch counts the latest runs.
ALTER TABLE migration_jobs ADD COLUMN superseded BOOLEAN NOT NULL DEFAULT FALSE;

--bun:split

-- How many jobs may run at once from or to this job's hosts; null: as many as there are slots.
ALTER TABLE migration_jobs ADD COLUMN source_limit INTEGER CHECK (source_limit > 0);

--bun:split

ALTER TABLE migration_jobs ADD COLUMN destination_limit INTEGER CHECK (destination_limit > 0);

--bun:split

-- Automatic retries: which try this is, how many may follow it, whether the end of the server counts, and
-- when this one may start.
ALTER TABLE migration_jobs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;

--bun:split

ALTER TABLE migration_jobs ADD COLUMN retries_left INTEGER NOT NULL DEFAULT 0;

--bun:split

ALTER TABLE migration_jobs ADD COLUMN retry_interrupted BOOLEAN NOT NULL DEFAULT FALSE;

--bun:split

ALTER TABLE migration_jobs ADD COLUMN not_before TIMESTAMP;

--bun:split

-- What signing in on both sides showed before the job was run.
ALTER TABLE migration_jobs ADD COLUMN precheck TEXT;

--bun:split

CREATE INDEX migration_jobs_batch ON migration_jobs (batch_id, batch_position, id) WHERE batch_id IS NOT NULL;
