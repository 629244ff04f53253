-- What the office of governance does with applications and grants, each thing through one function that checks what no two processes
-- may decide apart: who was first, which version, which two people. Names of persons are compared as records hold them, whatever
-- organisation a token names. Every act stands in a row with those on suspensions (audit.require_officer), so a suspended one acts no more.

-- `p_demands`: [{"role", "org", "due"}], at least one.
CREATE FUNCTION audit.write_demands(p_id uuid, p_version integer, p_demands jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $demands$
BEGIN
  IF jsonb_array_length(p_demands) BETWEEN 1 AND 100 IS NOT TRUE THEN
    RAISE EXCEPTION 'an application needs an approval' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  INSERT INTO audit.application_demand (application, version, role, org, due)
  SELECT p_id, p_version, d.role, d.org, d.due FROM jsonb_to_recordset(p_demands) AS d(role text, org text, due timestamptz);
END
$demands$;
--> statement-breakpoint
-- `p_status`: DRAFT (its owner goes on with it) or PENDING.
CREATE FUNCTION audit.file_application(p_id uuid, p_kind text, p_status text, p_org text, p_sub text, p_content text, p_demands jsonb, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $file$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  IF p_status NOT IN ('DRAFT', 'PENDING') OR octet_length(p_content) > 65536 THEN
    RAISE EXCEPTION 'not an application' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  INSERT INTO audit.application (id, kind, status, org, hands, content, at, changed_at)
  VALUES (p_id, p_kind, p_status, p_org, ARRAY[p_sub], p_content, p_at, p_at);
  PERFORM audit.write_demands(p_id, 1, p_demands);
END
$file$;
--> statement-breakpoint
-- 'DONE', 'UNKNOWN' (or another organisation's), 'STALE' (another version stands now), 'CLOSED'. The approvals so far count no more.
CREATE FUNCTION audit.edit_application(p_id uuid, p_version integer, p_org text, p_sub text, p_content text, p_demands jsonb, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $edit$
DECLARE
  v_is audit.application;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  SELECT * INTO v_is FROM audit.application AS a WHERE a.id = p_id AND a.org = p_org AND a.kind = 'GRANT' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'UNKNOWN';
  END IF;
  IF v_is.version <> p_version THEN
    RETURN 'STALE';
  END IF;
  IF v_is.status NOT IN ('DRAFT', 'PENDING') OR octet_length(p_content) > 65536 THEN
    RETURN 'CLOSED';
  END IF;
  UPDATE audit.application AS a SET version = v_is.version + 1, status = 'PENDING', content = p_content, changed_at = p_at,
    hands = CASE WHEN p_sub = ANY(v_is.hands) THEN v_is.hands ELSE v_is.hands || p_sub END WHERE a.id = p_id;
  PERFORM audit.write_demands(p_id, v_is.version + 1, p_demands);
  RETURN 'DONE';
END
$edit$;
--> statement-breakpoint
-- Why this officer may not decide this version, or NULL. `p_takes`: the demands that the officer's organisation and roles let him fill,
-- [{"role", "org"}]; org `*`: of any organisation whose term is over. Locks the application.
CREATE FUNCTION audit.refuse_officer(p_id uuid, p_version integer, p_sub text, p_takes jsonb, p_at timestamptz) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
DECLARE
  v_is audit.application;
BEGIN
  SELECT * INTO v_is FROM audit.application AS a WHERE a.id = p_id AND a.status <> 'DRAFT' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'UNKNOWN';
  END IF;
  IF NOT EXISTS (SELECT FROM audit.application_demand AS d JOIN jsonb_to_recordset(p_takes) AS t(role text, org text) ON t.role = d.role AND (t.org = d.org OR (t.org = '*' AND d.due < p_at))
      WHERE d.application = p_id AND d.version = v_is.version) THEN
    RETURN 'NOT_ENTITLED';
  END IF;
  IF p_sub = ANY(v_is.hands) THEN
    RETURN 'APPLICANT';
  END IF;
  IF v_is.version <> p_version THEN
    RETURN 'STALE';
  END IF;
  RETURN CASE WHEN v_is.status = 'PENDING' AND (v_is.kind <> 'EMERGENCY' OR NOT EXISTS (SELECT FROM audit.application_demand AS d WHERE d.application = p_id AND d.due < p_at)) THEN NULL ELSE 'CLOSED' END;
END
$refuse$;
--> statement-breakpoint
-- Fills the first open demand that the officer may fill. 'APPROVED', or 'COMPLETE' with the last one: then a grant must follow in the
-- same transaction. Otherwise why not: as refuse_officer, 'SAME_PERSON' (has approved this version in another role), 'REPEATED'.
CREATE FUNCTION audit.approve_application(p_id uuid, p_version integer, p_org text, p_sub text, p_takes jsonb, p_at timestamptz) RETURNS TABLE (outcome text, role text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $approve$
DECLARE
  v_refused text;
  v_demand record;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  v_refused := audit.refuse_officer(p_id, p_version, p_sub, p_takes, p_at);
  SELECT d.role, d.org INTO v_demand
    FROM audit.application_demand AS d JOIN jsonb_to_recordset(p_takes) AS t(role text, org text) ON t.role = d.role AND (t.org = d.org OR (t.org = '*' AND d.due < p_at))
    WHERE d.application = p_id AND d.version = p_version AND d.approved_at IS NULL
    ORDER BY array_position(ARRAY['SECOND', 'REVIEW', 'OWNER', 'CITY'], d.role), d.org LIMIT 1;
  IF EXISTS (SELECT FROM audit.application_demand AS d WHERE d.application = p_id AND d.version = p_version AND d.approved_sub = p_sub) AND (v_refused IS NULL OR v_refused = 'CLOSED') THEN
    RETURN QUERY SELECT CASE WHEN v_refused IS NULL AND v_demand.role IS NOT NULL THEN 'SAME_PERSON' ELSE 'REPEATED' END, NULL::text;
    RETURN;
  END IF;
  IF v_refused IS NOT NULL OR v_demand.role IS NULL THEN
    RETURN QUERY SELECT coalesce(v_refused, 'REPEATED'), NULL::text;
    RETURN;
  END IF;
  UPDATE audit.application_demand AS d SET approved_org = p_org, approved_sub = p_sub, approved_at = p_at
    WHERE d.application = p_id AND d.version = p_version AND d.role = v_demand.role AND d.org = v_demand.org;
  IF EXISTS (SELECT FROM audit.application_demand AS d WHERE d.application = p_id AND d.version = p_version AND d.approved_at IS NULL) THEN
    UPDATE audit.application AS a SET changed_at = p_at WHERE a.id = p_id;
    RETURN QUERY SELECT 'APPROVED'::text, v_demand.role::text;
    RETURN;
  END IF;
  UPDATE audit.application AS a SET status = 'APPROVED', decided_at = p_at, changed_at = p_at WHERE a.id = p_id;
  RETURN QUERY SELECT 'COMPLETE'::text, v_demand.role::text;
END
$approve$;
--> statement-breakpoint
-- 'DONE', or why not.
CREATE FUNCTION audit.reject_application(p_id uuid, p_version integer, p_org text, p_sub text, p_takes jsonb, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $reject$
DECLARE
  v_refused text;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  v_refused := audit.refuse_officer(p_id, p_version, p_sub, p_takes, p_at);
  IF v_refused IS NOT NULL THEN
    RETURN v_refused;
  END IF;
  UPDATE audit.application AS a SET status = 'REJECTED', decided_at = p_at, changed_at = p_at WHERE a.id = p_id;
  RETURN 'DONE';
END
$reject$;
--> statement-breakpoint
CREATE FUNCTION audit.withdraw_application(p_id uuid, p_org text, p_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $withdraw$
DECLARE
  v_status text;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  SELECT a.status INTO v_status FROM audit.application AS a WHERE a.id = p_id AND a.org = p_org FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'UNKNOWN';
  END IF;
  IF v_status NOT IN ('DRAFT', 'PENDING') THEN
    RETURN 'CLOSED';
  END IF;
  UPDATE audit.application AS a SET status = 'WITHDRAWN', decided_at = p_at, changed_at = p_at WHERE a.id = p_id;
  RETURN 'DONE';
END
$withdraw$;
--> statement-breakpoint
-- One application as it stands, with the demands of its version; NULL where there is none.
CREATE FUNCTION audit.application_now(p_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $now$
BEGIN
  PERFORM audit.require_writer('governance');
  RETURN (SELECT jsonb_build_object('id', a.id, 'kind', a.kind, 'version', a.version, 'status', a.status, 'org', a.org, 'by', a.hands[1], 'content', a.content,
      'demands', (SELECT jsonb_agg(jsonb_build_object('role', d.role, 'org', d.org, 'approvedSub', d.approved_sub, 'approvedAt', d.approved_at) ORDER BY d.approved_at, d.role, d.org)
        FROM audit.application_demand AS d WHERE d.application = a.id AND d.version = a.version))
    FROM audit.application AS a WHERE a.id = p_id);
END
$now$;
--> statement-breakpoint
-- The number of the next change of the register; whoever has it holds the register until it commits.
CREATE FUNCTION audit.next_grant_change() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $next$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit grants', 0));
  RETURN (SELECT coalesce(max(greatest(g.made, g.ended, g.retired)), 0) + 1 FROM audit.approved_grant AS g);
END
$next$;
--> statement-breakpoint
-- Puts in force what every demanded officer has approved, two of them at least different people: the demands and their index say so.
-- Grants that ended a month ago are put away with this change.
CREATE FUNCTION audit.activate_grant(p_application uuid, p_id text, p_content text, p_ends_at timestamptz, p_review_due date, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $activate$
DECLARE
  v_is audit.application;
  v_change bigint := audit.next_grant_change();
BEGIN
  PERFORM audit.require_writer('governance');
  SELECT * INTO v_is FROM audit.application AS a WHERE a.id = p_application FOR UPDATE;
  IF v_is.status IS DISTINCT FROM 'APPROVED' OR octet_length(p_content) > 65536
    OR EXISTS (SELECT FROM audit.application_demand AS d WHERE d.application = p_application AND d.version = v_is.version AND d.approved_at IS NULL) THEN
    RAISE EXCEPTION 'this application is not approved' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit.approved_grant (id, application, kind, content, ends_at, made, made_at, review_due)
  VALUES (p_id, p_application, v_is.kind, p_content, p_ends_at, v_change, p_at, p_review_due);
  UPDATE audit.approved_grant AS g SET retired = v_change WHERE g.retired IS NULL AND least(g.ends_at, g.ended_at) < p_at - interval '30 days';
END
$activate$;
--> statement-breakpoint
-- 'DONE', 'UNKNOWN', or 'CLOSED' (revoked already).
CREATE FUNCTION audit.revoke_grant(p_id text, p_org text, p_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $revoke$
DECLARE
  v_change bigint;
  v_ended timestamptz;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  v_change := audit.next_grant_change();
  SELECT g.ended_at INTO v_ended FROM audit.approved_grant AS g WHERE g.id = p_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'UNKNOWN';
  END IF;
  IF v_ended IS NOT NULL THEN
    RETURN 'CLOSED';
  END IF;
  UPDATE audit.approved_grant AS g SET ended = v_change, ended_at = p_at, ended_by_org = p_org, ended_by_sub = p_sub WHERE g.id = p_id;
  RETURN 'DONE';
END
$revoke$;
--> statement-breakpoint
-- What every process that decides needs to know: the grants that changed after a change. For any writer.
CREATE FUNCTION audit.approved_grants(p_after bigint) RETURNS TABLE (id text, content text, made bigint, ended bigint, retired bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $grants$
BEGIN
  PERFORM audit.require_writer(NULL);
  RETURN QUERY SELECT g.id, g.content, g.made, g.ended, g.retired FROM audit.approved_grant AS g
    WHERE greatest(g.made, g.ended, g.retired) > p_after AND (p_after > 0 OR g.retired IS NULL) ORDER BY g.made;
END
$grants$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.write_demands(uuid, integer, jsonb), audit.file_application(uuid, text, text, text, text, text, jsonb, timestamptz),
  audit.edit_application(uuid, integer, text, text, text, jsonb, timestamptz), audit.refuse_officer(uuid, integer, text, jsonb, timestamptz),
  audit.approve_application(uuid, integer, text, text, jsonb, timestamptz), audit.reject_application(uuid, integer, text, text, jsonb, timestamptz),
  audit.withdraw_application(uuid, text, text, timestamptz), audit.application_now(uuid), audit.next_grant_change(),
  audit.activate_grant(uuid, text, text, timestamptz, date, timestamptz), audit.revoke_grant(text, text, text, timestamptz), audit.approved_grants(bigint) FROM PUBLIC;
--> statement-breakpoint
-- A decided application is never opened again, an approval never taken back or moved, a grant changed by its one end alone.
CREATE FUNCTION audit.refuse_other_grant() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF TG_TABLE_NAME = 'application' THEN
    IF OLD.status NOT IN ('DRAFT', 'PENDING') OR (NEW.id, NEW.kind, NEW.org, NEW.at) <> (OLD.id, OLD.kind, OLD.org, OLD.at)
      OR (NEW.content <> OLD.content AND NEW.version <= OLD.version) THEN
      RAISE EXCEPTION 'a decided application stays' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF TG_TABLE_NAME = 'application_demand' THEN
    IF OLD.approved_at IS NOT NULL OR (NEW.application, NEW.version, NEW.role, NEW.org, NEW.due) <> (OLD.application, OLD.version, OLD.role, OLD.org, OLD.due) THEN
      RAISE EXCEPTION 'an approval stays' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF (OLD.ended IS NOT NULL AND NEW.ended IS DISTINCT FROM OLD.ended)
    OR (NEW.id, NEW.application, NEW.kind, NEW.content, NEW.ends_at, NEW.made, NEW.made_at) <> (OLD.id, OLD.application, OLD.kind, OLD.content, OLD.ends_at, OLD.made, OLD.made_at) THEN
    RAISE EXCEPTION 'a grant is changed by its end only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.refuse_other_grant() FROM PUBLIC;
--> statement-breakpoint
DO $triggers$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['application', 'application_demand', 'approved_grant'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.refuse_other_grant()', v_table || '_goes_one_way', v_table);
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE OR TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', v_table || '_stays', v_table);
  END LOOP;
END
$triggers$;
--> statement-breakpoint
-- Beside let_write, which other migrations write anew.
CREATE FUNCTION audit.let_use_register(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.file_application(uuid, text, text, text, text, text, jsonb, timestamptz), '
    'audit.edit_application(uuid, integer, text, text, text, jsonb, timestamptz), audit.approve_application(uuid, integer, text, text, jsonb, timestamptz), '
    'audit.reject_application(uuid, integer, text, text, jsonb, timestamptz), audit.withdraw_application(uuid, text, text, timestamptz), '
    'audit.application_now(uuid), audit.activate_grant(uuid, text, text, timestamptz, date, timestamptz), audit.revoke_grant(text, text, text, timestamptz), '
    'audit.approved_grants(bigint) TO %I', p_role);
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
  PERFORM audit.let_withhold(p_role);
  PERFORM audit.let_use_register(p_role);
END
$register$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.register_reader(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT SELECT ON audit.log, audit.record, audit.checkpoint, audit.tile, audit.supply, audit.suspension, audit.stop, audit.publication, '
    'audit.application, audit.application_demand, audit.approved_grant TO %I', p_role);
END
$register$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.let_use_register(text) FROM PUBLIC;
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_use_register(v_role);
  END LOOP;
  -- Who may read suspensions may read these.
  FOR v_role IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants AS g WHERE g.table_schema = 'audit' AND g.table_name = 'suspension' AND g.privilege_type = 'SELECT' AND g.grantee <> 'PUBLIC' LOOP
    EXECUTE format('GRANT SELECT ON audit.application, audit.application_demand, audit.approved_grant TO %I', v_role);
  END LOOP;
END
$writers$;
