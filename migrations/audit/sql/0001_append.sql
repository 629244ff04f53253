-- The only way into a log. Departments have no privilege on any table; a registered writer may execute `audit.append` for its own
-- logs and nothing else. Not even the owner changes or removes a record by accident: triggers refuse it. Whoever owns the database
-- or is superuser can switch triggers off; that is what the signed heads of the Merkle tree are for.

CREATE FUNCTION audit.append(p_log text, p_leaves bytea[]) RETURNS bigint[]
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

  INSERT INTO audit.record (log, seq, id, at, leaf, leaf_hash)
  SELECT p_log, v_first + t.place - 1, (b.body ->> 'id')::uuid, (b.body ->> 'at')::timestamptz, t.leaf, sha256('\x00'::bytea || t.leaf)
  FROM unnest(p_leaves) WITH ORDINALITY AS t(leaf, place)
  CROSS JOIN LATERAL (SELECT convert_from(t.leaf, 'UTF8')::jsonb AS body) AS b
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
REVOKE ALL ON FUNCTION audit.append(text, bytea[]) FROM PUBLIC;
--> statement-breakpoint
-- Opens the log if it is new and lets the login role append to it. For the owner of this database only; may be repeated.
CREATE FUNCTION audit.register_writer(p_role text, p_log text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  INSERT INTO audit.log (name) VALUES (p_log) ON CONFLICT DO NOTHING;
  INSERT INTO audit.writer (role, log) VALUES (p_role, p_log) ON CONFLICT DO NOTHING;
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.append(text, bytea[]) TO %I', p_role);
END
$register$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.register_writer(text, text) FROM PUBLIC;
--> statement-breakpoint
CREATE FUNCTION audit.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  RAISE EXCEPTION 'an audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$refuse$;
--> statement-breakpoint
CREATE FUNCTION audit.refuse_shrinking() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF NEW.name <> OLD.name OR NEW.size < OLD.size OR NEW.opened_at <> OLD.opened_at THEN
    RAISE EXCEPTION 'an audit log is append-only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.refuse_change(), audit.refuse_shrinking() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.record
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER log_stays BEFORE DELETE OR TRUNCATE ON audit.log
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER log_only_grows BEFORE UPDATE ON audit.log
FOR EACH ROW EXECUTE FUNCTION audit.refuse_shrinking();
--> statement-breakpoint
-- Each append writes a new version of the head's row; room on its page keeps that update off the index.
ALTER TABLE audit.log SET (fillfactor = 10);
--> statement-breakpoint
-- The roles that an embedded city makes, where they exist. Elsewhere the owner calls `audit.register_writer` for its own roles.
DO $writers$
DECLARE
  v_log text;
BEGIN
  FOREACH v_log IN ARRAY ARRAY['population', 'enterprises', 'credit', 'licenses', 'transport', 'gateway'] LOOP
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'citygraph_' || v_log) THEN
      PERFORM audit.register_writer('citygraph_' || v_log, v_log);
    END IF;
  END LOOP;
END
$writers$;
