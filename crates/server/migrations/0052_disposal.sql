-- Lists of recordings whose content is to go, and of those whose content went.

CREATE TABLE disposal_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  progress TEXT NOT NULL,
  proposed_on TEXT NOT NULL,
  wait_until TEXT,
  recordings {int} NOT NULL CHECK (recordings >= 0),
  certificate TEXT,
  CHECK ((certificate IS NULL) = (progress <> 'carried_out'))
){strict};
CREATE UNIQUE INDEX disposal_row_certificate ON disposal_row (organ_id, certificate) WHERE certificate IS NOT NULL;
CREATE INDEX disposal_row_organ ON disposal_row (organ_id, matter_id);
CREATE INDEX disposal_row_progress ON disposal_row (organ_id, progress, proposed_on, matter_id);

CREATE TABLE disposal_item (
  matter_id {blob} NOT NULL,
  recording_id {blob} NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, recording_id)
){clustered};
CREATE INDEX disposal_item_recording ON disposal_item (recording_id, matter_id);
