-- What was decided under which rules: found by the rule set that each command noted, its organ
-- and its day, when a rule turns out to have been another one.
-- @sqlite
CREATE INDEX command_rules ON command (json_extract(context, '$.notes.rules'), organ_id, recorded_at);
-- @postgres
CREATE INDEX command_rules ON command (((context::json -> 'notes') ->> 'rules'), organ_id, recorded_at);
-- @both
-- Errata that wait for an answer, for those who supervise several organs.
CREATE INDEX case_task_erratum ON case_task (organ_id, since, matter_id) WHERE task LIKE 'erratum-%';
