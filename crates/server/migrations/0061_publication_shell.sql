-- What of the settings stored public pages were made under: with it they are compared
-- byte for byte wherever the data are, without the settings of the program that serves.
CREATE TABLE publication_shell (
  shell TEXT NOT NULL PRIMARY KEY,
  portal_name TEXT NOT NULL,
  demo {int} NOT NULL CHECK (demo IN (0, 1)),
  made_at {int} NOT NULL
){strict};
