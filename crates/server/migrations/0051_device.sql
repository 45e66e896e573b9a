-- The ledger of devices that record enforcement.

CREATE TABLE device_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  serial TEXT NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('available', 'assigned', 'fixed', 'faulty', 'in_repair', 'scrapped')),
  holder {blob},
  place TEXT,
  checked_at {int},
  check_passed {int},
  published_on TEXT
){strict};
CREATE UNIQUE INDEX device_row_number ON device_row (organ_id, number);
CREATE INDEX device_row_organ ON device_row (organ_id, state, matter_id);
CREATE INDEX device_row_holder ON device_row (holder, matter_id) WHERE holder IS NOT NULL;
