-- Two names of one person are one person, wherever two must act: whoever wrote an application and who approves it, two approvers, who stops and
-- who resumes, who suspends and who restores, who submits and who publishes. The comparison is audit.person (0017) and stands nowhere
-- else; the functions are otherwise as they were. A suspended officer acts under no other spelling either.
-- Stops and publications: what officers do about fields, organisations and applications, each through one function, for the writer of
-- the log `governance` alone. Who asks what is withheld may be any writer.

-- Whoever is suspended, or whose organisation is stopped, does nothing. Acts stand in a row until they commit.
CREATE OR REPLACE FUNCTION audit.require_officer(p_org text, p_sub text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $officer$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit suspensions', 0));
  IF EXISTS (SELECT FROM audit.suspension AS s WHERE s.restored_at IS NULL AND s.org = p_org AND (s.sub = '*' OR audit.person(s.sub) = audit.person(p_sub)))
    OR EXISTS (SELECT FROM audit.stop AS s WHERE s.resumed_at IS NULL AND s.kind = 'ORGANISATION' AND s.target = p_org) THEN
    RAISE EXCEPTION 'the officer is suspended' USING ERRCODE = 'CG001';
  END IF;
END
$officer$;
--> statement-breakpoint
-- 'RESTORED', 'SAME_OFFICER' (neither whoever suspended nor the suspended one restores, not even with another organisation's code in
-- the token), or 'NOT_SUSPENDED' (unknown, or restored already).
CREATE OR REPLACE FUNCTION audit.restore(p_id uuid, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $restore$
DECLARE
  v_suspension audit.suspension;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  SELECT * INTO v_suspension FROM audit.suspension AS s WHERE s.id = p_id FOR UPDATE;
  IF NOT FOUND OR v_suspension.restored_at IS NOT NULL THEN
    RETURN 'NOT_SUSPENDED';
  END IF;
  IF audit.person(p_by_sub) IN (audit.person(v_suspension.by_sub), audit.person(v_suspension.sub)) THEN
    RETURN 'SAME_OFFICER';
  END IF;
  UPDATE audit.suspension AS s SET restored_by_org = p_by_org, restored_by_sub = p_by_sub, restored_at = p_at WHERE s.id = p_id;
  RETURN 'RESTORED';
END
$restore$;
--> statement-breakpoint
-- Of a field (p_field), by its owner, or of an organisation or application. 'RESUMED', 'SAME_OFFICER' (whoever stopped does not resume,
-- whatever organisation the token names), or 'NOT_STOPPED' (unknown, another's, or over).
CREATE OR REPLACE FUNCTION audit.resume_sharing(p_id uuid, p_field boolean, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
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
  IF audit.person(v_stop.by_sub) = audit.person(p_by_sub) THEN
    RETURN 'SAME_OFFICER';
  END IF;
  UPDATE audit.stop AS s SET resumed_by_org = p_by_org, resumed_by_sub = p_by_sub, resumed_at = p_at WHERE s.id = p_id;
  RETURN 'RESUMED';
END
$resume$;
--> statement-breakpoint
-- One step of a publication to the state p_state: PUBLISHED → WITHDRAWN → REVIEW → PUBLISHED, REVIEW → DRAFT → REVIEW. 'DONE',
-- 'SAME_OFFICER' (whoever submitted does not publish), or 'OTHER_STATE' (the target is not in a state from which this step leads).
CREATE OR REPLACE FUNCTION audit.step_publication(p_id uuid, p_target text, p_owner text, p_state text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
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
  IF p_state = 'PUBLISHED' AND audit.person(v_newest.by_sub) = audit.person(p_by_sub) THEN
    RETURN 'SAME_OFFICER';
  END IF;
  INSERT INTO audit.publication (id, target, owner, state, by_org, by_sub, at) VALUES (p_id, p_target, p_owner, p_state, p_by_org, p_by_sub, p_at);
  RETURN 'DONE';
END
$step$;
--> statement-breakpoint
-- Why this officer may not decide this version, or NULL. `p_takes`: the demands that the officer's organisation and roles let him fill,
-- [{"role", "org"}]; org `*`: of any organisation whose term is over. Locks the application.
CREATE OR REPLACE FUNCTION audit.refuse_officer(p_id uuid, p_version integer, p_sub text, p_takes jsonb, p_at timestamptz) RETURNS text
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
  IF EXISTS (SELECT FROM unnest(v_is.hands) AS h(sub) WHERE audit.person(h.sub) = audit.person(p_sub)) THEN
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
CREATE OR REPLACE FUNCTION audit.approve_application(p_id uuid, p_version integer, p_org text, p_sub text, p_takes jsonb, p_at timestamptz) RETURNS TABLE (outcome text, role text)
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
  IF EXISTS (SELECT FROM audit.application_demand AS d WHERE d.application = p_id AND d.version = p_version AND audit.person(d.approved_sub) = audit.person(p_sub)) AND (v_refused IS NULL OR v_refused = 'CLOSED') THEN
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
