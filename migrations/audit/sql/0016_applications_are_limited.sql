-- One organisation's applications must not bury everybody else's, nor keep an owner's acts waiting. Raises CG002 where the organisation has
-- 50 of a kind that are not decided, or filed 100 of it in the last 24 hours.
CREATE OR REPLACE FUNCTION audit.file_application(p_id uuid, p_kind text, p_status text, p_org text, p_sub text, p_content text, p_demands jsonb, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $file$
DECLARE
  v_open bigint;
  v_fresh bigint;
BEGIN
  PERFORM audit.require_writer('governance');
  -- Stands in a row with all acts of officers, so that those that race cannot pass a limit together.
  PERFORM audit.require_officer(p_org, p_sub);
  IF p_status NOT IN ('DRAFT', 'PENDING') OR octet_length(p_content) > 65536 THEN
    RAISE EXCEPTION 'not an application' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT count(*) FILTER (WHERE a.status IN ('DRAFT', 'PENDING')), count(*) FILTER (WHERE a.at > p_at - interval '24 hours') INTO v_open, v_fresh
    FROM audit.application AS a WHERE a.org = p_org AND a.kind = p_kind;
  IF v_open >= 50 OR v_fresh >= 100 THEN
    RAISE EXCEPTION 'too many applications' USING ERRCODE = 'CG002';
  END IF;
  INSERT INTO audit.application (id, kind, status, org, hands, content, at, changed_at)
  VALUES (p_id, p_kind, p_status, p_org, ARRAY[p_sub], p_content, p_at, p_at);
  PERFORM audit.write_demands(p_id, 1, p_demands);
END
$file$;
