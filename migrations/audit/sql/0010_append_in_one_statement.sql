-- As before, in one statement: what a commit costs whatever it holds is shared by few records while a city is quiet.
CREATE OR REPLACE FUNCTION audit.append_run(p_logs text[], p_counts integer[], p_lengths integer[], p_leaves bytea) RETURNS void
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
