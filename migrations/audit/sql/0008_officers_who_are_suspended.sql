-- Whoever is suspended neither restores nor suspends. The process that serves an officer may not have heard of it yet; here it is known.

-- Acts on suspensions stand in a row until they commit, so that an act that begins while another suspends its officer waits and sees it.
-- Raises CG001 where the officer is suspended now. Names are compared as audit.suspended() gives them: as records hold them.
CREATE FUNCTION audit.require_officer(p_org text, p_sub text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $officer$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit suspensions', 0));
  IF EXISTS (SELECT FROM audit.suspension AS s WHERE s.restored_at IS NULL AND s.org = p_org AND s.sub IN (p_sub, '*')) THEN
    RAISE EXCEPTION 'the officer is suspended' USING ERRCODE = 'CG001';
  END IF;
END
$officer$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.require_officer(text, text) FROM PUBLIC;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit.suspend(p_id uuid, p_org text, p_sub text, p_reason text, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $suspend$
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_by_org, p_by_sub);
  INSERT INTO audit.suspension (id, org, sub, reason, by_org, by_sub, at) VALUES (p_id, p_org, p_sub, p_reason, p_by_org, p_by_sub, p_at);
END
$suspend$;
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
  IF p_by_sub IN (v_suspension.by_sub, v_suspension.sub) THEN
    RETURN 'SAME_OFFICER';
  END IF;
  UPDATE audit.suspension AS s SET restored_by_org = p_by_org, restored_by_sub = p_by_sub, restored_at = p_at WHERE s.id = p_id;
  RETURN 'RESTORED';
END
$restore$;
