-- 查阅审批: approvals of viewing, what they cover, each use, loans and delivered copies.
CREATE TABLE grant_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  stage TEXT NOT NULL,
  requested_by {blob} NOT NULL,
  requested_on TEXT NOT NULL,
  requester TEXT NOT NULL,
  purpose TEXT NOT NULL,
  medium TEXT NOT NULL,
  outside {int} NOT NULL,
  restricted {int} NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  uses {int} NOT NULL
){strict};
CREATE INDEX grant_row_organ ON grant_row (organ_id, matter_id);
CREATE INDEX grant_row_stage ON grant_row (organ_id, stage, matter_id);
CREATE INDEX grant_row_person ON grant_row (requested_by, matter_id);

CREATE TABLE grant_use (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  case_id {blob},
  recording_id {blob},
  used_at {int} NOT NULL,
  staff_id {blob} NOT NULL,
  kind TEXT NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX grant_use_case ON grant_use (case_id, used_at);
CREATE INDEX grant_use_recording ON grant_use (recording_id, used_at);

-- Paper volumes that went out: a volume is in one place only.
CREATE TABLE grant_loan (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  case_id {blob} NOT NULL,
  out_on TEXT NOT NULL,
  until_day TEXT NOT NULL,
  returned_on TEXT,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE UNIQUE INDEX grant_loan_out ON grant_loan (case_id) WHERE returned_on IS NULL;
CREATE INDEX grant_loan_organ ON grant_loan (organ_id, matter_id);

-- Letters with which copies went out: a number is used once.
CREATE TABLE grant_delivery (
  matter_id {blob} NOT NULL,
  number TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  delivered_on TEXT NOT NULL,
  PRIMARY KEY (matter_id, number)
){clustered};
CREATE UNIQUE INDEX grant_delivery_number ON grant_delivery (organ_id, number);

-- 案卷: the file of a case.
CREATE TABLE case_file_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  case_id {blob} NOT NULL,
  stage TEXT NOT NULL,
  archive_no TEXT,
  accepted_on TEXT,
  volumes {int} NOT NULL,
  pages {int} NOT NULL
){strict};
CREATE UNIQUE INDEX case_file_number ON case_file_row (organ_id, archive_no) WHERE archive_no IS NOT NULL;
CREATE INDEX case_file_stage ON case_file_row (organ_id, stage, matter_id);
CREATE INDEX case_file_accepted ON case_file_row (organ_id, accepted_on, matter_id);

-- 移交: batches of files handed to the archives.
CREATE TABLE transfer_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  year {int} NOT NULL,
  unit TEXT NOT NULL,
  stage TEXT NOT NULL,
  files {int} NOT NULL
){strict};
CREATE INDEX transfer_row_organ ON transfer_row (organ_id, matter_id);
CREATE INDEX transfer_row_stage ON transfer_row (organ_id, stage, matter_id);

-- A file stands in one batch, unless it was sent back.
CREATE TABLE transfer_file (
  matter_id {blob} NOT NULL,
  file_id {blob} NOT NULL,
  stage TEXT NOT NULL,
  PRIMARY KEY (matter_id, file_id)
){clustered};
CREATE UNIQUE INDEX transfer_file_once ON transfer_file (file_id);

-- 记录检查: checks and the numbers of their letters.
CREATE TABLE check_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  kind TEXT NOT NULL,
  stage TEXT NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  sampled {int} NOT NULL,
  played {int} NOT NULL,
  findings {int} NOT NULL,
  unsettled {int} NOT NULL
){strict};
CREATE INDEX check_row_organ ON check_row (organ_id, matter_id);
CREATE INDEX check_row_stage ON check_row (organ_id, stage, matter_id);

CREATE TABLE check_number (
  matter_id {blob} NOT NULL,
  number TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, number)
){clustered};
CREATE UNIQUE INDEX check_number_once ON check_number (organ_id, number);

-- 音像记录 as file, viewing and check need to know them; rows come from the recordings.
CREATE TABLE recording_filed (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  case_id {blob},
  number TEXT NOT NULL,
  title TEXT NOT NULL,
  unit TEXT NOT NULL,
  recorded_on TEXT NOT NULL,
  registered_at {int} NOT NULL,
  collectors TEXT NOT NULL,
  root TEXT NOT NULL,
  carrier TEXT NOT NULL,
  secrecy TEXT,
  term_from {int},
  term_source TEXT,
  uploaded_at {int},
  excuse TEXT,
  CHECK ((term_from IS NULL) = (term_source IS NULL))
){strict};
CREATE INDEX recording_filed_day ON recording_filed (organ_id, recorded_on, matter_id);

-- Acts that a list may want recorded, and what became of it; rows come from the cases.
CREATE TABLE recording_act (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  act TEXT NOT NULL,
  version {int} NOT NULL,
  recorded_by {blob} NOT NULL,
  recorded_at {int} NOT NULL,
  officers TEXT NOT NULL,
  acted_on TEXT NOT NULL,
  kept TEXT NOT NULL CHECK (kept IN ('recorded', 'excused', 'missing')),
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX recording_act_day ON recording_act (organ_id, acted_on, matter_id);

-- The first checkpoint after an instant: the seed of a draw.
CREATE INDEX ledger_checkpoint_made ON ledger_checkpoint (made_at);
