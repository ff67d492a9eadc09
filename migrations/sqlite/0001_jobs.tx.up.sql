-- AUTOINCREMENT: the id of a deleted job is never used again.
CREATE TABLE migration_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'INTERRUPTED', 'CANCELLED')),
  engine TEXT NOT NULL CHECK (engine IN ('BUILTIN', 'IMAPSYNC')),
  dry_run BOOLEAN NOT NULL,
  source_host TEXT NOT NULL,
  source_port INTEGER NOT NULL CHECK (source_port BETWEEN 1 AND 65535),
  source_security TEXT NOT NULL CHECK (source_security IN ('TLS', 'STARTTLS', 'NONE')),
  source_user TEXT NOT NULL,
  source_verify_certificate BOOLEAN NOT NULL,
  source_password BLOB,
  destination_host TEXT NOT NULL,
  destination_port INTEGER NOT NULL CHECK (destination_port BETWEEN 1 AND 65535),
  destination_security TEXT NOT NULL CHECK (destination_security IN ('TLS', 'STARTTLS', 'NONE')),
  destination_user TEXT NOT NULL,
  destination_verify_certificate BOOLEAN NOT NULL,
  destination_password BLOB,
  options TEXT NOT NULL,
  rerun_of INTEGER REFERENCES migration_jobs (id) ON DELETE SET NULL,
  created_at TIMESTAMP NOT NULL,
  started_at TIMESTAMP,
  finished_at TIMESTAMP,
  exit_code INTEGER,
  exit_reason TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  progress TEXT,
  report TEXT,
  verified BOOLEAN NOT NULL DEFAULT FALSE,
  log_size INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',
  beat_at TIMESTAMP,
  cancel_requested_at TIMESTAMP,
  search_text TEXT NOT NULL,
  CHECK ((finished_at IS NULL) = (status IN ('QUEUED', 'RUNNING')))
);

--bun:split

-- The queue: oldest first.
CREATE INDEX migration_jobs_queue ON migration_jobs (id) WHERE status = 'QUEUED';

--bun:split

-- The list: newest first within a state.
CREATE INDEX migration_jobs_list ON migration_jobs (status, id DESC);

--bun:split

CREATE INDEX migration_jobs_reruns ON migration_jobs (rerun_of) WHERE rerun_of IS NOT NULL;

--bun:split

-- The log as pieces end to end: appending costs the same however long the log is, and the primary
-- key finds the piece that holds an offset.
CREATE TABLE migration_log_chunks (
  job_id INTEGER NOT NULL REFERENCES migration_jobs (id) ON DELETE CASCADE,
  start_offset INTEGER NOT NULL CHECK (start_offset >= 0),
  data BLOB NOT NULL,
  PRIMARY KEY (job_id, start_offset)
);

--bun:split

CREATE TABLE migration_job_counts (
  status TEXT PRIMARY KEY,
  count INTEGER NOT NULL
);

--bun:split

INSERT INTO migration_job_counts (status, count)
VALUES ('QUEUED', 0), ('RUNNING', 0), ('SUCCEEDED', 0), ('FAILED', 0), ('INTERRUPTED', 0), ('CANCELLED', 0);

--bun:split

CREATE TRIGGER migration_jobs_inserted AFTER INSERT ON migration_jobs BEGIN
  UPDATE migration_job_counts SET count = count + 1 WHERE status = NEW.status;
END;

--bun:split

CREATE TRIGGER migration_jobs_deleted AFTER DELETE ON migration_jobs BEGIN
  UPDATE migration_job_counts SET count = count - 1 WHERE status = OLD.status;
END;

--bun:split

-- Updates that leave the state as it is (progress, once a second) do not touch the counters.
CREATE TRIGGER migration_jobs_status_changed AFTER UPDATE OF status ON migration_jobs WHEN OLD.status <> NEW.status BEGIN
  UPDATE migration_job_counts SET count = count - 1 WHERE status = OLD.status;
  UPDATE migration_job_counts SET count = count + 1 WHERE status = NEW.status;
END;
