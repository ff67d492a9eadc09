// Short names for generated types.
import type { JobDetailFragment } from '../gql/graphql';

export type { JobDetailFragment, JobRowFragment, JobStatus, RunFragment } from '../gql/graphql';
export type ReportParts = NonNullable<JobDetailFragment['report']>;
