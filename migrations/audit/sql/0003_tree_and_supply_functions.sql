-- Heads of the tree, supplies and suspensions: what a registered writer may do beside appending, each through one function. As
-- with records, nobody changes or removes a head by accident; whoever owns the database could, and a head that is kept elsewhere
-- shows it.

CREATE FUNCTION audit.require_writer(p_log text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $require$
BEGIN
  -- session_user, not current_user: neither SET ROLE nor a function's owner changes it. NULL: a writer of any log.
  IF NOT EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND (p_log IS NULL OR w.log = p_log)) THEN
    RAISE EXCEPTION 'this role does not write this log' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$require$;
--> statement-breakpoint
-- How far a log has grown, how far its newest head reaches (0: no head yet), and that head.
CREATE FUNCTION audit.tree_state(p_log text) RETURNS TABLE (size bigint, signed bigint, note text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $state$
BEGIN
  PERFORM audit.require_writer(p_log);
  RETURN QUERY
  SELECT l.size, coalesce(c.size, 0), c.note
  FROM audit.log AS l
  LEFT JOIN LATERAL (SELECT k.size, k.note FROM audit.checkpoint AS k WHERE k.log = l.name ORDER BY k.size DESC LIMIT 1) AS c ON true
  WHERE l.name = p_log;
END
$state$;
--> statement-breakpoint
-- Leaf hashes in order, at most 10,000 at a time.
CREATE FUNCTION audit.leaf_hashes(p_log text, p_from bigint, p_count integer) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $hashes$
BEGIN
  PERFORM audit.require_writer(p_log);
  RETURN QUERY
  SELECT r.leaf_hash FROM audit.record AS r
  WHERE r.log = p_log AND r.seq >= p_from AND r.seq < p_from + least(p_count, 10000)
  ORDER BY r.seq;
END
$hashes$;
--> statement-breakpoint
-- The last tile of each level: where a signer goes on.
CREATE FUNCTION audit.last_tiles(p_log text) RETURNS TABLE (level integer, place bigint, hashes bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $tiles$
BEGIN
  PERFORM audit.require_writer(p_log);
  RETURN QUERY
  SELECT DISTINCT ON (t.level) t.level, t.place, t.hashes FROM audit.tile AS t WHERE t.log = p_log ORDER BY t.level, t.place DESC;
END
$tiles$;
--> statement-breakpoint
-- Keeps a signed head with the tiles that it needs beyond those already kept. False when a head of this size or a larger one is
-- kept already (another process of this department was faster). Refuses tiles that tell another past than those kept.
CREATE FUNCTION audit.keep_checkpoint(p_log text, p_size bigint, p_root bytea, p_note text, p_levels integer[], p_places bigint[], p_hashes bytea[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $keep$
DECLARE
  v_kept bytea;
  v_tile record;
BEGIN
  PERFORM audit.require_writer(p_log);
  IF octet_length(p_note) > 4096 OR cardinality(p_levels) IS DISTINCT FROM cardinality(p_places) OR cardinality(p_levels) IS DISTINCT FROM cardinality(p_hashes) THEN
    RAISE EXCEPTION 'not a head with its tiles' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('audit checkpoint ' || p_log, 0));
  IF p_size < 1 OR p_size > (SELECT l.size FROM audit.log AS l WHERE l.name = p_log) THEN
    RAISE EXCEPTION 'a head reaches over records that are there' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR v_tile IN SELECT * FROM unnest(p_levels, p_places, p_hashes) AS t(level, place, hashes) ORDER BY 1, 2 LOOP
    SELECT t.hashes INTO v_kept FROM audit.tile AS t WHERE t.log = p_log AND t.level = v_tile.level AND t.place = v_tile.place;
    IF NOT FOUND THEN
      INSERT INTO audit.tile (log, level, place, hashes) VALUES (p_log, v_tile.level, v_tile.place, v_tile.hashes);
    ELSIF octet_length(v_kept) >= octet_length(v_tile.hashes) THEN
      IF substring(v_kept FROM 1 FOR octet_length(v_tile.hashes)) <> v_tile.hashes THEN
        RAISE EXCEPTION 'the tree has another past' USING ERRCODE = 'data_corrupted';
      END IF;
    ELSE
      -- The trigger refuses anything but a longer tile with the same beginning.
      UPDATE audit.tile AS t SET hashes = v_tile.hashes WHERE t.log = p_log AND t.level = v_tile.level AND t.place = v_tile.place;
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM audit.checkpoint AS c WHERE c.log = p_log AND c.size >= p_size) THEN
    RETURN false;
  END IF;
  INSERT INTO audit.checkpoint (log, size, root, note) VALUES (p_log, p_size, p_root, p_note);
  RETURN true;
END
$keep$;
--> statement-breakpoint
-- Charges an organisation with subjects it is about to be supplied with: parallel arrays of bulk class and subject. `p_limits`:
-- {"A": [24-hour limit, 30-day limit], …}. Returns the classes whose limit the supply would pass; then nothing is charged. One
-- organisation's charges stand in a row, so that copies of a gateway cannot pass a limit together.
CREATE FUNCTION audit.charge(p_org text, p_at timestamptz, p_classes text[], p_subjects bytea[], p_limits jsonb) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $charge$
DECLARE
  v_class text;
  v_subjects bytea[];
  v_over text[] := ARRAY[]::text[];
  v_day bigint;
  v_month bigint;
BEGIN
  PERFORM audit.require_writer(NULL);
  IF cardinality(p_classes) IS DISTINCT FROM cardinality(p_subjects) THEN
    RAISE EXCEPTION 'a class for each subject' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- The record that follows waits for the disk, and with it for this transaction, which is written before it.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(hashtextextended('audit supply ' || p_org, 0));
  FOR v_class, v_subjects IN SELECT c.class, array_agg(DISTINCT c.subject) FROM unnest(p_classes, p_subjects) AS c(class, subject) GROUP BY c.class LOOP
    -- Distinct subjects in each window once these are in it: all that are there, and those of these that are not.
    SELECT count(*) FILTER (WHERE s.last_at > p_at - interval '24 hours'), count(*) INTO v_day, v_month
      FROM audit.supply AS s WHERE s.org = p_org AND s.bulk_class = v_class AND s.last_at > p_at - interval '30 days';
    SELECT v_day + cardinality(v_subjects) - count(*) FILTER (WHERE s.last_at > p_at - interval '24 hours'), v_month + cardinality(v_subjects) - count(*)
      INTO v_day, v_month
      FROM unnest(v_subjects) AS u(subject)
      JOIN audit.supply AS s ON s.org = p_org AND s.bulk_class = v_class AND s.subject = u.subject AND s.last_at > p_at - interval '30 days';
    -- A class without limits is a mistake of the caller: nothing is supplied.
    IF (v_day <= (p_limits -> v_class ->> 0)::bigint AND v_month <= (p_limits -> v_class ->> 1)::bigint) IS NOT TRUE THEN
      v_over := v_over || v_class;
    END IF;
  END LOOP;
  IF cardinality(v_over) = 0 THEN
    INSERT INTO audit.supply AS s (org, bulk_class, subject, last_at)
    SELECT DISTINCT p_org, c.class, c.subject, p_at FROM unnest(p_classes, p_subjects) AS c(class, subject) ORDER BY 2, 3
    ON CONFLICT (org, bulk_class, subject) DO UPDATE SET last_at = greatest(s.last_at, excluded.last_at);
  END IF;
  RETURN v_over;
END
$charge$;
--> statement-breakpoint
-- Callers who may not be served now; sub `*`: every caller of the organisation. For any writer.
CREATE FUNCTION audit.suspended() RETURNS TABLE (org text, sub text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $suspended$
BEGIN
  PERFORM audit.require_writer(NULL);
  RETURN QUERY SELECT DISTINCT s.org, s.sub FROM audit.suspension AS s WHERE s.restored_at IS NULL;
END
$suspended$;
--> statement-breakpoint
-- For the writer of the log `governance` only, which is where the officer's identity was proved.
CREATE FUNCTION audit.suspend(p_id uuid, p_org text, p_sub text, p_reason text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $suspend$
BEGIN
  PERFORM audit.require_writer('governance');
  INSERT INTO audit.suspension (id, org, sub, reason, by_org, by_sub, at) VALUES (p_id, p_org, p_sub, p_reason, p_by_org, p_by_sub, p_at);
END
$suspend$;
--> statement-breakpoint
-- 'RESTORED', 'SAME_OFFICER' (whoever suspended does not restore), or 'NOT_SUSPENDED' (unknown, or restored already).
CREATE FUNCTION audit.restore(p_id uuid, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $restore$
DECLARE
  v_suspension audit.suspension;
BEGIN
  PERFORM audit.require_writer('governance');
  SELECT * INTO v_suspension FROM audit.suspension AS s WHERE s.id = p_id FOR UPDATE;
  IF NOT FOUND OR v_suspension.restored_at IS NOT NULL THEN
    RETURN 'NOT_SUSPENDED';
  END IF;
  IF (v_suspension.by_org, v_suspension.by_sub) = (p_by_org, p_by_sub) THEN
    RETURN 'SAME_OFFICER';
  END IF;
  UPDATE audit.suspension AS s SET restored_by_org = p_by_org, restored_by_sub = p_by_sub, restored_at = p_at WHERE s.id = p_id;
  RETURN 'RESTORED';
END
$restore$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.require_writer(text), audit.tree_state(text), audit.leaf_hashes(text, bigint, integer), audit.last_tiles(text),
  audit.keep_checkpoint(text, bigint, bytea, text, integer[], bigint[], bytea[]), audit.charge(text, timestamptz, text[], bytea[], jsonb), audit.suspended(),
  audit.suspend(uuid, text, text, text, text, text, timestamptz), audit.restore(uuid, text, text, timestamptz) FROM PUBLIC;
--> statement-breakpoint
CREATE FUNCTION audit.refuse_other_past() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF (NEW.log, NEW.level, NEW.place) <> (OLD.log, OLD.level, OLD.place) OR substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) <> OLD.hashes THEN
    RAISE EXCEPTION 'an audit log is append-only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
-- A suspension stays as it was but for its one restoration.
CREATE FUNCTION audit.refuse_other_suspension() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF OLD.restored_at IS NOT NULL OR (NEW.id, NEW.org, NEW.sub, NEW.reason, NEW.by_org, NEW.by_sub, NEW.at) <> (OLD.id, OLD.org, OLD.sub, OLD.reason, OLD.by_org, OLD.by_sub, OLD.at) THEN
    RAISE EXCEPTION 'a suspension is changed by its restoration only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.refuse_other_past(), audit.refuse_other_suspension() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER checkpoint_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER tile_stays BEFORE DELETE OR TRUNCATE ON audit.tile
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER tile_only_grows BEFORE UPDATE ON audit.tile
FOR EACH ROW EXECUTE FUNCTION audit.refuse_other_past();
--> statement-breakpoint
CREATE TRIGGER suspension_stays BEFORE DELETE OR TRUNCATE ON audit.suspension
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER suspension_ends_once BEFORE UPDATE ON audit.suspension
FOR EACH ROW EXECUTE FUNCTION audit.refuse_other_suspension();
--> statement-breakpoint
-- What a writer may execute; `audit.register_writer` says it for new ones.
CREATE FUNCTION audit.let_write(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.append(text, bytea[]), audit.tree_state(text), audit.leaf_hashes(text, bigint, integer), '
    'audit.last_tiles(text), audit.keep_checkpoint(text, bigint, bytea, text, integer[], bigint[], bytea[]), '
    'audit.charge(text, timestamptz, text[], bytea[], jsonb), audit.suspended(), '
    'audit.suspend(uuid, text, text, text, text, text, timestamptz), audit.restore(uuid, text, text, timestamptz) TO %I', p_role);
END
$let$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.register_writer(p_role text, p_log text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  INSERT INTO audit.log (name) VALUES (p_log) ON CONFLICT DO NOTHING;
  INSERT INTO audit.writer (role, log) VALUES (p_role, p_log) ON CONFLICT DO NOTHING;
  PERFORM audit.let_write(p_role);
END
$register$;
--> statement-breakpoint
-- Lets a role read logs, heads and tiles: an auditor, the gateway that serves heads and proofs, the governance subgraph.
CREATE FUNCTION audit.register_reader(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT SELECT ON audit.log, audit.record, audit.checkpoint, audit.tile, audit.supply, audit.suspension TO %I', p_role);
END
$register$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.let_write(text), audit.register_reader(text) FROM PUBLIC;
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_write(v_role);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'citygraph_governance') THEN
    PERFORM audit.register_writer('citygraph_governance', 'governance');
  END IF;
END
$writers$;
