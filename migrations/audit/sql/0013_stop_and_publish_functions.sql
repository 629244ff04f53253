-- Stops and publications: what officers do about fields, organisations and applications, each through one function, for the writer of
-- the log `governance` alone. Who asks what is withheld may be any writer.

-- Whoever is suspended, or whose organisation is stopped, does nothing. Acts stand in a row until they commit.
CREATE OR REPLACE FUNCTION audit.require_officer(p_org text, p_sub text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $officer$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit suspensions', 0));
  IF EXISTS (SELECT FROM audit.suspension AS s WHERE s.restored_at IS NULL AND s.org = p_org AND s.sub IN (p_sub, '*'))
    OR EXISTS (SELECT FROM audit.stop AS s WHERE s.resumed_at IS NULL AND s.kind = 'ORGANISATION' AND s.target = p_org) THEN
    RAISE EXCEPTION 'the officer is suspended' USING ERRCODE = 'CG001';
  END IF;
END
$officer$;
--> statement-breakpoint
-- What may not be served now: kind FIELD, ORGANISATION, APPLICATION, or UNPUBLISHED for a target whose newest step is not PUBLISHED.
CREATE FUNCTION audit.withheld() RETURNS TABLE (kind text, target text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $withheld$
BEGIN
  PERFORM audit.require_writer(NULL);
  RETURN QUERY
  SELECT DISTINCT s.kind, s.target FROM audit.stop AS s WHERE s.resumed_at IS NULL
  UNION ALL
  SELECT 'UNPUBLISHED', n.target
  FROM (SELECT DISTINCT ON (p.target) p.target, p.state FROM audit.publication AS p ORDER BY p.target, p.step DESC NULLS LAST) AS n
  WHERE n.state <> 'PUBLISHED';
END
$withheld$;
--> statement-breakpoint
CREATE FUNCTION audit.stop_sharing(p_id uuid, p_kind text, p_target text, p_owner text, p_reason text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $stop$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  -- A department decides on its own data.
  IF p_kind = 'FIELD' AND p_owner <> p_by_org THEN
    RAISE EXCEPTION 'not of this department' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit.stop (id, kind, target, owner, reason, by_org, by_sub, at) VALUES (p_id, p_kind, p_target, p_owner, p_reason, p_by_org, p_by_sub, p_at);
END
$stop$;
--> statement-breakpoint
-- Of a field (p_field), by its owner, or of an organisation or application. 'RESUMED', 'SAME_OFFICER' (whoever stopped does not resume,
-- whatever organisation the token names), or 'NOT_STOPPED' (unknown, another's, or over).
CREATE FUNCTION audit.resume_sharing(p_id uuid, p_field boolean, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $resume$
DECLARE
  v_stop audit.stop;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  SELECT * INTO v_stop FROM audit.stop AS s WHERE s.id = p_id FOR UPDATE;
  IF NOT FOUND OR v_stop.resumed_at IS NOT NULL OR (v_stop.kind = 'FIELD') <> p_field OR (p_field AND v_stop.owner <> p_by_org) THEN
    RETURN 'NOT_STOPPED';
  END IF;
  IF v_stop.by_sub = p_by_sub THEN
    RETURN 'SAME_OFFICER';
  END IF;
  UPDATE audit.stop AS s SET resumed_by_org = p_by_org, resumed_by_sub = p_by_sub, resumed_at = p_at WHERE s.id = p_id;
  RETURN 'RESUMED';
END
$resume$;
--> statement-breakpoint
-- One step of a publication to the state p_state: PUBLISHED → WITHDRAWN → REVIEW → PUBLISHED, REVIEW → DRAFT → REVIEW. 'DONE',
-- 'SAME_OFFICER' (whoever submitted does not publish), or 'OTHER_STATE' (the target is not in a state from which this step leads).
CREATE FUNCTION audit.step_publication(p_id uuid, p_target text, p_owner text, p_state text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $step$
DECLARE
  v_newest audit.publication;
  v_state text;
BEGIN
  PERFORM audit.require_writer('governance');
  -- Its lock makes steps stand in a row as well.
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  IF p_owner <> p_by_org THEN
    RAISE EXCEPTION 'not of this department' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO v_newest FROM audit.publication AS p WHERE p.target = p_target ORDER BY p.step DESC NULLS LAST LIMIT 1;
  v_state := coalesce(v_newest.state, 'PUBLISHED');
  IF (v_state, p_state) NOT IN (('PUBLISHED', 'WITHDRAWN'), ('WITHDRAWN', 'REVIEW'), ('DRAFT', 'REVIEW'), ('REVIEW', 'PUBLISHED'), ('REVIEW', 'DRAFT')) THEN
    RETURN 'OTHER_STATE';
  END IF;
  IF p_state = 'PUBLISHED' AND v_newest.by_sub = p_by_sub THEN
    RETURN 'SAME_OFFICER';
  END IF;
  INSERT INTO audit.publication (id, target, owner, state, by_org, by_sub, at) VALUES (p_id, p_target, p_owner, p_state, p_by_org, p_by_sub, p_at);
  RETURN 'DONE';
END
$step$;
--> statement-breakpoint
-- A stop stays as it was but for its one end.
CREATE FUNCTION audit.refuse_other_stop() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF OLD.resumed_at IS NOT NULL OR (NEW.id, NEW.kind, NEW.target, NEW.owner, NEW.reason, NEW.by_org, NEW.by_sub, NEW.at) <> (OLD.id, OLD.kind, OLD.target, OLD.owner, OLD.reason, OLD.by_org, OLD.by_sub, OLD.at) THEN
    RAISE EXCEPTION 'a stop is changed by its end only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.withheld(), audit.stop_sharing(uuid, text, text, text, text, text, text, timestamptz),
  audit.resume_sharing(uuid, boolean, text, text, timestamptz), audit.step_publication(uuid, text, text, text, text, text, timestamptz),
  audit.refuse_other_stop() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER stop_stays BEFORE DELETE OR TRUNCATE ON audit.stop
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
CREATE TRIGGER stop_ends_once BEFORE UPDATE ON audit.stop
FOR EACH ROW EXECUTE FUNCTION audit.refuse_other_stop();
--> statement-breakpoint
CREATE TRIGGER publication_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.publication
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
--> statement-breakpoint
-- Beside what audit.let_write lets a writer execute. Its own name, so that both may change.
CREATE FUNCTION audit.let_withhold(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.withheld(), audit.stop_sharing(uuid, text, text, text, text, text, text, timestamptz), '
    'audit.resume_sharing(uuid, boolean, text, text, timestamptz), audit.step_publication(uuid, text, text, text, text, text, timestamptz) TO %I', p_role);
END
$let$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.let_withhold(text) FROM PUBLIC;
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
END
$register$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.register_reader(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $register$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA audit TO %I', p_role);
  EXECUTE format('GRANT SELECT ON audit.log, audit.record, audit.checkpoint, audit.tile, audit.supply, audit.suspension, audit.stop, audit.publication TO %I', p_role);
END
$register$;
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_withhold(v_role);
  END LOOP;
  -- Who may read suspensions may read these.
  FOR v_role IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants AS g WHERE g.table_schema = 'audit' AND g.table_name = 'suspension' AND g.privilege_type = 'SELECT' AND g.grantee <> 'PUBLIC' LOOP
    EXECUTE format('GRANT SELECT ON audit.stop, audit.publication TO %I', v_role);
  END LOOP;
END
$writers$;
