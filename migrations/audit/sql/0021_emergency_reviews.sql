ALTER TABLE "audit"."approved_grant" ADD COLUMN "review_outcome" text;--> statement-breakpoint
ALTER TABLE "audit"."approved_grant" ADD COLUMN "review_note" text;--> statement-breakpoint
ALTER TABLE "audit"."approved_grant" ADD COLUMN "reviewed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "audit"."approved_grant" ADD COLUMN "reviewed_by_org" text;--> statement-breakpoint
ALTER TABLE "audit"."approved_grant" ADD COLUMN "reviewed_by_sub" text;--> statement-breakpoint
ALTER TABLE "audit"."approved_grant" ADD CONSTRAINT "approved_grant_reviewed" CHECK (num_nulls("audit"."approved_grant"."review_outcome", "audit"."approved_grant"."review_note", "audit"."approved_grant"."reviewed_at", "audit"."approved_grant"."reviewed_by_org", "audit"."approved_grant"."reviewed_by_sub") IN (0, 5)
      AND ("audit"."approved_grant"."review_outcome" IS NULL OR ("audit"."approved_grant"."review_outcome" IN ('JUSTIFIED', 'UNJUSTIFIED') AND "audit"."approved_grant"."kind" = 'EMERGENCY')));--> statement-breakpoint
-- What follows adds the review of an emergency: by whoever neither asked nor confirmed it, once.

-- One person whatever the spelling: a name as a token gives it, without what is invisible, in one form of Unicode (NFKC), of one case, with
-- single spaces and none at the ends. For comparing alone: records and lists show the name as it was given. From version 17 on PostgreSQL
-- knows the cases of all scripts by itself; before, the locale of the database says them.
DO $person$
BEGIN
  EXECUTE format($make$
    CREATE FUNCTION audit.person(p_sub text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT
    SET search_path = pg_catalog, pg_temp
    AS $fold$
      SELECT btrim(regexp_replace(normalize(lower(upper(normalize(regexp_replace(p_sub, '[\u00AD\u034F\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFE00-\uFE0F\uFEFF]', '', 'g'), NFKC) %1$s) %1$s), NFKC),
        '[\s\u0085\u1680\u2028\u2029]+', ' ', 'g'))
    $fold$ $make$, CASE WHEN current_setting('server_version_num')::integer >= 170000 THEN 'COLLATE pg_catalog.pg_c_utf8' ELSE '' END);
END
$person$;
--> statement-breakpoint
-- 'DONE', 'UNKNOWN' (no such grant, or of no emergency), 'APPLICANT' (asked for it), 'SAME_PERSON' (confirmed it), 'REPEATED', or 'NOT_ENTITLED':
-- p_late officers review only what is late.
CREATE FUNCTION audit.review_emergency(p_grant text, p_outcome text, p_note text, p_late boolean, p_org text, p_sub text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $review$
DECLARE
  v_is audit.approved_grant;
BEGIN
  PERFORM audit.require_writer('governance');
  PERFORM audit.require_officer(p_org, p_sub);
  SELECT * INTO v_is FROM audit.approved_grant AS g WHERE g.id = p_grant AND g.kind = 'EMERGENCY' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'UNKNOWN';
  END IF;
  IF p_late AND v_is.review_due >= (p_at AT TIME ZONE 'Asia/Shanghai')::date THEN
    RETURN 'NOT_ENTITLED';
  END IF;
  IF EXISTS (SELECT FROM audit.application AS a, unnest(a.hands) AS h(sub) WHERE a.id = v_is.application AND audit.person(h.sub) = audit.person(p_sub)) THEN
    RETURN 'APPLICANT';
  END IF;
  IF EXISTS (SELECT FROM audit.application_demand AS d WHERE d.application = v_is.application AND audit.person(d.approved_sub) = audit.person(p_sub)) THEN
    RETURN 'SAME_PERSON';
  END IF;
  IF v_is.reviewed_at IS NOT NULL THEN
    RETURN 'REPEATED';
  END IF;
  IF p_outcome NOT IN ('JUSTIFIED', 'UNJUSTIFIED') OR octet_length(p_note) NOT BETWEEN 1 AND 4096 THEN
    RAISE EXCEPTION 'not a review' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  UPDATE audit.approved_grant AS g SET review_outcome = p_outcome, review_note = p_note, reviewed_at = p_at, reviewed_by_org = p_org, reviewed_by_sub = p_sub WHERE g.id = p_grant;
  RETURN 'DONE';
END
$review$;
--> statement-breakpoint
-- A review stays as it was given. (The rest as in 0015.)
CREATE FUNCTION audit.refuse_other_review() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
  IF OLD.reviewed_at IS NOT NULL AND (NEW.review_outcome, NEW.review_note, NEW.reviewed_at, NEW.reviewed_by_org, NEW.reviewed_by_sub)
    IS DISTINCT FROM (OLD.review_outcome, OLD.review_note, OLD.reviewed_at, OLD.reviewed_by_org, OLD.reviewed_by_sub) THEN
    RAISE EXCEPTION 'a review stays' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$refuse$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit.person(text), audit.review_emergency(text, text, text, boolean, text, text, timestamptz), audit.refuse_other_review() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER review_stays BEFORE UPDATE ON audit.approved_grant FOR EACH ROW EXECUTE FUNCTION audit.refuse_other_review();
--> statement-breakpoint
-- What 0015 lets a writer execute, and the review.
CREATE OR REPLACE FUNCTION audit.let_use_register(p_role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $let$
BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.file_application(uuid, text, text, text, text, text, jsonb, timestamptz), '
    'audit.edit_application(uuid, integer, text, text, text, jsonb, timestamptz), audit.approve_application(uuid, integer, text, text, jsonb, timestamptz), '
    'audit.reject_application(uuid, integer, text, text, jsonb, timestamptz), audit.withdraw_application(uuid, text, text, timestamptz), '
    'audit.application_now(uuid), audit.activate_grant(uuid, text, text, timestamptz, date, timestamptz), audit.revoke_grant(text, text, text, timestamptz), '
    'audit.review_emergency(text, text, text, boolean, text, text, timestamptz), audit.approved_grants(bigint) TO %I', p_role);
END
$let$;
--> statement-breakpoint
DO $writers$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT DISTINCT w.role FROM audit.writer AS w JOIN pg_roles AS r ON r.rolname = w.role LOOP
    PERFORM audit.let_use_register(v_role);
  END LOOP;
END
$writers$;
