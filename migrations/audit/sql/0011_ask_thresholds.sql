-- Notes thresholds that an organisation asks for: parallel arrays of entry, subject and threshold (the latter two hashes). Returns the
-- entries by which somebody would be asked about with more than `p_most` different thresholds in 24 hours; then nothing is noted. A
-- threshold of those 24 hours is free. One organisation's questions stand in a row, so that copies cannot pass the limit together.
CREATE FUNCTION audit.ask_thresholds(p_org text, p_at timestamptz, p_entries text[], p_subjects bytea[], p_thresholds bytea[], p_most integer) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $ask$
DECLARE
  v_over text[];
BEGIN
  PERFORM audit.require_writer(NULL);
  IF cardinality(p_entries) IS DISTINCT FROM cardinality(p_subjects) OR cardinality(p_entries) IS DISTINCT FROM cardinality(p_thresholds) OR p_most IS NULL THEN
    RAISE EXCEPTION 'an entry, a subject and a threshold for each question' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- The record that follows waits for the disk, and with it for this transaction, which is written before it.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(hashtextextended('audit thresholds ' || p_org, 0));
  DELETE FROM audit.threshold AS t USING unnest(p_entries, p_subjects) AS a(entry, subject)
    WHERE t.org = p_org AND t.entry = a.entry AND t.subject = a.subject AND t.last_at <= p_at - interval '24 hours';
  SELECT coalesce(array_agg(DISTINCT c.entry ORDER BY c.entry), ARRAY[]::text[]) INTO v_over FROM (
    SELECT a.entry, a.subject
      FROM (SELECT DISTINCT u.entry, u.subject, u.threshold FROM unnest(p_entries, p_subjects, p_thresholds) AS u(entry, subject, threshold)) AS a
      LEFT JOIN audit.threshold AS t ON t.org = p_org AND t.entry = a.entry AND t.subject = a.subject AND t.threshold = a.threshold
      GROUP BY a.entry, a.subject
      -- Those that are new, beside those that are known: asked now or not.
      HAVING count(*) FILTER (WHERE t.org IS NULL) > 0 AND count(*) FILTER (WHERE t.org IS NULL)
        + (SELECT count(*) FROM audit.threshold AS k WHERE k.org = p_org AND k.entry = a.entry AND k.subject = a.subject) > p_most
  ) AS c;
  IF cardinality(v_over) = 0 THEN
    INSERT INTO audit.threshold AS t (org, entry, subject, threshold, last_at)
    SELECT DISTINCT p_org, u.entry, u.subject, u.threshold, p_at FROM unnest(p_entries, p_subjects, p_thresholds) AS u(entry, subject, threshold) ORDER BY 2, 3, 4
    ON CONFLICT (org, entry, subject, threshold) DO UPDATE SET last_at = greatest(t.last_at, excluded.last_at);
  END IF;
  RETURN v_over;
END
$ask$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.ask_thresholds(text, timestamptz, text[], bytea[], bytea[], integer) FROM PUBLIC;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.let_write(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.append(text, bytea[]), audit.append_together(text[], bytea[]), '
    'audit.append_run(text[], integer[], integer[], bytea), audit.tree_state(text), '
    'audit.leaf_hashes(text, bigint, integer), audit.last_tiles(text), '
    'audit.keep_checkpoint(text, bigint, bytea, text, integer[], bigint[], bytea[]), '
    'audit.charge(text, timestamptz, text[], bytea[], jsonb), audit.ask_thresholds(text, timestamptz, text[], bytea[], bytea[], integer), '
    'audit.suspended(), '
    'audit.suspend(uuid, text, text, text, text, text, timestamptz), audit.restore(uuid, text, text, timestamptz) TO %I', p_role);
END
$let$;
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_write(v_role);
  END LOOP;
END
$writers$;
