-- An append tells under which numbers its records stand: whoever wrote them signs what it wrote, and need not read it again to do so.
-- Records of several logs, all or none. `p_logs`: names in ascending order (by bytes), `p_counts`: how many records each of them gets,
-- `p_shared`: how many bytes of `p_texts` its records share; `p_ends`, `p_cuts`, `p_own`: as in audit.run, one log after the other,
-- `p_ends` beginning anew with each. Returns the number of the first of them in each log, in the order of `p_logs`.
CREATE FUNCTION audit.append_numbered(p_logs text[], p_counts integer[], p_shared integer[], p_ends integer[], p_cuts integer[], p_texts bytea, p_own bytea) RETURNS bigint[]
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
  v_firsts bigint[];
  v_named bytea;
  v_since integer;
  v_until integer;
  v_cut integer;
  v_piece bytea;
  v_time integer;
  v_id integer;
BEGIN
  IF (v_all BETWEEN 1 AND 1000 AND cardinality(p_cuts) = v_all AND v_logs BETWEEN 1 AND v_all AND cardinality(p_counts) = v_logs AND cardinality(p_shared) = v_logs) IS NOT TRUE THEN
    RAISE EXCEPTION 'between 1 and 1000 records at a time, each in its log' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- A record must outlive a crash before anything is answered.
  IF current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'an audit log needs synchronous_commit' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  -- The canonical text of a record has `"at":` before anything that a caller chose but numbers of cases, and `,"id":` directly before
  -- `"log":`. Inside a text a quotation mark has a backslash before it, so these are names of members. encode() leaves printable ASCII
  -- as it is, and costs a tenth of a conversion between character sets.
  FOR v_at IN 1 .. v_logs LOOP
    IF (p_counts[v_at] BETWEEN 1 AND v_all - v_taken AND p_shared[v_at] >= 0) IS NOT TRUE OR p_logs[v_at] COLLATE "C" <= p_logs[v_at - 1] COLLATE "C" THEN
      RAISE EXCEPTION 'each log once, in order, with its records' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_named := convert_to('","log":"' || p_logs[v_at] || '"', 'UTF8');
    v_since := 0;
    FOR v_record IN v_taken + 1 .. v_taken + p_counts[v_at] LOOP
      v_until := p_ends[v_record];
      v_cut := p_cuts[v_record];
      IF (v_until - v_since BETWEEN 2 AND 1048576 - CASE WHEN v_cut > 0 THEN p_shared[v_at] ELSE 0 END AND v_cut BETWEEN 0 AND v_until - v_since - 1 AND (v_cut = 0 OR p_shared[v_at] > 0)) IS NOT TRUE THEN
        RAISE EXCEPTION 'a leaf is too short or too long' USING ERRCODE = 'invalid_parameter_value';
      END IF;
      v_piece := substring(p_own FROM v_own + v_since + 1 FOR v_until - v_since);
      v_time := position('"at":"'::bytea IN v_piece);
      v_id := CASE WHEN v_cut > 0 THEN v_cut + 1 ELSE position(',"id":"'::bytea IN v_piece) END;
      IF (octet_length(v_piece) = v_until - v_since AND v_time > 0 AND v_id > 0 AND get_byte(v_piece, 0) = 123 AND get_byte(v_piece, v_until - v_since - 1) = 125
        AND substring(v_piece FROM v_id FOR 7) = ',"id":"'::bytea AND substring(v_piece FROM v_id + 43 FOR octet_length(v_named)) = v_named
        AND substring(v_piece FROM v_time + 30 FOR 1) = '"'::bytea AND (v_cut = 0 OR v_time + 30 <= v_cut)
        AND encode(substring(v_piece FROM v_id + 7 FOR 36), 'escape')::uuid IS NOT NULL AND encode(substring(v_piece FROM v_time + 6 FOR 24), 'escape')::timestamptz IS NOT NULL) IS NOT TRUE THEN
        RAISE EXCEPTION 'a leaf is no record of its log' USING ERRCODE = 'invalid_parameter_value';
      END IF;
      v_since := v_until;
    END LOOP;
    v_places := v_places || v_taken;
    v_owns := v_owns || v_own;
    v_texts := v_texts || v_text;
    v_taken := v_taken + p_counts[v_at];
    v_own := v_own + v_since;
    v_text := v_text + p_shared[v_at];
  END LOOP;
  -- What belongs to each log begins behind so many records, bytes of records and bytes of texts; nothing is left.
  IF (v_taken = v_all AND v_own <= 16777216 AND v_own = octet_length(p_own) AND v_text = octet_length(p_texts)) IS NOT TRUE THEN
    RAISE EXCEPTION 'something belongs to no record, or is too much' USING ERRCODE = 'invalid_parameter_value';
  END IF;

  -- Heads are locked in one order: two of these that meet wait for each other and cannot block each other for ever. The locks put
  -- appenders in a row until they commit: sequence numbers have no gap and no duplicate. session_user, not current_user: neither SET
  -- ROLE nor this function's owner changes it.
  WITH held AS MATERIALIZED (
    SELECT l.name, g.count, g.place, g.own, g.text, g.shared
    FROM unnest(p_logs, p_counts, v_places, v_owns, v_texts, p_shared) AS g(name, count, place, own, text, shared) JOIN audit.log AS l ON l.name = g.name
    WHERE EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log = l.name)
    ORDER BY l.name COLLATE "C" FOR UPDATE OF l
  ), grown AS (
    UPDATE audit.log AS l SET size = l.size + h.count FROM held AS h WHERE l.name = h.name
    RETURNING l.name, l.size - h.count AS first, p_ends[h.place + 1 : h.place + h.count] AS ends, p_cuts[h.place + 1 : h.place + h.count] AS cuts, h.own, h.text, h.shared
  ), kept AS (
    INSERT INTO audit.run AS r (log, first, ends, cuts, shared, own)
    SELECT g.name, g.first, g.ends, g.cuts, substring(p_texts FROM g.text + 1 FOR g.shared), substring(p_own FROM g.own + 1 FOR g.ends[cardinality(g.ends)])
    FROM grown AS g
    RETURNING r.log, r.first
  )
  SELECT array_agg(k.first ORDER BY k.log COLLATE "C") INTO v_firsts FROM kept AS k;
  IF (cardinality(v_firsts) = v_logs) IS NOT TRUE THEN
    RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN v_firsts;
END
$append$;
--> statement-breakpoint
-- What processes of earlier versions call, on the same table.
CREATE OR REPLACE FUNCTION audit.append_runs(p_logs text[], p_counts integer[], p_shared integer[], p_ends integer[], p_cuts integer[], p_texts bytea, p_own bytea) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $append$
BEGIN
  PERFORM audit.append_numbered(p_logs, p_counts, p_shared, p_ends, p_cuts, p_texts, p_own);
END
$append$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.append_numbered(text[], integer[], integer[], integer[], integer[], bytea, bytea) FROM PUBLIC;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.let_write(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.append(text, bytea[]), audit.append_together(text[], bytea[]), '
    'audit.append_run(text[], integer[], integer[], bytea), audit.append_runs(text[], integer[], integer[], integer[], integer[], bytea, bytea), '
    'audit.append_numbered(text[], integer[], integer[], integer[], integer[], bytea, bytea), '
    'audit.tree_state(text), audit.leaf_hashes(text, bigint, integer), audit.last_tiles(text), '
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
