-- The experiment store, version 1.
--
-- Times are milliseconds since 1970 (UTC); files are named relative to the store's folder; REAL
-- columns that may be NULL hold a measured value, and NULL means NaN there.
--
-- `segment` is 0 for a run's own line. Going back to an earlier checkpoint leaves rows behind:
-- the n-th time they are numbered n and kept, and the line goes on as 0. For metrics the number
-- stands in `series`, so that a row costs nothing for it.

-- Marks the file as ours: "Cnct".
PRAGMA application_id = 1131307892;

-- min_reader: the oldest schema version whose programs can still read this store.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('min_reader', '1');

-- What a table of runs shows and what changes while one trains. The owner is the process that
-- runs it, or that has put it into the trash.
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    notes TEXT NOT NULL,
    run_group TEXT,
    seed INTEGER NOT NULL,
    state TEXT NOT NULL,
    state_text TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    steps INTEGER NOT NULL DEFAULT 0, -- planned; 0 where not known yet
    steps_per_epoch INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    epoch REAL DEFAULT 0,
    seconds REAL DEFAULT 0, -- trained, pauses not counted
    generation INTEGER NOT NULL DEFAULT 0, -- grows when rows are taken away
    trained_parameters REAL DEFAULT 0,
    collapsed_parameters REAL DEFAULT 0,
    owner_machine TEXT,
    owner_host TEXT,
    owner_boot TEXT,
    owner_pid INTEGER,
    owner_start INTEGER,
    owner_heartbeat INTEGER,
    trashed INTEGER
) STRICT;
CREATE INDEX run_owner ON run (owner_pid) WHERE owner_pid IS NOT NULL;

-- The long texts of a run, apart from `run`, whose rows are rewritten every second.
CREATE TABLE document (
    run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
    spec TEXT NOT NULL,
    plan TEXT NOT NULL,
    plan_changes TEXT NOT NULL DEFAULT '[]',
    dataset TEXT NOT NULL,
    environment TEXT NOT NULL
) STRICT;

-- One metric of one task and split of a run, with what a table shows of it. lowest and highest
-- are over finite values. Numbers are never used again, so that a reader that still holds one
-- of a deleted run finds nothing instead of another run.
CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    segment INTEGER NOT NULL DEFAULT 0,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    split TEXT NOT NULL,
    row_count INTEGER NOT NULL DEFAULT 0,
    last_step INTEGER NOT NULL DEFAULT 0,
    last_value REAL,
    lowest_step INTEGER,
    lowest REAL,
    highest_step INTEGER,
    highest REAL,
    UNIQUE (run, segment, task, name, split)
) STRICT;
CREATE INDEX series_key ON series (task, name, split);

-- Clustered by series and step: about 40 bytes a row, and a curve is read in one sweep.
CREATE TABLE metric (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    epoch REAL,
    seconds REAL,
    value REAL,
    PRIMARY KEY (series, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    segment INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL,
    layer TEXT NOT NULL,
    factor TEXT NOT NULL,
    task_a TEXT NOT NULL,
    task_b TEXT NOT NULL,
    estimator TEXT NOT NULL,
    cosine REAL,
    norm_a REAL,
    norm_b REAL,
    PRIMARY KEY (run, segment, step, layer, factor, task_a, task_b, estimator)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    segment INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL,
    epoch REAL,
    seconds REAL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (run, segment, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE preview (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    segment INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL,
    sample TEXT NOT NULL,
    task TEXT NOT NULL,
    kind TEXT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (run, segment, step, sample, task, kind)
) STRICT, WITHOUT ROWID;

-- Numbers grow and are never used again: a reader remembers the last one that it has seen.
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    segment INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    level TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX event_run ON event (run, segment);
