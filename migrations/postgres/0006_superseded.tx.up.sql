-- Runs whose place a later run has taken, by state: they are taken off the counts of all jobs.
CREATE INDEX migration_jobs_superseded ON migration_jobs (status) WHERE superseded;
