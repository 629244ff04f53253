-- Records of several logs in one commit, as one run of bytes: an array of leaves costs PostgreSQL more to read than all the rest. What
-- a record row takes of its leaf (`id`, `at`) is found at its place in the canonical text, not by parsing all of it; whether a leaf is
-- canonical JSON of this id, instant and log throughout is what verifiers check of every one.

-- `p_logs`: names in ascending order (by bytes), `p_counts`: how many leaves each of them gets, in the order of the leaves; `p_lengths`:
-- bytes of each leaf; `p_leaves`: all leaves, one after the other. All or none. Returns nothing: whoever asks has the ids.
CREATE FUNCTION audit.append_run(p_logs text[], p_counts integer[], p_lengths integer[], p_leaves bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $append$
DECLARE
  v_count integer := cardinality(p_lengths);
  v_logs integer := cardinality(p_logs);
  v_log text;
  v_before text;
  v_first bigint;
  v_taken integer := 0;
  v_bases bigint[] := ARRAY[]::bigint[];
  v_ends integer[] := ARRAY[]::integer[];
  v_inserted integer;
BEGIN
  IF v_count IS NULL OR v_count NOT BETWEEN 1 AND 1000 OR v_logs IS NULL OR v_logs NOT BETWEEN 1 AND v_count OR cardinality(p_counts) IS DISTINCT FROM v_logs
    OR (SELECT min(n) < 1 OR max(n) > 1048576 OR bool_or(n IS NULL) OR sum(n) IS DISTINCT FROM octet_length(p_leaves) FROM unnest(p_lengths) AS n) IS DISTINCT FROM false THEN
    RAISE EXCEPTION 'between 1 and 1000 leaves at a time, each of its length and not too long' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- A record must outlive a crash before anything is answered.
  IF current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'an audit log needs synchronous_commit' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;

  -- Logs in one order: two of these that meet wait for each other and cannot block each other for ever. The head's row lock puts
  -- appenders in a row until they commit: sequence numbers have no gap and no duplicate.
  FOR v_at IN 1 .. v_logs LOOP
    v_log := p_logs[v_at];
    -- session_user, not current_user: neither SET ROLE nor this function's owner changes it.
    IF NOT EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log = v_log) THEN
      RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (v_before COLLATE "C" >= v_log COLLATE "C") OR (p_counts[v_at] >= 1) IS NOT TRUE THEN
      RAISE EXCEPTION 'each log once, in order, with its leaves' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE audit.log AS l SET size = l.size + p_counts[v_at] WHERE l.name = v_log RETURNING l.size - p_counts[v_at] INTO v_first;
    v_bases := v_bases || (v_first - v_taken - 1);
    v_taken := v_taken + p_counts[v_at];
    v_ends := v_ends || v_taken;
    v_before := v_log;
  END LOOP;
  IF v_taken <> v_count THEN
    RAISE EXCEPTION 'a log for each leaf' USING ERRCODE = 'invalid_parameter_value';
  END IF;

  -- The canonical text of a record has `"at":` before anything that a caller chose but names of cases, and `,"id":` directly before
  -- `"log":`. Inside a text a quotation mark has a backslash before it, so these are names of members.
  INSERT INTO audit.record (log, seq, id, at, leaf, leaf_hash)
  SELECT c.log, c.seq, convert_from(substring(c.leaf FROM c.id_at + 7 FOR 36), 'LATIN1')::uuid, convert_from(substring(c.leaf FROM c.time_at + 6 FOR 24), 'LATIN1')::timestamptz,
    c.leaf, sha256('\x00'::bytea || c.leaf)
  FROM (
    SELECT b.log, b.seq, b.leaf, position('"at":"'::bytea IN b.leaf) AS time_at, position(',"id":"'::bytea IN b.leaf) AS id_at
    FROM (
      SELECT g.log, g.base + p.place AS seq, substring(p_leaves FROM p.until - p.length + 1 FOR p.length) AS leaf
      FROM (SELECT n AS length, o AS place, (sum(n) OVER (ORDER BY o ROWS UNBOUNDED PRECEDING))::integer AS until FROM unnest(p_lengths) WITH ORDINALITY AS x(n, o)) AS p
      JOIN unnest(p_logs, v_bases, v_ends, p_counts) AS g(log, base, until, count) ON p.place > g.until - g.count AND p.place <= g.until
      OFFSET 0
    ) AS b
    OFFSET 0
  ) AS c
  WHERE c.time_at > 0 AND c.id_at > 0 AND substring(c.leaf FROM c.time_at + 30 FOR 1) = '"'::bytea
    AND substring(c.leaf FROM c.id_at + 43 FOR 10 + octet_length(c.log)) = convert_to('","log":"' || c.log || '"', 'UTF8')
    AND substring(c.leaf FROM 1 FOR 1) = '{'::bytea AND substring(c.leaf FROM octet_length(c.leaf) FOR 1) = '}'::bytea
  ORDER BY c.seq;
  GET DIAGNOSTICS v_inserted = ROW_COUNT;
  IF v_inserted IS DISTINCT FROM v_count THEN
    RAISE EXCEPTION 'a leaf is no record of its log' USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$append$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.append_run(text[], integer[], integer[], bytea) FROM PUBLIC;
--> statement-breakpoint
-- Leaves of a few kilobytes stand in their row as they are: compressing them, and moving them out of the row, costs more than writing
-- the record. What was written before stays as it is.
ALTER TABLE audit.record ALTER COLUMN leaf SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE audit.record SET (toast_tuple_target = 8160);
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
    'audit.charge(text, timestamptz, text[], bytea[], jsonb), audit.suspended(), '
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
