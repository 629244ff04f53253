-- API keys: made, rotated and revoked each through one function, for the writer of the log `governance`; read and counted by gateways.

-- Whoever asks may be the gateway's role or governance's: a gateway reads the register of governance.
CREATE FUNCTION audit.require_gateway() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $require$
BEGIN
  IF NOT EXISTS (SELECT FROM audit.writer AS w WHERE w.role = session_user AND w.log IN ('gateway', 'governance')) THEN
    RAISE EXCEPTION 'this role is no gateway' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$require$;
--> statement-breakpoint
-- Changes get their numbers in the order of their commits: whoever takes one holds the lock of audit.require_officer.
CREATE FUNCTION audit.next_key_change() RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $next$
  SELECT coalesce(max(k.change), 0) + 1 FROM audit.api_key AS k
$next$;
--> statement-breakpoint
-- For the organisation p_org by one of its people. 'DONE', or 'TOO_MANY': it has a hundred that are in force, or made a
-- hundred in 24 hours: quotas are of a key, and a new one must not be the way to more.
CREATE FUNCTION audit.make_key(p_id text, p_hash bytea, p_org text, p_name text, p_client text, p_queries text[], p_zone text, p_expires timestamptz, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $make$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_by_sub);
  IF p_expires <= p_at OR p_expires > p_at + interval '365 days' THEN
    RAISE EXCEPTION 'a key lives a year at most' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF (SELECT count(*) FROM audit.api_key AS k WHERE k.org = p_org AND k.revoked_at IS NULL AND k.expires_at > p_at) >= 100
    OR (SELECT count(*) FROM audit.api_key AS k WHERE k.org = p_org AND k.at > p_at - interval '24 hours') >= 100 THEN
    RETURN 'TOO_MANY';
  END IF;
  INSERT INTO audit.api_key (id, org, name, client, queries, zone, at, by_sub, expires_at, change)
  VALUES (p_id, p_org, p_name, p_client, p_queries, p_zone, p_at, p_by_sub, p_expires, audit.next_key_change());
  INSERT INTO audit.api_key_secret (key, version, hash) VALUES (p_id, 1, p_hash);
  RETURN 'DONE';
END
$make$;
--> statement-breakpoint
-- A new secret beside the old one, which ends at p_old_until. 'DONE', 'UNKNOWN' (none of the organisation that is in force), or 'ZONE':
-- whoever asks from p_zone would be shown a secret that is good from a better one.
-- 'BUSY': the secret of the last rotation is still good, and would end without anybody having said so.
CREATE FUNCTION audit.rotate_key(p_id text, p_hash bytea, p_by_org text, p_by_sub text, p_zone text, p_expires timestamptz, p_old_until timestamptz, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $rotate$
DECLARE
  v_key audit.api_key;
  v_zones CONSTANT text[] := ARRAY['abroad', 'mainland', 'intranet'];
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  IF p_expires <= p_at OR p_expires > p_at + interval '365 days' OR p_old_until < p_at OR p_old_until > p_at + interval '30 days' THEN
    RAISE EXCEPTION 'a key lives a year at most, an old secret a month' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT * INTO v_key FROM audit.api_key AS k WHERE k.id = p_id FOR UPDATE;
  IF NOT FOUND OR v_key.org <> p_by_org OR v_key.revoked_at IS NOT NULL OR v_key.expires_at <= p_at THEN
    RETURN 'UNKNOWN';
  END IF;
  IF array_position(v_zones, p_zone) IS NULL OR array_position(v_zones, p_zone) < array_position(v_zones, v_key.zone) THEN
    RETURN 'ZONE';
  END IF;
  IF v_key.old_until > p_at AND p_old_until > p_at THEN
    RETURN 'BUSY';
  END IF;
  INSERT INTO audit.api_key_secret (key, version, hash) VALUES (p_id, v_key.version + 1, p_hash);
  -- The old secret never lives longer than it would have.
  UPDATE audit.api_key AS k SET version = v_key.version + 1, expires_at = p_expires, rotated_at = p_at, rotated_by_sub = p_by_sub,
    old_until = least(p_old_until, v_key.expires_at), change = audit.next_key_change() WHERE k.id = p_id;
  RETURN 'DONE';
END
$rotate$;
--> statement-breakpoint
-- By somebody of the key's organisation, or (p_any) by an officer who may end any. 'DONE', or 'UNKNOWN': another's, none, or revoked.
CREATE FUNCTION audit.revoke_key(p_id text, p_any boolean, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $revoke$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  UPDATE audit.api_key AS k SET revoked_at = p_at, revoked_by_org = p_by_org, revoked_by_sub = p_by_sub, change = audit.next_key_change()
    WHERE k.id = p_id AND k.revoked_at IS NULL AND (p_any OR k.org = p_by_org);
  RETURN CASE WHEN FOUND THEN 'DONE' ELSE 'UNKNOWN' END;
END
$revoke$;
--> statement-breakpoint
-- What changed after p_seen, in order: a key with the hashes of its newest secret and of the one before. Whoever has seen nothing (0) has
-- no revoked ones to forget.
CREATE FUNCTION audit.open_keys(p_seen bigint) RETURNS TABLE (id text, org text, client text, queries text[], zone text, version integer, hash bytea, expires_at timestamptz, old_hash bytea, old_until timestamptz, revoked boolean, change bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $keys$
BEGIN
  PERFORM audit.require_gateway();
  RETURN QUERY SELECT k.id, k.org, k.client, k.queries, k.zone, k.version, n.hash, k.expires_at, o.hash, k.old_until, k.revoked_at IS NOT NULL, k.change
    FROM audit.api_key AS k
    JOIN audit.api_key_secret AS n ON n.key = k.id AND n.version = k.version
    LEFT JOIN audit.api_key_secret AS o ON o.key = k.id AND o.version = k.version - 1
    WHERE k.change > p_seen AND (p_seen > 0 OR k.revoked_at IS NULL) ORDER BY k.change;
END
$keys$;
--> statement-breakpoint
-- All keys without their hashes, for the copy that governance shows.
CREATE FUNCTION audit.keys_now() RETURNS TABLE (id text, org text, name text, client text, queries text[], zone text, at timestamptz, by_sub text, version integer, expires_at timestamptz, rotated_at timestamptz, rotated_by_sub text, old_until timestamptz, revoked_at timestamptz, revoked_by_org text, revoked_by_sub text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $now$
BEGIN
  PERFORM audit.require_writer('governance');
  RETURN QUERY SELECT k.id, k.org, k.name, k.client, k.queries, k.zone, k.at, k.by_sub, k.version, k.expires_at, k.rotated_at, k.rotated_by_sub, k.old_until, k.revoked_at, k.revoked_by_org, k.revoked_by_sub
    FROM audit.api_key AS k ORDER BY k.id;
END
$now$;
--> statement-breakpoint
-- Counts one request (p_request) and p_rows rows of a caller for a query, and p_lease more where they are left; all or nothing. outcome
-- 'DONE', 'REQUESTS' or 'ROWS': used up. Minutes and hours are those of p_at, and never those of a clock that is behind another's. Rows
-- count for the hour they fall in and the 24 before, so never for less than a day.
CREATE FUNCTION audit.use_open(p_caller text, p_query text, p_request boolean, p_rows bigint, p_lease bigint, p_per_minute integer, p_per_day bigint, p_at timestamptz)
RETURNS TABLE (outcome text, requests_left integer, minute_seconds integer, leased bigint, rows_left bigint, rows_seconds integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $use$
DECLARE
  v audit.open_use;
  v_passed integer;
  v_used bigint;
  v_oldest integer;
BEGIN
  PERFORM audit.require_gateway();
  IF p_rows < 0 OR p_lease < 0 THEN
    RAISE EXCEPTION 'nothing is given back' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- A crash of the server may forget the last half second of counts; no request waits for a disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT * INTO v FROM audit.open_use AS u WHERE u.caller = p_caller AND u.query = p_query FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit.open_use (caller, query, minute, requests, hour, rows)
    VALUES (p_caller, p_query, date_trunc('minute', p_at, 'UTC'), 0, date_trunc('hour', p_at, 'UTC'), array_fill(0::bigint, ARRAY[25])) ON CONFLICT DO NOTHING;
    SELECT * INTO v FROM audit.open_use AS u WHERE u.caller = p_caller AND u.query = p_query FOR UPDATE;
    DELETE FROM audit.open_use AS d WHERE d.ctid IN (SELECT o.ctid FROM audit.open_use AS o WHERE greatest(o.hour, o.minute) < p_at - interval '2 days' LIMIT 20 FOR UPDATE SKIP LOCKED);
  END IF;
  IF date_trunc('minute', p_at, 'UTC') > v.minute THEN
    v.minute := date_trunc('minute', p_at, 'UTC');
    v.requests := 0;
  END IF;
  v_passed := least(extract(epoch FROM date_trunc('hour', p_at, 'UTC') - v.hour) / 3600, 25);
  IF v_passed > 0 THEN
    v.hour := date_trunc('hour', p_at, 'UTC');
    v.rows := (array_fill(0::bigint, ARRAY[v_passed]) || v.rows)[1:25];
  END IF;
  v_used := (SELECT sum(r) FROM unnest(v.rows) AS r);
  outcome := CASE WHEN p_request AND v.requests >= p_per_minute THEN 'REQUESTS' WHEN v_used + p_rows > p_per_day THEN 'ROWS' ELSE 'DONE' END;
  leased := 0;
  IF outcome = 'DONE' THEN
    leased := least(p_lease, p_per_day - v_used - p_rows);
    v.requests := v.requests + p_request::integer;
    v.rows[1] := v.rows[1] + p_rows + leased;
    v_used := v_used + p_rows + leased;
    UPDATE audit.open_use AS u SET minute = v.minute, requests = v.requests, hour = v.hour, rows = v.rows WHERE u.caller = p_caller AND u.query = p_query;
  END IF;
  requests_left := greatest(p_per_minute - v.requests, 0);
  minute_seconds := ceil(extract(epoch FROM v.minute + interval '1 minute' - least(p_at, v.minute + interval '59 seconds')));
  rows_left := greatest(p_per_day - v_used, 0);
  -- Until the oldest rows count no more.
  v_oldest := (SELECT max(n) FROM unnest(v.rows) WITH ORDINALITY AS r (number, n) WHERE r.number > 0);
  rows_seconds := CASE WHEN v_oldest IS NULL THEN 0 ELSE greatest(1, ceil(extract(epoch FROM v.hour + (26 - v_oldest) * interval '1 hour' - p_at))) END;
  RETURN NEXT;
END
$use$;
--> statement-breakpoint
-- A key stays what it was made: only its secret, its ends and nothing else change, and its revocation is for ever.
CREATE FUNCTION audit.refuse_other_key() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF OLD.revoked_at IS NOT NULL OR NEW.version < OLD.version OR NEW.change <= OLD.change
    OR (NEW.id, NEW.org, NEW.name, NEW.client, NEW.zone, NEW.at, NEW.by_sub) <> (OLD.id, OLD.org, OLD.name, OLD.client, OLD.zone, OLD.at, OLD.by_sub)
    OR NEW.queries IS DISTINCT FROM OLD.queries THEN
    RAISE EXCEPTION 'a key is changed by its rotation and its end only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
-- Beside what audit.let_write lets a writer execute.
CREATE FUNCTION audit.let_hold_keys(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.make_key(text, bytea, text, text, text, text[], text, timestamptz, text, timestamptz), '
    'audit.rotate_key(text, bytea, text, text, text, timestamptz, timestamptz, timestamptz), audit.revoke_key(text, boolean, text, text, timestamptz), '
    'audit.open_keys(bigint), audit.keys_now(), audit.use_open(text, text, boolean, bigint, bigint, integer, bigint, timestamptz) TO %I', p_role);
END
$let$;
--> statement-breakpoint
-- A writer that is registered later may do so too, whatever audit.register_writer grants.
CREATE FUNCTION audit.let_new_writer_hold_keys() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = NEW.role) THEN
    PERFORM audit.let_hold_keys(NEW.role);
  END IF;
  RETURN NEW;
END
$let$;
--> statement-breakpoint
-- For the removal of what counts no more.
CREATE INDEX open_use_oldest ON audit.open_use (greatest(hour, minute));
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.require_gateway(), audit.next_key_change(), audit.make_key(text, bytea, text, text, text, text[], text, timestamptz, text, timestamptz),
  audit.rotate_key(text, bytea, text, text, text, timestamptz, timestamptz, timestamptz), audit.revoke_key(text, boolean, text, text, timestamptz),
  audit.open_keys(bigint), audit.keys_now(), audit.use_open(text, text, boolean, bigint, bigint, integer, bigint, timestamptz), audit.refuse_other_key(),
  audit.let_hold_keys(text), audit.let_new_writer_hold_keys() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER api_key_goes_one_way BEFORE UPDATE ON audit.api_key FOR EACH ROW EXECUTE FUNCTION audit.refuse_other_key();
--> statement-breakpoint
CREATE TRIGGER api_key_stays BEFORE DELETE OR TRUNCATE ON audit.api_key FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER api_key_secret_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.api_key_secret FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER writers_hold_keys AFTER INSERT ON audit.writer FOR EACH ROW EXECUTE FUNCTION audit.let_new_writer_hold_keys();
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_hold_keys(v_role);
  END LOOP;
  -- A hash opens nothing, but nobody needs to read it: the owner's defaults would let the reader of audit.
  FOR v_role IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants AS g
    WHERE g.table_schema = 'audit' AND g.table_name = 'api_key_secret' AND g.grantee NOT IN ('PUBLIC', current_user) LOOP
    EXECUTE format('REVOKE ALL ON audit.api_key_secret FROM %I', v_role);
  END LOOP;
END
$writers$;
