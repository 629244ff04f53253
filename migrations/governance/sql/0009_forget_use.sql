-- Use that no window reaches any more is cleared away by whoever counts it, as in 0001.
DO $using$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'citygraph_governance_follower') THEN
    GRANT DELETE ON field_set_use TO citygraph_governance_follower;
  END IF;
END
$using$;
