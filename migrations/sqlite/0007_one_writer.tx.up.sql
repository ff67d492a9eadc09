-- One running job writes to a mailbox at the destination: a claim that would be the second is refused here, whoever makes it.
-- Dry runs write nothing. Jobs of versions before 0004 have no key.
CREATE UNIQUE INDEX migration_jobs_one_writer ON migration_jobs (destination_place_key)
  WHERE status = 'RUNNING' AND NOT dry_run AND destination_place_key <> '';
