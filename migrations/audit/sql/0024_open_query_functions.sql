-- What officers do with open queries, each through one function that checks what no two processes may decide apart: which text stands
-- now, which two people, which offices. All of it stands in a row with other acts of officers (audit.require_officer). A text is named
-- by its hash, so nobody approves another one than was read.

-- The newest text of a query.
CREATE FUNCTION audit.open_newest(p_query text) RETURNS audit.open_text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $newest$
  SELECT t.* FROM audit.open_text AS t WHERE t.query = p_query ORDER BY t.made DESC LIMIT 1
$newest$;
--> statement-breakpoint
-- The step that says what of a query is served: its newest publication or withdrawal. What waits for review changes nothing.
CREATE FUNCTION audit.open_standing(p_query text) RETURNS audit.open_step
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $standing$
  SELECT s.* FROM audit.open_step AS s WHERE s.query = p_query AND s.state IN ('PUBLISHED', 'WITHDRAWN') ORDER BY s.step DESC LIMIT 1
$standing$;
--> statement-breakpoint
-- A query that ships as a file, as published by the city's files, where no officer has done anything about it yet.
CREATE FUNCTION audit.seed_open(p_id uuid, p_query text, p_version integer, p_owner text, p_level integer, p_hash text, p_content text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $seed$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM pg_advisory_xact_lock(hashtextextended('audit suspensions', 0));
  IF EXISTS (SELECT FROM audit.open_text AS t WHERE t.query = p_query) THEN
    RETURN false;
  END IF;
  INSERT INTO audit.open_text (id, query, version, owner, level, hash, content, by_org, by_sub, at)
  VALUES (p_id, p_query, p_version, p_owner, p_level, p_hash, p_content, 'CITYGRAPH', 'open-queries', p_at);
  INSERT INTO audit.open_step (id, query, text, state, by_org, by_sub, at) VALUES (p_id, p_query, p_id, 'PUBLISHED', 'CITYGRAPH', 'open-queries', p_at);
  RETURN true;
END
$seed$;
--> statement-breakpoint
-- A draft. Whatever of the query waits for review waits no more. 'DONE', 'OTHER_OWNER', 'OLD_VERSION' (not above what was published), or
-- 'TOO_MANY' (100 of an owner in 24 hours).
CREATE FUNCTION audit.propose_open(p_id uuid, p_query text, p_version integer, p_owner text, p_level integer, p_hash text, p_content text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $propose$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  IF p_owner <> p_by_org OR octet_length(p_content) > 131072 OR encode(sha256(convert_to(p_content, 'UTF8')), 'hex') <> p_hash THEN
    RAISE EXCEPTION 'not an open query of this department' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT FROM audit.open_text AS t WHERE t.query = p_query AND t.owner <> p_owner) THEN
    RETURN 'OTHER_OWNER';
  END IF;
  IF EXISTS (SELECT FROM audit.open_text AS t JOIN audit.open_step AS s ON s.text = t.id WHERE t.query = p_query AND s.state = 'PUBLISHED' AND t.version >= p_version) THEN
    RETURN 'OLD_VERSION';
  END IF;
  IF (SELECT count(*) FROM audit.open_text AS t WHERE t.owner = p_owner AND t.at > p_at - interval '24 hours') >= 100 THEN
    RETURN 'TOO_MANY';
  END IF;
  INSERT INTO audit.open_text (id, query, version, owner, level, hash, content, by_org, by_sub, at)
  VALUES (p_id, p_query, p_version, p_owner, p_level, p_hash, p_content, p_by_org, p_by_sub, p_at);
  INSERT INTO audit.open_step (id, query, text, state, by_org, by_sub, at) VALUES (p_id, p_query, p_id, 'DRAFT', p_by_org, p_by_sub, p_at);
  RETURN 'DONE';
END
$propose$;
--> statement-breakpoint
-- The text with its newest step, if it is the newest text of the query, has that hash and is in that state.
CREATE FUNCTION audit.open_in_state(p_query text, p_hash text, p_state text) RETURNS audit.open_text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $state$
DECLARE
  v_text audit.open_text := audit.open_newest(p_query);
BEGIN
  IF v_text.hash = p_hash AND (SELECT s.state FROM audit.open_step AS s WHERE s.text = v_text.id ORDER BY s.step DESC LIMIT 1) = p_state THEN
    RETURN v_text;
  END IF;
  RETURN NULL;
END
$state$;
--> statement-breakpoint
-- DRAFT → REVIEW, by the owner; REVIEW → DRAFT, by the owner or the city. 'DONE' or 'OTHER_STATE' (another text stands now, too).
CREATE FUNCTION audit.move_open(p_id uuid, p_query text, p_hash text, p_state text, p_role text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS TABLE (outcome text, text_id uuid, version integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $move$
DECLARE
  v_text audit.open_text;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  v_text := audit.open_in_state(p_query, p_hash, CASE p_state WHEN 'REVIEW' THEN 'DRAFT' WHEN 'DRAFT' THEN 'REVIEW' END);
  IF v_text.id IS NULL OR (v_text.owner <> p_by_org AND NOT (p_role = 'CITY' AND p_state = 'DRAFT')) THEN
    RETURN QUERY SELECT 'OTHER_STATE', NULL::uuid, NULL::integer;
    RETURN;
  END IF;
  INSERT INTO audit.open_step (id, query, text, state, by_org, by_sub, at) VALUES (p_id, p_query, v_text.id, p_state, p_by_org, p_by_sub, p_at);
  RETURN QUERY SELECT 'DONE', v_text.id, v_text.version;
END
$move$;
--> statement-breakpoint
-- An approval of what waits for review: by its owner (p_role OWNER) or by the city (CITY), which is needed above L1 and where it has withdrawn
-- the query. Nobody approves what he proposed or submitted, nor twice. 'PUBLISHED' with the last one needed, 'APPROVED', 'SAME_OFFICER',
-- 'REPEATED' or 'OTHER_STATE' (another's or another text, too).
CREATE FUNCTION audit.approve_open(p_id uuid, p_query text, p_hash text, p_role text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS TABLE (outcome text, text_id uuid, version integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $approve$
DECLARE
  v_text audit.open_text;
  v_submitted audit.open_step;
  v_standing audit.open_step;
  v_roles text[];
  v_complete boolean;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  v_text := audit.open_in_state(p_query, p_hash, 'REVIEW');
  IF v_text.id IS NULL OR p_role NOT IN ('OWNER', 'CITY') OR (p_role = 'OWNER' AND v_text.owner <> p_by_org) THEN
    RETURN QUERY SELECT 'OTHER_STATE', NULL::uuid, NULL::integer;
    RETURN;
  END IF;
  SELECT * INTO v_submitted FROM audit.open_step AS s WHERE s.text = v_text.id AND s.state = 'REVIEW' AND s.role IS NULL ORDER BY s.step DESC LIMIT 1;
  IF audit.person(p_by_sub) IN (audit.person(v_text.by_sub), audit.person(v_submitted.by_sub))
    OR EXISTS (SELECT FROM audit.open_step AS s WHERE s.text = v_text.id AND s.step > v_submitted.step AND audit.person(s.by_sub) = audit.person(p_by_sub)) THEN
    RETURN QUERY SELECT 'SAME_OFFICER', NULL::uuid, NULL::integer;
    RETURN;
  END IF;
  SELECT coalesce(array_agg(s.role), '{}') INTO v_roles FROM audit.open_step AS s WHERE s.text = v_text.id AND s.step > v_submitted.step AND s.role IS NOT NULL;
  IF p_role = ANY (v_roles) THEN
    RETURN QUERY SELECT 'REPEATED', NULL::uuid, NULL::integer;
    RETURN;
  END IF;
  v_roles := v_roles || p_role;
  v_standing := audit.open_standing(p_query);
  v_complete := 'OWNER' = ANY (v_roles)
    AND ('CITY' = ANY (v_roles) OR (v_text.level = 1 AND NOT coalesce(v_standing.state = 'WITHDRAWN' AND v_standing.by_org <> v_text.owner, false)));
  INSERT INTO audit.open_step (id, query, text, state, role, by_org, by_sub, at)
  VALUES (p_id, p_query, v_text.id, CASE WHEN v_complete THEN 'PUBLISHED' ELSE 'REVIEW' END, p_role, p_by_org, p_by_sub, p_at);
  RETURN QUERY SELECT CASE WHEN v_complete THEN 'PUBLISHED' ELSE 'APPROVED' END, v_text.id, v_text.version;
END
$approve$;
--> statement-breakpoint
-- PUBLISHED → WITHDRAWN by the owner or the city; WITHDRAWN → PUBLISHED by another person of the organisation that withdrew. 'DONE',
-- 'SAME_OFFICER', or 'OTHER_STATE'.
CREATE FUNCTION audit.stand_open(p_id uuid, p_query text, p_state text, p_role text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS TABLE (outcome text, text_id uuid, version integer, hash text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $stand$
DECLARE
  v_standing audit.open_step;
  v_text audit.open_text;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  v_standing := audit.open_standing(p_query);
  SELECT * INTO v_text FROM audit.open_text AS t WHERE t.id = v_standing.text;
  IF v_text.id IS NULL OR (v_standing.state, p_state) NOT IN (('PUBLISHED', 'WITHDRAWN'), ('WITHDRAWN', 'PUBLISHED'))
    OR (p_role <> 'CITY' AND v_text.owner <> p_by_org) OR (p_state = 'PUBLISHED' AND v_standing.by_org <> p_by_org) THEN
    RETURN QUERY SELECT 'OTHER_STATE', NULL::uuid, NULL::integer, NULL::text;
    RETURN;
  END IF;
  IF p_state = 'PUBLISHED' AND audit.person(v_standing.by_sub) = audit.person(p_by_sub) THEN
    RETURN QUERY SELECT 'SAME_OFFICER', NULL::uuid, NULL::integer, NULL::text;
    RETURN;
  END IF;
  INSERT INTO audit.open_step (id, query, text, state, by_org, by_sub, at) VALUES (p_id, p_query, v_text.id, p_state, p_by_org, p_by_sub, p_at);
  RETURN QUERY SELECT 'DONE', v_text.id, v_text.version, v_text.hash;
END
$stand$;
--> statement-breakpoint
-- What every process that serves needs to know: the standing of each query that changed after a step. For any writer.
CREATE FUNCTION audit.open_queries(p_after bigint) RETURNS TABLE (query text, step bigint, state text, level smallint, hash text, content text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $queries$
BEGIN
  PERFORM audit.require_writer(NULL);
  RETURN QUERY SELECT n.query, n.step, n.state, t.level, t.hash, t.content
  FROM (SELECT DISTINCT ON (s.query) s.query, s.step, s.state, s.text FROM audit.open_step AS s WHERE s.state IN ('PUBLISHED', 'WITHDRAWN') ORDER BY s.query, s.step DESC) AS n
  JOIN audit.open_text AS t ON t.id = n.text WHERE n.step > p_after ORDER BY n.step;
END
$queries$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.open_newest(text), audit.open_standing(text), audit.open_in_state(text, text, text),
  audit.seed_open(uuid, text, integer, text, integer, text, text, timestamptz),
  audit.propose_open(uuid, text, integer, text, integer, text, text, text, text, timestamptz),
  audit.move_open(uuid, text, text, text, text, text, text, timestamptz), audit.approve_open(uuid, text, text, text, text, text, timestamptz),
  audit.stand_open(uuid, text, text, text, text, text, timestamptz), audit.open_queries(bigint) FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER open_text_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.open_text
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER open_step_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.open_step
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
-- Beside let_write, which other migrations write anew.
CREATE FUNCTION audit.let_publish_open(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.seed_open(uuid, text, integer, text, integer, text, text, timestamptz), '
    'audit.propose_open(uuid, text, integer, text, integer, text, text, text, text, timestamptz), '
    'audit.move_open(uuid, text, text, text, text, text, text, timestamptz), audit.approve_open(uuid, text, text, text, text, text, timestamptz), '
    'audit.stand_open(uuid, text, text, text, text, text, timestamptz), audit.open_queries(bigint) TO %I', p_role);
END
$let$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.let_publish_open(text) FROM PUBLIC;
--> statement-breakpoint
-- All that a writer may do: what each part lets it (audit.let_…), so that a part more needs nothing here.
CREATE OR REPLACE FUNCTION audit.register_writer(p_role text, p_log text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
DECLARE
  v_let regproc;
BEGIN
  INSERT INTO audit.log (name) VALUES (p_log) ON CONFLICT DO NOTHING;
  INSERT INTO audit.writer (role, log) VALUES (p_role, p_log) ON CONFLICT DO NOTHING;
  FOR v_let IN SELECT p.oid::regproc FROM pg_proc AS p WHERE p.pronamespace = 'audit'::regnamespace AND p.proname LIKE 'let\_%' AND p.pronargs = 1 ORDER BY p.proname LOOP
    EXECUTE format('SELECT %s($1)', v_let) USING p_role;
  END LOOP;
END
$register$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.register_reader(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT SELECT ON audit.log, audit.run, audit.record, audit.checkpoint, audit.tile, audit.supply, audit.suspension, audit.stop, audit.publication, '
    'audit.application, audit.application_demand, audit.approved_grant, audit.open_text, audit.open_step TO %I', p_role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.find_record(text, uuid) TO %I', p_role);
END
$register$;
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_publish_open(v_role);
  END LOOP;
  -- Who may read suspensions may read these.
  FOR v_role IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants AS g WHERE g.table_schema = 'audit' AND g.table_name = 'suspension' AND g.privilege_type = 'SELECT' AND g.grantee <> 'PUBLIC' LOOP
    EXECUTE format('GRANT SELECT ON audit.open_text, audit.open_step TO %I', v_role);
  END LOOP;
END
$writers$;
