-- Whose session a browser's cookie was, for a while after its time ran out: what
-- was typed in it is given back to that person only. Nobody is signed in by this.
CREATE TABLE ended_session (
  hash {blob} NOT NULL PRIMARY KEY,
  staff_id {blob} NOT NULL REFERENCES matter (id),
  ended_at {int} NOT NULL
){strict};
CREATE INDEX ended_session_staff ON ended_session (staff_id);
