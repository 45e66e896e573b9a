-- A permit to delete content cites an approval that was not withdrawn, or the destroyed
-- content of the recording itself.

-- @sqlite
DROP TRIGGER erasure_permit_cites;
CREATE TRIGGER erasure_permit_cites BEFORE INSERT ON erasure_permit
  WHEN NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.version = NEW.event_version
    AND ((e.kind = 'erasure' AND e.type = 'erasure.approved')
      OR (e.kind = 'recording' AND e.type = 'recording.content_destroyed' AND e.matter_id = NEW.matter_id)))
    OR EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.type = 'erasure.withdrawn')
  BEGIN SELECT RAISE(ABORT, 'erasure permit cites no destruction event'); END;
-- @postgres
CREATE OR REPLACE FUNCTION check_erasure_permit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.version = NEW.event_version
      AND ((e.kind = 'erasure' AND e.type = 'erasure.approved')
        OR (e.kind = 'recording' AND e.type = 'recording.content_destroyed' AND e.matter_id = NEW.matter_id)))
      OR EXISTS (SELECT 1 FROM event e WHERE e.matter_id = NEW.event_matter AND e.type = 'erasure.withdrawn') THEN
      RAISE EXCEPTION 'erasure permit cites no destruction event' USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
  END $$;
-- @both
