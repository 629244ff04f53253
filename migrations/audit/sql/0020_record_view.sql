-- Records one by one, for people and for readers of some of them. `run`: number of the first record of its run, which is no more than 999
-- less than its own: a reader who names a range of both reads that range alone. Verifiers read audit.run itself.
CREATE VIEW audit.record AS
SELECT l.log, l.run, l.seq, substring(encode(l.leaf, 'escape') FROM ',"id":"([0-9a-fA-F-]{36})","log":"')::uuid AS id,
  substring(encode(l.leaf, 'escape') FROM '"at":"([^"]{20,30})"')::timestamptz AS at, l.leaf, sha256('\x00'::bytea || l.leaf) AS leaf_hash
FROM (
  SELECT r.log, r.first AS run, r.first + p.place - 1 AS seq,
    CASE WHEN p.cut > 0 THEN substring(w.own FROM p.since + 1 FOR p.cut) || w.shared || substring(w.own FROM p.since + p.cut + 1 FOR p.until - p.since - p.cut)
      ELSE substring(w.own FROM p.since + 1 FOR p.until - p.since) END AS leaf
  FROM audit.run AS r
  -- Fetched once for all records of the run, not once for each.
  CROSS JOIN LATERAL (SELECT r.own || ''::bytea AS own, r.shared || ''::bytea AS shared OFFSET 0) AS w
  CROSS JOIN LATERAL unnest(r.ends, r.cuts, 0 || r.ends[1 : cardinality(r.ends) - 1]) WITH ORDINALITY AS p(until, cut, since, place)
) AS l;
--> statement-breakpoint
-- Leaf hashes in order, at most 10,000 at a time: computed from what is kept.
CREATE OR REPLACE FUNCTION audit.leaf_hashes(p_log text, p_from bigint, p_count integer) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $hashes$
BEGIN
  PERFORM audit.require_writer(p_log);
  RETURN QUERY
  SELECT r.leaf_hash FROM audit.record AS r
  WHERE r.log = p_log AND r.run > p_from - 1000 AND r.run < p_from + least(p_count, 10000) AND r.seq >= p_from AND r.seq < p_from + least(p_count, 10000)
  ORDER BY r.seq;
END
$hashes$;
--> statement-breakpoint
-- The record with this id, which no index knows: ids begin with the time (RFC 9562 5.7), and so records lie nearly in the order of their
-- ids. A search by halves leads near the place; what is not there, since a clock stood still or ran otherwise, is looked for in all of
-- the log. With the caller's own rights.
CREATE FUNCTION audit.find_record(p_log text, p_id uuid) RETURNS TABLE (seq bigint, leaf bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $find$
DECLARE
  v_named bytea := convert_to(',"id":"' || p_id || '","log":"', 'UTF8');
  v_low bigint := 0;
  v_high bigint := coalesce((SELECT max(r.first) FROM audit.run AS r WHERE r.log = p_log), -1);
  v_place bigint := 0;
  v_reach bigint;
  v_run record;
BEGIN
  WHILE v_low <= v_high LOOP
    SELECT r.first, cardinality(r.ends) AS count, substring(encode(substring(r.own FROM 1 FOR r.ends[1]), 'escape') FROM ',"id":"([0-9a-f-]{36})","log":"') AS id INTO v_run
    FROM audit.run AS r WHERE r.log = p_log AND r.first <= (v_low + v_high) / 2 ORDER BY r.first DESC LIMIT 1;
    IF FOUND AND coalesce(v_run.id, '') COLLATE "C" <= p_id::text COLLATE "C" THEN
      v_place := v_run.first;
      v_low := greatest(v_run.first + v_run.count, (v_low + v_high) / 2 + 1);
    ELSE
      v_high := least(CASE WHEN FOUND THEN v_run.first - 1 ELSE -1 END, (v_low + v_high) / 2 - 1);
    END IF;
  END LOOP;
  FOREACH v_reach IN ARRAY ARRAY[100, 10000, NULL]::bigint[] LOOP
    RETURN QUERY
    SELECT k.seq, k.leaf FROM audit.record AS k
    WHERE k.log = p_log AND position(v_named IN k.leaf) > 0 AND k.run IN (
      SELECT r.first FROM audit.run AS r
      WHERE r.log = p_log AND (v_reach IS NULL OR r.first >= v_place - v_reach AND r.first <= v_place + v_reach) AND position(v_named IN r.own) > 0)
    ORDER BY k.seq LIMIT 1;
    IF FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END
$find$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.find_record(text, uuid) FROM PUBLIC;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.register_reader(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT SELECT ON audit.log, audit.run, audit.record, audit.checkpoint, audit.tile, audit.supply, audit.suspension, audit.stop, audit.publication, '
    'audit.application, audit.application_demand, audit.approved_grant TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.find_record(text, uuid) TO %I', p_role);
END
$register$;
--> statement-breakpoint
DO $readers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants AS g WHERE g.table_schema = 'audit' AND g.table_name = 'run' AND g.privilege_type = 'SELECT' AND g.grantee <> 'PUBLIC' LOOP
    EXECUTE format('GRANT SELECT ON audit.record TO %I', v_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION audit.find_record(text, uuid) TO %I', v_role);
  END LOOP;
END
$readers$;
