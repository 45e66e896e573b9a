-- 遮蔽件: derivatives that were asked for under an approval of viewing, and what came of them.
CREATE TABLE grant_mask (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  recording_id {blob} NOT NULL,
  segment {int} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('making', 'made', 'failed')),
  sha256_root TEXT,
  asked_by {blob} NOT NULL,
  asked_at {int} NOT NULL,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX grant_mask_recording ON grant_mask (recording_id, matter_id, no);
CREATE INDEX grant_mask_root ON grant_mask (sha256_root, recording_id);
CREATE INDEX grant_mask_asked ON grant_mask (asked_by, state, asked_at);
