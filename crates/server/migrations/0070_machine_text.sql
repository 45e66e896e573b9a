-- Pairs of neighbouring characters of what machines wrote down of the pieces of recordings.
-- It goes when its recording is erased or its content destroyed.
CREATE TABLE recording_word (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  term TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, no, term)
){clustered};
CREATE INDEX recording_word_term ON recording_word (term, organ_id, matter_id, no);

-- Where the content of a recording was destroyed by an approved list, what a machine wrote down
-- of it goes too: the permit cites the event of the recording that says so, and reaches no
-- other text.

-- @sqlite
DROP TRIGGER erasure_permit_cites;
CREATE TRIGGER erasure_permit_cites BEFORE INSERT ON erasure_permit
  WHEN NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.version = NEW.event_version
    AND ((e.kind = 'erasure' AND e.type = 'erasure.approved')
      OR (e.kind = 'recording' AND e.type = 'recording.content_destroyed' AND e.matter_id = NEW.matter_id)))
  BEGIN SELECT RAISE(ABORT, 'erasure permit cites no destruction event'); END;
DROP TRIGGER event_content_no_delete;
CREATE TRIGGER event_content_no_delete BEFORE DELETE ON event_content
  WHEN NOT EXISTS (SELECT 1 FROM erasure_permit p
    JOIN event e ON e.matter_id = p.event_matter AND e.version = p.event_version
    WHERE p.matter_id = OLD.matter_id AND (e.kind = 'erasure' OR EXISTS (SELECT 1 FROM event w
      WHERE w.matter_id = OLD.matter_id AND w.version = OLD.version AND w.type = 'recording.machine_text_made')))
  BEGIN SELECT RAISE(ABORT, 'no erasure permit: event_content'); END;
-- @postgres
CREATE OR REPLACE FUNCTION check_erasure_permit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.version = NEW.event_version
      AND ((e.kind = 'erasure' AND e.type = 'erasure.approved')
        OR (e.kind = 'recording' AND e.type = 'recording.content_destroyed' AND e.matter_id = NEW.matter_id))) THEN
      RAISE EXCEPTION 'erasure permit cites no destruction event' USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
  END $$;
CREATE OR REPLACE FUNCTION refuse_erasure() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM erasure_permit p
      JOIN event e ON e.matter_id = p.event_matter AND e.version = p.event_version
      WHERE p.matter_id = OLD.matter_id AND (e.kind = 'erasure' OR EXISTS (SELECT 1 FROM event w
        WHERE w.matter_id = OLD.matter_id AND w.version = OLD.version AND w.type = 'recording.machine_text_made'))) THEN
      RAISE EXCEPTION 'no erasure permit: %', TG_TABLE_NAME USING ERRCODE = '23001';
    END IF;
    RETURN OLD;
  END $$;
-- @both
