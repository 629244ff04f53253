-- Items of a licence carry their kind row by row (DOMAIN 4.4): the mask of that kind, named as in schema/directives.graphql. What
-- nobody said is shown is hidden: place and gender inside ID numbers unless the switches are true, a birth year unless `today` is
-- given (it may have to be a bound). REDACT, TOKEN, COORD_GRID, an unknown kind and a value its kind cannot read give NULL.
SET LOCAL search_path = pg_catalog;
--> statement-breakpoint
CREATE FUNCTION mask.by_kind(kind text, value text, show_region boolean DEFAULT false, show_gender boolean DEFAULT false, today date DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
  WHEN 'NAME' THEN mask.name(value)
  WHEN 'ID_NO' THEN mask.id_no(value, show_region, show_gender)
  WHEN 'MOBILE' THEN mask.mobile(value)
  WHEN 'LANDLINE' THEN mask.landline(value)
  -- There is no division's code beside an item: the four stars alone.
  WHEN 'ADDRESS' THEN CASE WHEN value IS NOT NULL THEN '****' END
  WHEN 'DIVISION' THEN mask.division(value)
  WHEN 'BANK_CARD' THEN mask.bank_card(value)
  WHEN 'USCC' THEN mask.uscc(value)
  WHEN 'PLATE' THEN mask.plate(value)
  WHEN 'VIN' THEN mask.vin(value)
  WHEN 'PASSPORT' THEN mask.passport(value)
  WHEN 'CERT_NO' THEN mask.cert_no(value, show_region, show_gender)
  WHEN 'FILE_NO' THEN mask.file_no(value)
  WHEN 'EMAIL' THEN mask.email(value)
  WHEN 'TEXT_SCRUB' THEN mask.text_scrub(value, '{}')
  WHEN 'BIRTH_DATE' THEN CASE
    WHEN value ~ '^(1[0-9]|20)[0-9]{2}-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])$'
    THEN mask.birth_date(make_date(left(value, 4)::int, 1, 1), today) END
  WHEN 'DATETIME_HOUR' THEN CASE
    WHEN value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)?[+]08:00$' THEN left(value, 13) || '+08:00' END
  WHEN 'AMOUNT_BAND' THEN CASE WHEN value ~ '^-?[0-9]{1,18}([.][0-9]{1,9})?$' THEN mask.amount_band(value::numeric) END
  WHEN 'SCORE_BAND' THEN CASE WHEN value ~ '^[0-9]{1,3}([.][0-9]{1,9})?$' THEN mask.score_band(value::numeric) END
END;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION mask.by_kind(text, text, boolean, boolean, date) TO PUBLIC;
--> statement-breakpoint
SET LOCAL search_path = DEFAULT;
