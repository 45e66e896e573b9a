-- The Merkle log: leaves, complete subtrees above them, the head, checkpoints.

CREATE TABLE ledger_leaf (
  idx {int} NOT NULL PRIMARY KEY CHECK (idx >= 0),
  entry {blob} NOT NULL,
  hash {blob} NOT NULL,
  matter_id {blob},
  version {int},
  CHECK ((matter_id IS NULL) = (version IS NULL)),
  UNIQUE (matter_id, version),
  FOREIGN KEY (matter_id, version) REFERENCES event (matter_id, version)
){strict};

-- level k >= 1 holds the roots of complete subtrees of 256^k leaves.
CREATE TABLE ledger_node (
  level {int} NOT NULL CHECK (level >= 1),
  n {int} NOT NULL CHECK (n >= 0),
  hash {blob} NOT NULL,
  PRIMARY KEY (level, n)
){clustered};

-- One row. The fence rises with each sequencer that takes the lease.
CREATE TABLE ledger_head (
  id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
  origin TEXT NOT NULL,
  size {int} NOT NULL CHECK (size >= 0),
  frontier {blob} NOT NULL,
  recorded_at {int} NOT NULL,
  fence {int} NOT NULL,
  lease_until {int} NOT NULL
){strict};

CREATE TABLE ledger_checkpoint (
  size {int} NOT NULL PRIMARY KEY,
  note {blob} NOT NULL,
  made_at {int} NOT NULL
){strict};

-- Logs that ended because an installation was restored behind their anchored
-- head; the first entry of the log that follows cites the head kept here.
CREATE TABLE ledger_former (
  origin TEXT NOT NULL PRIMARY KEY,
  size {int} NOT NULL,
  note {blob} NOT NULL,
  ended_at {int} NOT NULL
){strict};

-- Cosignatures of witnesses, one line a witness and size.
CREATE TABLE ledger_cosignature (
  size {int} NOT NULL REFERENCES ledger_checkpoint (size),
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (size, witness)
){clustered};

-- Events that wait for the sequencer (PostgreSQL only; empty on SQLite).
CREATE TABLE outbox (
  id {serial},
  matter_id {blob} NOT NULL,
  version {int} NOT NULL,
  entry {blob} NOT NULL,
  queued_at {int} NOT NULL,
  FOREIGN KEY (matter_id, version) REFERENCES event (matter_id, version)
){strict};
CREATE INDEX outbox_event ON outbox (matter_id, version);

-- @sqlite
CREATE TRIGGER ledger_leaf_no_update BEFORE UPDATE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'append-only: ledger_leaf'); END;
CREATE TRIGGER ledger_leaf_no_delete BEFORE DELETE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'append-only: ledger_leaf'); END;
CREATE TRIGGER ledger_node_no_update BEFORE UPDATE ON ledger_node BEGIN SELECT RAISE(ABORT, 'append-only: ledger_node'); END;
CREATE TRIGGER ledger_node_no_delete BEFORE DELETE ON ledger_node BEGIN SELECT RAISE(ABORT, 'append-only: ledger_node'); END;
CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: ledger_checkpoint'); END;
CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: ledger_checkpoint'); END;
-- @postgres
CREATE TRIGGER ledger_leaf_no_change BEFORE UPDATE OR DELETE ON ledger_leaf FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_leaf_no_truncate BEFORE TRUNCATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_node_no_change BEFORE UPDATE OR DELETE ON ledger_node FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_node_no_truncate BEFORE TRUNCATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_checkpoint_no_change BEFORE UPDATE OR DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_checkpoint_no_truncate BEFORE TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- @both
