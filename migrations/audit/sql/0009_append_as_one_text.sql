-- Records of several logs in one commit, as one run of bytes: an array of leaves costs PostgreSQL more to read than all the rest. In one
-- statement: what a commit costs whatever it holds is shared by few records while a city is quiet. What a record row takes of its leaf
-- (`id`, `at`) is found at its place in the canonical text, not by parsing all of it; whether a leaf is canonical JSON of this id,
-- instant and log throughout is what verifiers check of every one.

-- `p_logs`: names in ascending order (by bytes), `p_counts`: how many leaves each of them gets, in the order of the leaves; `p_lengths`:
-- bytes of each leaf; `p_leaves`: all leaves, one after the other. All or none. Returns nothing: whoever asks has the ids.
CREATE FUNCTION audit.append_run(p_logs text[], p_counts integer[], p_lengths integer[], p_leaves bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
SET plan_cache_mode = force_generic_plan
AS $append$
DECLARE
  v_count integer := cardinality(p_lengths);
  v_logs integer := cardinality(p_logs);
  v_taken integer := 0;
  v_ends integer[] := ARRAY[]::integer[];
  v_inserted integer;
BEGIN
  IF (v_count BETWEEN 1 AND 1000 AND v_logs BETWEEN 1 AND v_count AND cardinality(p_counts) = v_logs) IS NOT TRUE THEN
    RAISE EXCEPTION 'between 1 and 1000 leaves at a time, each in its log' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- A record must outlive a crash before anything is answered.
  IF current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'an audit log needs synchronous_commit' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  FOR v_at IN 1 .. v_logs LOOP
    IF (p_counts[v_at] >= 1) IS NOT TRUE OR p_logs[v_at] COLLATE "C" <= p_logs[v_at - 1] COLLATE "C" THEN
      RAISE EXCEPTION 'each log once, in order, with its leaves' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_taken := v_taken + p_counts[v_at];
    v_ends := v_ends || v_taken;
  END LOOP;

  -- Heads are locked in one order: two of these that meet wait for each other and cannot block each other for ever. The locks put
  -- appenders in a row until they commit: sequence numbers have no gap and no duplicate. session_user, not current_user: neither SET
  -- ROLE nor this function's owner changes it.
  -- The canonical text of a record has `"at":` before anything that a caller chose but numbers of cases, and `,"id":` directly before
  -- `"log":`. Inside a text a quotation mark has a backslash before it, so these are names of members.
  WITH held AS MATERIALIZED (
    SELECT l.name, g.count, g.until
    FROM unnest(p_logs, p_counts, v_ends) AS g(name, count, until) JOIN audit.log AS l ON l.name = g.name
    WHERE EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log = l.name)
    ORDER BY l.name COLLATE "C" FOR UPDATE OF l
  ), grown AS (
    UPDATE audit.log AS l SET size = l.size + h.count FROM held AS h WHERE l.name = h.name
    RETURNING l.name, l.size - h.until - 1 AS base, h.until, h.count
  ), leaf AS (
    SELECT g.name, g.base + p.place AS seq, substring(p_leaves FROM p.until - p.length + 1 FOR p.length) AS leaf
    FROM (SELECT n AS length, o AS place, (sum(n) OVER (ORDER BY o ROWS UNBOUNDED PRECEDING))::integer AS until FROM unnest(p_lengths) WITH ORDINALITY AS x(n, o)) AS p
    JOIN grown AS g ON p.place > g.until - g.count AND p.place <= g.until
    WHERE p.length BETWEEN 1 AND 1048576 AND (p.place < v_count OR p.until = octet_length(p_leaves))
    OFFSET 0
  ), found AS (
    SELECT b.*, position('"at":"'::bytea IN b.leaf) AS time_at, position(',"id":"'::bytea IN b.leaf) AS id_at FROM leaf AS b OFFSET 0
  )
  INSERT INTO audit.record (log, seq, id, at, leaf, leaf_hash)
  SELECT c.name, c.seq, convert_from(substring(c.leaf FROM c.id_at + 7 FOR 36), 'LATIN1')::uuid, convert_from(substring(c.leaf FROM c.time_at + 6 FOR 24), 'LATIN1')::timestamptz,
    c.leaf, sha256('\x00'::bytea || c.leaf)
  FROM found AS c
  WHERE c.time_at > 0 AND c.id_at > 0 AND substring(c.leaf FROM c.time_at + 30 FOR 1) = '"'::bytea
    AND substring(c.leaf FROM c.id_at + 43 FOR 10 + octet_length(c.name)) = convert_to('","log":"' || c.name || '"', 'UTF8')
    AND substring(c.leaf FROM 1 FOR 1) = '{'::bytea AND substring(c.leaf FROM octet_length(c.leaf) FOR 1) = '}'::bytea;
  GET DIAGNOSTICS v_inserted = ROW_COUNT;
  IF v_inserted = v_count AND v_taken = v_count THEN
    RETURN;
  END IF;
  IF (SELECT count(*) FROM audit.writer AS w WHERE w.role = session_user AND w.log = ANY(p_logs)) < v_logs THEN
    RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RAISE EXCEPTION 'a leaf is no record of its log, or too long' USING ERRCODE = 'invalid_parameter_value';
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
