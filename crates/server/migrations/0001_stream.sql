-- The stream: matters, events, their erasable content, the commands behind them.
-- Tokens: {int} {blob} {serial} {strict} {clustered} differ between engines;
-- lines after "-- @sqlite" or "-- @postgres" belong to that engine alone, until
-- the next "-- @both".

CREATE TABLE matter (
  id {blob} NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  family {blob} NOT NULL,
  version {int} NOT NULL CHECK (version >= 1),
  head {blob} NOT NULL,
  created_at {int} NOT NULL,
  erased_at {int}
){strict};
CREATE INDEX matter_organ ON matter (organ_id, kind, id);
CREATE INDEX matter_family ON matter (family);

CREATE TABLE command (
  id {blob} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  actor {blob} NOT NULL,
  organ_id {blob} NOT NULL,
  roles TEXT NOT NULL,
  purpose TEXT NOT NULL,
  body {blob} NOT NULL,
  body_digest {blob} NOT NULL,
  key_family {blob},
  moment TEXT NOT NULL,
  context TEXT NOT NULL,
  read_set TEXT NOT NULL,
  recorded_at {int} NOT NULL,
  result TEXT NOT NULL
){strict};

CREATE TABLE event (
  seq {serial},
  matter_id {blob} NOT NULL REFERENCES matter (id),
  version {int} NOT NULL CHECK (version >= 1),
  kind TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  family {blob} NOT NULL,
  type TEXT NOT NULL,
  type_version {int} NOT NULL,
  envelope {blob} NOT NULL,
  body {blob} NOT NULL,
  salt {blob} NOT NULL,
  content_leaves {blob} NOT NULL,
  root_sha256 {blob} NOT NULL,
  root_sm3 {blob} NOT NULL,
  prev {blob},
  command_id {blob} NOT NULL REFERENCES command (id),
  recorded_at {int} NOT NULL,
  happened_at {int} NOT NULL,
  UNIQUE (matter_id, version)
){strict};
CREATE INDEX event_command ON event (command_id);

-- Slot -1 of a family's first matter at version 1 holds the family's text key.
CREATE TABLE event_content (
  matter_id {blob} NOT NULL,
  version {int} NOT NULL,
  slot {int} NOT NULL,
  name TEXT NOT NULL,
  class TEXT NOT NULL CHECK (class IN ('closed', 'publishable', 'key')),
  salt {blob} NOT NULL,
  text {blob} NOT NULL,
  PRIMARY KEY (matter_id, version, slot),
  FOREIGN KEY (matter_id, version) REFERENCES event (matter_id, version)
){clustered};

-- A permit lives only inside the transaction that erases; the approved
-- destruction event it cites must exist.
CREATE TABLE erasure_permit (
  matter_id {blob} NOT NULL PRIMARY KEY REFERENCES matter (id),
  event_matter {blob} NOT NULL,
  event_version {int} NOT NULL,
  FOREIGN KEY (event_matter, event_version) REFERENCES event (matter_id, version)
){strict};

-- What was erased, when, and by which approved destruction. No foreign key: a
-- restored backup may be older than the destruction that must be applied again.
CREATE TABLE erasure (
  matter_id {blob} NOT NULL PRIMARY KEY REFERENCES matter (id),
  event_matter {blob} NOT NULL,
  event_version {int} NOT NULL,
  erased_at {int} NOT NULL,
  slots {int} NOT NULL
){strict};

-- The last number given for each organ, character and civil year in Shanghai.
CREATE TABLE number_counter (
  organ_id {blob} NOT NULL,
  character TEXT NOT NULL,
  year {int} NOT NULL,
  n {int} NOT NULL CHECK (n >= 0),
  PRIMARY KEY (organ_id, character, year)
){clustered};
CREATE TABLE issued_number (
  organ_id {blob} NOT NULL,
  character TEXT NOT NULL,
  year {int} NOT NULL,
  n {int} NOT NULL CHECK (n >= 1),
  command_id {blob} NOT NULL REFERENCES command (id),
  PRIMARY KEY (organ_id, character, year, n)
){clustered};
CREATE INDEX issued_number_command ON issued_number (command_id);

-- @sqlite
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'append-only: event'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'append-only: event'); END;
CREATE TRIGGER command_no_update BEFORE UPDATE ON command BEGIN SELECT RAISE(ABORT, 'append-only: command'); END;
CREATE TRIGGER command_no_delete BEFORE DELETE ON command BEGIN SELECT RAISE(ABORT, 'append-only: command'); END;
CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'append-only: erasure'); END;
CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'append-only: erasure'); END;
CREATE TRIGGER matter_no_delete BEFORE DELETE ON matter BEGIN SELECT RAISE(ABORT, 'append-only: matter'); END;
CREATE TRIGGER event_content_no_update BEFORE UPDATE ON event_content BEGIN SELECT RAISE(ABORT, 'append-only: event_content'); END;
CREATE TRIGGER event_content_no_delete BEFORE DELETE ON event_content
  WHEN NOT EXISTS (SELECT 1 FROM erasure_permit p WHERE p.matter_id = OLD.matter_id)
  BEGIN SELECT RAISE(ABORT, 'no erasure permit: event_content'); END;
CREATE TRIGGER erasure_permit_cites BEFORE INSERT ON erasure_permit
  WHEN NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.version = NEW.event_version AND e.kind = 'erasure')
  BEGIN SELECT RAISE(ABORT, 'erasure permit cites no destruction event'); END;
-- @postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = '23001'; END $$;
CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER command_no_change BEFORE UPDATE OR DELETE ON command FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER command_no_truncate BEFORE TRUNCATE ON command FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erasure_no_change BEFORE UPDATE OR DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erasure_no_truncate BEFORE TRUNCATE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER matter_no_delete BEFORE DELETE ON matter FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER matter_no_truncate BEFORE TRUNCATE ON matter FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_content_no_update BEFORE UPDATE ON event_content FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_content_no_truncate BEFORE TRUNCATE ON event_content FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_erasure() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM erasure_permit p WHERE p.matter_id = OLD.matter_id) THEN
      RAISE EXCEPTION 'no erasure permit: %', TG_TABLE_NAME USING ERRCODE = '23001';
    END IF;
    RETURN OLD;
  END $$;
CREATE TRIGGER event_content_no_delete BEFORE DELETE ON event_content FOR EACH ROW EXECUTE FUNCTION refuse_erasure();
CREATE FUNCTION check_erasure_permit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.version = NEW.event_version AND e.kind = 'erasure') THEN
      RAISE EXCEPTION 'erasure permit cites no destruction event' USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER erasure_permit_cites BEFORE INSERT ON erasure_permit FOR EACH ROW EXECUTE FUNCTION check_erasure_permit();
-- @both
