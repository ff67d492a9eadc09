// Operations to begin with, one for each tab.

const endpoint = (host: string, user: string) => ({ host, security: 'TLS', user, password: '' });

export const examples = [
  {
    query: `# What went wrong, newest first.
query Failures {
  jobs(first: 20, filter: { status: [FAILED, INTERRUPTED] }) {
    totalCount
    edges {
      node {
        id
        name
        error
        exitReason
        finishedAt
        report {
          messagesFound
          messagesMissing
        }
      }
    }
  }
}
`,
    variables: null,
    headers: null,
  },
  {
    query: `# Copies one mailbox. With dryRun it goes through every step and changes nothing.
mutation Create($input: CreateJobInput!) {
  createJob(input: $input) {
    id
    status
    queuePosition
  }
}
`,
    variables: JSON.stringify(
      {
        input: {
          dryRun: true,
          source: endpoint('imap.old.example.org', 'anna@old.example.org'),
          destination: endpoint('imap.new.example.com', 'anna@new.example.com'),
        },
      },
      null,
      2,
    ),
    headers: null,
  },
  {
    query: `# Follows a log: what is there at once, then each new piece. After a lost
# connection go on at the last newOffset.
subscription Follow($jobId: ID!, $offset: Int64! = 0) {
  logTail(jobId: $jobId, offset: $offset) {
    newOffset
    status
    eof
    chunk
  }
}
`,
    variables: JSON.stringify({ jobId: '1', offset: 0 }, null, 2),
    headers: null,
  },
  {
    query: `# Every change of every job, progress at most once a second.
subscription Watch {
  jobChanged {
    id
    name
    status
    progress {
      messagesDone
      messagesTotal
      etaSeconds
    }
  }
}
`,
    variables: null,
    headers: null,
  },
  {
    query: `# What runs and what waits.
query Now {
  runner {
    slots
    queued
    running {
      id
      name
      progress {
        currentFolder
        messagesDone
        messagesTotal
      }
    }
  }
  jobCounts {
    status
    count
  }
}
`,
    variables: null,
    headers: null,
  },
];
