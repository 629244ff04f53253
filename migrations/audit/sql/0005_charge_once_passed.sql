-- Charges an organisation with subjects it is about to be supplied with: parallel arrays of bulk class and subject. `p_limits`:
-- {"A": [24-hour limit, 30-day limit], …}. Returns the classes that may not be supplied now; then nothing is charged. That is a class
-- whose limit the supply would pass, and one whose limit stays reached since the organisation last wanted to pass it: then known
-- subjects are refused with the others, because serving them alone would tell which they are. Without subjects nothing is charged and
-- the classes of the latter kind are returned. One organisation's charges stand in a row, so that copies of a gateway cannot pass a
-- limit together.
CREATE OR REPLACE FUNCTION audit.charge(p_org text, p_at timestamptz, p_classes text[], p_subjects bytea[], p_limits jsonb) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1500ms'
AS $charge$
DECLARE
  v_class text;
  v_subjects bytea[];
  v_over text[] := ARRAY[]::text[];
  v_day bigint;
  v_month bigint;
  v_day_limit bigint;
  v_month_limit bigint;
  v_reached boolean;
  v_passed boolean;
BEGIN
  PERFORM audit.require_writer(NULL);
  IF cardinality(p_classes) IS DISTINCT FROM cardinality(p_subjects) THEN
    RAISE EXCEPTION 'a class for each subject' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF cardinality(p_classes) > 0 THEN
    -- The record that follows waits for the disk, and with it for this transaction, which is written before it.
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('audit supply ' || p_org, 0));
  END IF;
  FOR v_class, v_subjects IN
    SELECT c.class, array_agg(DISTINCT c.subject) FROM unnest(p_classes, p_subjects) AS c(class, subject) GROUP BY c.class
    UNION ALL
    SELECT q.bulk_class, ARRAY[]::bytea[] FROM audit.quota_passed AS q WHERE cardinality(p_classes) = 0 AND q.org = p_org
  LOOP
    v_day_limit := (p_limits -> v_class ->> 0)::bigint;
    v_month_limit := (p_limits -> v_class ->> 1)::bigint;
    -- Distinct subjects in each window: all that are there, and those of these that are not.
    SELECT count(*) FILTER (WHERE s.last_at > p_at - interval '24 hours'), count(*) INTO v_day, v_month
      FROM audit.supply AS s WHERE s.org = p_org AND s.bulk_class = v_class AND s.last_at > p_at - interval '30 days';
    v_reached := v_day >= v_day_limit OR v_month >= v_month_limit;
    SELECT v_day + cardinality(v_subjects) - count(*) FILTER (WHERE s.last_at > p_at - interval '24 hours'), v_month + cardinality(v_subjects) - count(*)
      INTO v_day, v_month
      FROM unnest(v_subjects) AS u(subject)
      JOIN audit.supply AS s ON s.org = p_org AND s.bulk_class = v_class AND s.subject = u.subject AND s.last_at > p_at - interval '30 days';
    v_passed := v_reached AND EXISTS (SELECT FROM audit.quota_passed AS q WHERE q.org = p_org AND q.bulk_class = v_class);
    -- A class without limits is a mistake of the caller: nothing is supplied.
    IF v_passed OR (v_day <= v_day_limit AND v_month <= v_month_limit) IS NOT TRUE THEN
      v_over := v_over || v_class;
    END IF;
    IF cardinality(p_classes) > 0 AND v_reached IS FALSE THEN
      DELETE FROM audit.quota_passed AS q WHERE q.org = p_org AND q.bulk_class = v_class;
    END IF;
  END LOOP;
  IF cardinality(p_classes) = 0 THEN
    RETURN v_over;
  END IF;
  IF cardinality(v_over) = 0 THEN
    INSERT INTO audit.supply AS s (org, bulk_class, subject, last_at)
    SELECT DISTINCT p_org, c.class, c.subject, p_at FROM unnest(p_classes, p_subjects) AS c(class, subject) ORDER BY 2, 3
    ON CONFLICT (org, bulk_class, subject) DO UPDATE SET last_at = greatest(s.last_at, excluded.last_at);
  ELSE
    INSERT INTO audit.quota_passed AS q (org, bulk_class, at) SELECT p_org, o.class, p_at FROM unnest(v_over) AS o(class)
    ON CONFLICT (org, bulk_class) DO UPDATE SET at = greatest(q.at, excluded.at);
  END IF;
  RETURN v_over;
END
$charge$;
