-- What waits for a role is looked up without what waits for a person by name.
DROP INDEX case_task_role;
CREATE INDEX case_task_role ON case_task (organ_id, role, since, matter_id) WHERE staff_id IS NULL;
