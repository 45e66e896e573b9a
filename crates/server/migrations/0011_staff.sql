-- Projections of people and organs.

CREATE TABLE organ (
  matter_id {blob} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  short_name TEXT NOT NULL,
  system TEXT NOT NULL,
  region TEXT NOT NULL,
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  confirmed_from TEXT,
  version {int} NOT NULL
){strict};

CREATE TABLE staff_member (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  name TEXT,
  title TEXT,
  unit TEXT NOT NULL,
  enabled {int} NOT NULL CHECK (enabled IN (0, 1)),
  version {int} NOT NULL
){strict};
CREATE INDEX staff_member_organ ON staff_member (organ_id, matter_id);

CREATE TABLE staff_role (
  matter_id {blob} NOT NULL,
  role TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, role)
){clustered};
CREATE INDEX staff_role_organ ON staff_role (organ_id, role);

CREATE TABLE staff_certificate (
  matter_id {blob} NOT NULL,
  number TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  categories TEXT NOT NULL,
  region TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('held', 'suspended', 'revoked')),
  PRIMARY KEY (matter_id, number)
){clustered};
CREATE UNIQUE INDEX staff_certificate_number ON staff_certificate (number);
CREATE INDEX staff_certificate_organ ON staff_certificate (organ_id);
