-- Records of several logs in one commit, for a process that writes several; and an append that reads each leaf once.

CREATE OR REPLACE FUNCTION audit.append(p_log text, p_leaves bytea[]) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $append$
DECLARE
  v_count bigint := cardinality(p_leaves);
  v_first bigint;
  v_inserted bigint;
BEGIN
  -- session_user, not current_user: neither SET ROLE nor this function's owner changes it.
  IF NOT EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log = p_log) THEN
    RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF v_count IS NULL OR v_count NOT BETWEEN 1 AND 1000 OR array_position(p_leaves, NULL) IS NOT NULL THEN
    RAISE EXCEPTION 'between 1 and 1000 leaves at a time' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- A record must outlive a crash before anything is answered.
  IF current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'an audit log needs synchronous_commit' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;

  -- The head's row lock puts appenders in a row until they commit: sequence numbers have no gap and no duplicate.
  UPDATE audit.log AS l SET size = l.size + v_count WHERE l.name = p_log RETURNING l.size - v_count INTO v_first;

  -- OFFSET 0 keeps the parsed leaf from being computed anew for each use.
  INSERT INTO audit.record (log, seq, id, at, leaf, leaf_hash)
  SELECT p_log, v_first + t.place - 1, (b.body ->> 'id')::uuid, (b.body ->> 'at')::timestamptz, t.leaf, sha256('\x00'::bytea || t.leaf)
  FROM unnest(p_leaves) WITH ORDINALITY AS t(leaf, place)
  CROSS JOIN LATERAL (SELECT convert_from(t.leaf, 'UTF8')::jsonb AS body OFFSET 0) AS b
  WHERE b.body ->> 'log' = p_log AND octet_length(t.leaf) <= 1048576
  ORDER BY t.place;
  GET DIAGNOSTICS v_inserted = ROW_COUNT;
  IF v_inserted IS DISTINCT FROM v_count THEN
    RAISE EXCEPTION 'a leaf is of another log or too long' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN ARRAY(SELECT generate_series(v_first, v_first + v_count - 1));
END
$append$;
--> statement-breakpoint
-- Leaves with the log of each, in the order they get in their logs. All or none. With the caller's own rights: audit.append decides.
CREATE FUNCTION audit.append_together(p_logs text[], p_leaves bytea[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $together$
DECLARE
  v_log text;
  v_leaves bytea[];
BEGIN
  IF cardinality(p_logs) IS DISTINCT FROM cardinality(p_leaves) THEN
    RAISE EXCEPTION 'a log for each leaf' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- In order of name: two of these that meet wait for each other in one order and cannot block each other for ever.
  FOR v_log, v_leaves IN
    SELECT t.log, array_agg(t.leaf ORDER BY t.place)
    FROM unnest(p_logs, p_leaves) WITH ORDINALITY AS t(log, leaf, place)
    GROUP BY t.log ORDER BY t.log
  LOOP
    PERFORM audit.append(v_log, v_leaves);
  END LOOP;
END
$together$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.append_together(text[], bytea[]) FROM PUBLIC;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.let_write(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.append(text, bytea[]), audit.append_together(text[], bytea[]), audit.tree_state(text), '
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
  v_log text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_write(v_role);
  END LOOP;
  -- The role of an embedded city in one process.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'citygraph_city') THEN
    FOREACH v_log IN ARRAY ARRAY['population', 'enterprises', 'credit', 'licenses', 'transport', 'governance', 'gateway'] LOOP
      PERFORM audit.register_writer('citygraph_city', v_log);
    END LOOP;
  END IF;
END
$writers$;
