-- 'RESTORED', 'SAME_OFFICER' (whoever suspended does not restore, not even with another organisation's code in the token), or
-- 'NOT_SUSPENDED' (unknown, or restored already).
CREATE OR REPLACE FUNCTION audit.restore(p_id uuid, p_by_org text, p_by_sub text, p_at timestamptz) RETURNS text
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
  IF v_suspension.by_sub = p_by_sub THEN
    RETURN 'SAME_OFFICER';
  END IF;
  UPDATE audit.suspension AS s SET restored_by_org = p_by_org, restored_by_sub = p_by_sub, restored_at = p_at WHERE s.id = p_id;
  RETURN 'RESTORED';
END
$restore$;
