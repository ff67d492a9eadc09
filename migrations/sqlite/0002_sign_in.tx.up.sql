-- The one administrator.
CREATE TABLE administrator (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  password_hash TEXT NOT NULL,
  changed_at TIMESTAMP NOT NULL
);

--bun:split

-- Sessions by the hash of their token.
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  data BLOB NOT NULL,
  expires_at TIMESTAMP NOT NULL
);

--bun:split

CREATE INDEX sessions_expiry ON sessions (expires_at);

--bun:split

CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  token_hash TEXT NOT NULL UNIQUE,
  read_only BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  last_used_at TIMESTAMP
);
