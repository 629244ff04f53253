-- Records of one log that are appended together are one row of audit.run: a row and its index entry cost as much as the record in it,
-- and what the records have in common is sent and kept once. A leaf's hash is computed from what is kept, by whoever builds a tree.
-- Before anything else: nobody appends until all of this is done. Both in the order in which appenders lock them.
LOCK TABLE audit.log, audit.record IN ACCESS EXCLUSIVE MODE;
--> statement-breakpoint
-- Texts of some kilobytes stand in their row as they are: compressing them costs more than writing them.
ALTER TABLE audit.run ALTER COLUMN own SET STORAGE EXTERNAL, ALTER COLUMN shared SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE audit.run SET (toast_tuple_target = 8160);
--> statement-breakpoint
CREATE TRIGGER run_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.run
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
-- Looked at without calling the function: each append changes a head.
CREATE OR REPLACE TRIGGER log_only_grows BEFORE UPDATE ON audit.log
FOR EACH ROW WHEN ((NEW.name = OLD.name AND NEW.size >= OLD.size AND NEW.opened_at = OLD.opened_at) IS NOT TRUE) EXECUTE FUNCTION audit.refuse_shrinking();
--> statement-breakpoint
-- Records of several logs, all or none. `p_logs`: names in ascending order (by bytes), `p_counts`: how many records each of them gets,
-- `p_shared`: how many bytes of `p_texts` its records share; `p_ends`, `p_cuts`, `p_own`: as in audit.run, one log after the other,
-- `p_ends` beginning anew with each. Returns nothing: whoever asks has the ids.
CREATE FUNCTION audit.append_runs(p_logs text[], p_counts integer[], p_shared integer[], p_ends integer[], p_cuts integer[], p_texts bytea, p_own bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
SET plan_cache_mode = force_generic_plan
AS $append$
DECLARE
  v_all integer := cardinality(p_ends);
  v_logs integer := cardinality(p_logs);
  v_taken integer := 0;
  v_own integer := 0;
  v_text integer := 0;
  v_places integer[] := ARRAY[]::integer[];
  v_owns integer[] := ARRAY[]::integer[];
  v_texts integer[] := ARRAY[]::integer[];
  v_inserted integer;
BEGIN
  IF (v_all BETWEEN 1 AND 1000 AND cardinality(p_cuts) = v_all AND v_logs BETWEEN 1 AND v_all AND cardinality(p_counts) = v_logs AND cardinality(p_shared) = v_logs) IS NOT TRUE THEN
    RAISE EXCEPTION 'between 1 and 1000 records at a time, each in its log' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- A record must outlive a crash before anything is answered.
  IF current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'an audit log needs synchronous_commit' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  -- What belongs to each log begins behind so many records, bytes of records and bytes of texts.
  FOR v_at IN 1 .. v_logs LOOP
    v_places := v_places || v_taken;
    v_owns := v_owns || v_own;
    v_texts := v_texts || v_text;
    v_taken := v_taken + p_counts[v_at];
    v_own := v_own + p_ends[v_taken];
    v_text := v_text + p_shared[v_at];
    IF (p_counts[v_at] >= 1 AND p_shared[v_at] >= 0 AND p_ends[v_taken] >= 1) IS NOT TRUE OR p_logs[v_at] COLLATE "C" <= p_logs[v_at - 1] COLLATE "C" THEN
      RAISE EXCEPTION 'each log once, in order, with its records' USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;
  IF (v_taken = v_all AND v_own <= 16777216 AND v_own = octet_length(p_own) AND v_text = octet_length(p_texts)) IS NOT TRUE THEN
    RAISE EXCEPTION 'something belongs to no record, or is too much' USING ERRCODE = 'invalid_parameter_value';
  END IF;

  -- Heads are locked in one order: two of these that meet wait for each other and cannot block each other for ever. The locks put
  -- appenders in a row until they commit: sequence numbers have no gap and no duplicate. session_user, not current_user: neither SET
  -- ROLE nor this function's owner changes it.
  -- The canonical text of a record has `"at":` before anything that a caller chose but numbers of cases, and `,"id":` directly before
  -- `"log":`. Inside a text a quotation mark has a backslash before it, so these are names of members.
  WITH held AS MATERIALIZED (
    SELECT l.name, g.count, g.place, g.own, g.text, g.shared, convert_to('","log":"' || l.name || '"', 'UTF8') AS named
    FROM unnest(p_logs, p_counts, v_places, v_owns, v_texts, p_shared) AS g(name, count, place, own, text, shared) JOIN audit.log AS l ON l.name = g.name
    WHERE EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log = l.name)
    ORDER BY l.name COLLATE "C" FOR UPDATE OF l
  ), grown AS (
    UPDATE audit.log AS l SET size = l.size + h.count FROM held AS h WHERE l.name = h.name
    RETURNING l.name, l.size - h.count AS first, p_ends[h.place + 1 : h.place + h.count] AS ends, p_cuts[h.place + 1 : h.place + h.count] AS cuts, h.own, h.text, h.shared, h.named
  )
  INSERT INTO audit.run (log, first, ends, cuts, shared, own)
  SELECT g.name, g.first, g.ends, g.cuts, substring(p_texts FROM g.text + 1 FOR g.shared), substring(p_own FROM g.own + 1 FOR g.ends[cardinality(g.ends)])
  FROM grown AS g
  WHERE cardinality(g.ends) = (
    SELECT count(*)
    FROM (
      SELECT b.cut, b.piece, b.bytes, position('"at":"'::bytea IN b.piece) AS time_at, CASE WHEN b.cut > 0 THEN b.cut + 1 ELSE position(',"id":"'::bytea IN b.piece) END AS id_at
      FROM (
        SELECT p.cut, substring(p_own FROM g.own + p.since + 1 FOR p.until - p.since) AS piece, p.until - p.since AS bytes
        FROM unnest(g.ends, g.cuts, 0 || g.ends) AS p(until, cut, since)
        WHERE p.until - p.since BETWEEN 2 AND 1048576 - CASE WHEN p.cut > 0 THEN g.shared ELSE 0 END AND p.cut BETWEEN 0 AND p.until - p.since - 1 AND (p.cut = 0 OR g.shared > 0)
        OFFSET 0
      ) AS b OFFSET 0
    ) AS f
    WHERE f.time_at > 0 AND f.id_at > 0 AND get_byte(f.piece, 0) = 123 AND get_byte(f.piece, f.bytes - 1) = 125
      AND substring(f.piece FROM f.id_at FOR 7) = ',"id":"'::bytea AND substring(f.piece FROM f.id_at + 43 FOR octet_length(g.named)) = g.named
      AND substring(f.piece FROM f.time_at + 30 FOR 1) = '"'::bytea AND (f.cut = 0 OR f.time_at + 30 <= f.cut)
      AND convert_from(substring(f.piece FROM f.id_at + 7 FOR 36), 'LATIN1')::uuid IS NOT NULL AND convert_from(substring(f.piece FROM f.time_at + 6 FOR 24), 'LATIN1')::timestamptz IS NOT NULL
  );
  GET DIAGNOSTICS v_inserted = ROW_COUNT;
  IF v_inserted = v_logs THEN
    RETURN;
  END IF;
  IF (SELECT count(*) FROM audit.writer AS w WHERE w.role = session_user AND w.log = ANY(p_logs)) < v_logs THEN
    RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RAISE EXCEPTION 'a leaf is no record of its log, or too long' USING ERRCODE = 'invalid_parameter_value';
END
$append$;
--> statement-breakpoint
-- What processes of earlier versions call, on the same table.
CREATE OR REPLACE FUNCTION audit.append_run(p_logs text[], p_counts integer[], p_lengths integer[], p_leaves bytea) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $append$
DECLARE
  v_ends integer[] := ARRAY[]::integer[];
  v_taken integer := 0;
BEGIN
  IF (cardinality(p_lengths) BETWEEN 1 AND 1000 AND cardinality(p_logs) BETWEEN 1 AND 1000) IS NOT TRUE OR EXISTS (SELECT FROM unnest(p_lengths) AS n WHERE (n BETWEEN 1 AND 1048576) IS NOT TRUE) THEN
    RAISE EXCEPTION 'between 1 and 1000 leaves at a time, each in its log' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR v_at IN 1 .. cardinality(p_logs) LOOP
    v_ends := v_ends || ARRAY(SELECT (sum(n) OVER (ORDER BY o ROWS UNBOUNDED PRECEDING))::integer FROM unnest(p_lengths[v_taken + 1 : v_taken + p_counts[v_at]]) WITH ORDINALITY AS x(n, o) ORDER BY o);
    v_taken := v_taken + p_counts[v_at];
  END LOOP;
  PERFORM audit.append_runs(p_logs, p_counts, array_fill(0, ARRAY[cardinality(p_logs)]), v_ends, array_fill(0, ARRAY[cardinality(v_ends)]), ''::bytea, p_leaves);
END
$append$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.append(p_log text, p_leaves bytea[]) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $append$
DECLARE
  v_count bigint := cardinality(p_leaves);
  v_first bigint;
BEGIN
  -- session_user, not current_user: neither SET ROLE nor this function's owner changes it.
  IF NOT EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log = p_log) THEN
    RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF v_count IS NULL OR v_count NOT BETWEEN 1 AND 1000 OR array_position(p_leaves, NULL) IS NOT NULL THEN
    RAISE EXCEPTION 'between 1 and 1000 leaves at a time' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'an audit log needs synchronous_commit' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  UPDATE audit.log AS l SET size = l.size + v_count WHERE l.name = p_log RETURNING l.size - v_count INTO v_first;
  INSERT INTO audit.run (log, first, ends, cuts, shared, own)
  SELECT p_log, v_first, array_agg(t.until ORDER BY t.place), array_fill(0, ARRAY[v_count::integer]), ''::bytea, string_agg(t.leaf, ''::bytea ORDER BY t.place)
  FROM (
    SELECT u.leaf, u.place, convert_from(u.leaf, 'UTF8')::jsonb AS body, (sum(octet_length(u.leaf)) OVER (ORDER BY u.place ROWS UNBOUNDED PRECEDING))::integer AS until
    FROM unnest(p_leaves) WITH ORDINALITY AS u(leaf, place)
  ) AS t
  HAVING sum(octet_length(t.leaf)) <= 16777216 AND bool_and((t.body ->> 'log' = p_log AND octet_length(t.leaf) <= 1048576 AND (t.body ->> 'id')::uuid IS NOT NULL AND (t.body ->> 'at')::timestamptz IS NOT NULL) IS TRUE);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a leaf is of another log or too long' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN ARRAY(SELECT generate_series(v_first, v_first + v_count - 1));
END
$append$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.append_runs(text[], integer[], integer[], integer[], integer[], bytea, bytea) FROM PUBLIC;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.let_write(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.append(text, bytea[]), audit.append_together(text[], bytea[]), '
    'audit.append_run(text[], integer[], integer[], bytea), audit.append_runs(text[], integer[], integer[], integer[], integer[], bytea, bytea), '
    'audit.tree_state(text), audit.leaf_hashes(text, bigint, integer), audit.last_tiles(text), '
    'audit.keep_checkpoint(text, bigint, bytea, text, integer[], bigint[], bytea[]), '
    'audit.charge(text, timestamptz, text[], bytea[], jsonb), audit.ask_thresholds(text, timestamptz, text[], bytea[], bytea[], integer), '
    'audit.suspended(), '
    'audit.suspend(uuid, text, text, text, text, text, timestamptz), audit.restore(uuid, text, text, timestamptz) TO %I', p_role);
END
$let$;
--> statement-breakpoint
-- Records of earlier versions, as they are and under their numbers: 32 to a run, fewer where numbers
-- are missing or records are large. Some thousands at a time, so that sorting them takes little memory.
DO $carry$
DECLARE
  v_log text;
  v_low bigint;
BEGIN
  FOR v_log IN SELECT DISTINCT r.log FROM audit.record AS r ORDER BY r.log LOOP
    v_low := (SELECT min(r.seq) FROM audit.record AS r WHERE r.log = v_log);
    WHILE v_low IS NOT NULL LOOP
      v_low := v_low >> 5 << 5;
      INSERT INTO audit.run (log, first, ends, cuts, shared, own)
      SELECT v_log, min(m.seq), array_agg(m.until ORDER BY m.seq), array_fill(0, ARRAY[count(*)::integer]), ''::bytea, string_agg(m.leaf, ''::bytea ORDER BY m.seq)
      FROM (
        SELECT i.*, (sum(octet_length(i.leaf)) OVER (PARTITION BY i.stretch, i.bytes ORDER BY i.seq ROWS UNBOUNDED PRECEDING))::integer AS until
        FROM (
          SELECT r.seq, r.leaf, (r.seq >> 5, r.seq - row_number() OVER (ORDER BY r.seq)) AS stretch, sum(octet_length(r.leaf)) OVER (ORDER BY r.seq) >> 23 AS bytes
          FROM audit.record AS r WHERE r.log = v_log AND r.seq >= v_low AND r.seq < v_low + 3200
        ) AS i
      ) AS m
      GROUP BY m.stretch, m.bytes ORDER BY 2;
      v_low := (SELECT min(r.seq) FROM audit.record AS r WHERE r.log = v_log AND r.seq >= v_low + 3200);
    END LOOP;
  END LOOP;
  IF (SELECT count(*) FROM audit.record) <> (SELECT coalesce(sum(cardinality(r.ends)), 0) FROM audit.run AS r) THEN
    RAISE EXCEPTION 'not all records were carried over' USING ERRCODE = 'data_corrupted';
  END IF;
END
$carry$;
--> statement-breakpoint
-- Who may read records, for as long as the table of records lasts.
DO $readers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants AS g WHERE g.table_schema = 'audit' AND g.table_name = 'record' AND g.privilege_type = 'SELECT' AND g.grantee <> 'PUBLIC' LOOP
    EXECUTE format('GRANT SELECT ON audit.run TO %I', v_role);
  END LOOP;
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_write(v_role);
  END LOOP;
END
$readers$;
