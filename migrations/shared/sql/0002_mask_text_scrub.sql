-- Free text (DOMAIN 3.1 TEXT_SCRUB): ID numbers and bank cards with a right check digit, mobiles, plates and the record's own names
-- become their masks; everything else stays, order numbers and USCCs too. Costly, so tables keep it as a stored generated column:
-- hence IMMUTABLE. PL/pgSQL reads its bodies anew in each session, so mask.text_scrub, the one to call, pins the search_path for
-- those it calls.
--
-- GB 11643: ISO 7064 MOD 11-2. `value` must have 17 digits and a digit or X.
CREATE FUNCTION mask.is_id_no(value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  weights CONSTANT int[] := '{7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2}';
  total int := 0;
BEGIN
  FOR i IN 1..17 LOOP
    total := total + weights[i] * (ascii(substr(value, i, 1)) - 48);
  END LOOP;
  RETURN substr('10X98765432', total % 11 + 1, 1) = translate(substr(value, 18), 'x', 'X');
END $$;
--> statement-breakpoint
-- Luhn. `value` must be digits.
CREATE FUNCTION mask.is_bank_card(value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  total int := 0;
  digit int;
BEGIN
  FOR i IN 1..length(value) LOOP
    digit := (ascii(substr(value, length(value) + 1 - i, 1)) - 48) * (2 - i % 2);
    total := total + digit / 10 + digit % 10;
  END LOOP;
  RETURN total % 10 = 0;
END $$;
--> statement-breakpoint
-- GB 32100: alphabet without I O S V Z, weights 3^i mod 31.
CREATE FUNCTION mask.is_uscc(value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  alphabet CONSTANT text := '0123456789ABCDEFGHJKLMNPQRTUWXY';
  weight int := 1;
  total int := 0;
BEGIN
  IF value !~ '^[0-9A-HJ-NP-RTUW-Y]{18}$' THEN RETURN false; END IF;
  FOR i IN 1..17 LOOP
    total := total + weight * (strpos(alphabet, substr(value, i, 1)) - 1);
    weight := weight * 3 % 31;
  END LOOP;
  RETURN strpos(alphabet, substr(value, 18)) - 1 = (31 - total % 31) % 31;
END $$;
--> statement-breakpoint
-- A whole run of 11 or more digits, perhaps with an X: its mask, or itself.
CREATE FUNCTION mask.scrub_digits(run text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  digits CONSTANT text := rtrim(run, 'Xx');
BEGIN
  IF digits <> run AND length(digits) <> 17 THEN RETURN mask.scrub_digits(digits) || right(run, 1); END IF;
  IF length(run) = 18 THEN
    IF mask.is_id_no(run) THEN RETURN mask.id_no(run, true, true); END IF;
    IF mask.is_uscc(translate(run, 'x', 'X')) THEN RETURN run; END IF;
  END IF;
  IF digits <> run THEN RETURN run; END IF;
  IF length(run) BETWEEN 16 AND 19 AND mask.is_bank_card(run) THEN RETURN mask.bank_card(run); END IF;
  -- An old ID number has no check digit: a province and a date in their places make one.
  IF run ~ '^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{6}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}$' THEN
    RETURN mask.id_no(run, true, true);
  END IF;
  IF run ~ '^(0086|86|0)?1[3-9][0-9]{9}$' THEN RETURN left(run, -11) || mask.mobile(right(run, 11)); END IF;
  RETURN run;
END $$;
--> statement-breakpoint
-- Replaces what `pattern` finds and scrub_digits knows. A find keeps its form (spaces, hyphens) if nothing in it is masked. Finds
-- are set off by U+0001, which the text must not hold: one pass of the regular expression instead of two.
CREATE FUNCTION mask.scrub_runs(value text, pattern text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  parts text[] := string_to_array(regexp_replace(value, pattern, E'\u0001\\&\u0001', 'g'), E'\u0001');
  compact text;
  scrubbed text;
BEGIN
  FOR i IN 2..cardinality(parts) BY 2 LOOP
    compact := translate(parts[i], ' -', '');
    scrubbed := CASE
      WHEN compact ~ '^[0-9]+[Xx]?$' THEN mask.scrub_digits(compact)
      WHEN mask.is_uscc(upper(compact COLLATE "C")) THEN compact
      ELSE mask.scrub_runs(compact, '[0-9]{11,}[Xx]?')
    END;
    IF scrubbed <> compact THEN parts[i] := scrubbed; END IF;
  END LOOP;
  RETURN array_to_string(parts, '');
END $$;
--> statement-breakpoint
-- Plates as GA 36 shapes them, with or without a dot.
CREATE FUNCTION mask.scrub_plates(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  parts text[] := string_to_array(regexp_replace(value,
    '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z][·•‧・ -]?(?:[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9学挂警港澳]|[A-HJKa-hjk][A-HJ-NP-Za-hj-np-z0-9][0-9]{4}|[0-9]{5}[A-HJKa-hjk])(?![0-9])',
    E'\u0001\\&\u0001', 'g'), E'\u0001');
BEGIN
  FOR i IN 2..cardinality(parts) BY 2 LOOP
    parts[i] := mask.plate(parts[i]);
  END LOOP;
  RETURN array_to_string(parts, '');
END $$;
--> statement-breakpoint
-- One of the record's own names, as it stands or as people write it: with spaces between its characters, with another middle
-- dot or none, a Latin name in any case. A Latin name of fewer than four letters is looked for as a whole word only; a name with
-- stars is masked already.
CREATE FUNCTION mask.scrub_name(value text, own_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  name CONSTANT text := btrim(own_name, E' \t\r\n\u00a0\u3000\u200b');
  masked CONSTANT text := mask.name(name);
  pattern text;
  dot text;
  result text := value;
BEGIN
  IF name = '' OR strpos(name, '*') > 0 THEN RETURN value; END IF;
  IF name ~ '^[A-Za-z]' THEN
    pattern := regexp_replace(regexp_replace(name, '([][(){}.*+?^$|\\])', '\\\1', 'g'), ' +', ' +', 'g');
    IF length(name) < 4 THEN pattern := '(?<![A-Za-z])' || pattern || '(?![A-Za-z])'; END IF;
    RETURN regexp_replace(value, pattern, masked, 'gi');
  END IF;
  result := replace(result, name, masked);
  IF strpos(name, '·') > 0 THEN
    FOREACH dot IN ARRAY ARRAY['•', '‧', '・', '∙', '⋅', '.', '．', ' ', ''] LOOP
      result := replace(result, replace(name, '·', dot), masked);
    END LOOP;
  ELSIF result ~ '[㐀-鿿][ 　]+[㐀-鿿]' AND name ~ '^[㐀-鿿]{2,}$' THEN
    result := regexp_replace(result, array_to_string(regexp_split_to_array(name, ''), '[ 　]*'), masked, 'g');
  END IF;
  RETURN result;
END $$;
--> statement-breakpoint
-- `own_names`: names of the persons whom the record is about; NULL elements, or no array, are no names. Text with full-width digits
-- or letters, or with control and invisible characters in it, comes out with plain ones and without them.
CREATE FUNCTION mask.text_scrub(value text, own_names text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  result text := value;
  names text[] := coalesce(array_remove(own_names, NULL), '{}');
  name text;
BEGIN
  IF value IS NULL THEN RETURN NULL; END IF;
  -- The longest first, since it may hold another; Latin ones after the rest, since they look at the letters beside them.
  IF cardinality(names) > 1 THEN
    names := ARRAY(SELECT n FROM unnest(names) AS n ORDER BY n ~ '^[A-Za-z]', length(n) DESC, n COLLATE "C");
  END IF;
  IF result ~ E'[０-９Ａ-Ｚａ-ｚ\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]' THEN
    result := translate(
      regexp_replace(result, E'[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'),
      '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
      '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
  END IF;
  IF result ~ '[0-9][ -][0-9]' THEN
    -- With a separator in them; a rule a pass, so that a find of one that proves nothing does not hide a find of another.
    result := mask.scrub_runs(result, '(?<![0-9*])[0-9]{6}(?:[ -][0-9]{4}[ -]?[0-9]{4}[ -]?|[0-9]{4}[ -][0-9]{4}[ -]?|[0-9]{8}[ -])[0-9]{3}[0-9Xx](?![0-9])');
    result := mask.scrub_runs(result, '(?<![0-9*])1[3-9][0-9](?:[ -][0-9]{4}[ -]?|[0-9]{4}[ -])[0-9]{4}(?![0-9])');
    result := mask.scrub_runs(result, '(?<![0-9*])(?:[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?|[0-9]{6}[ -][0-9]{10,13})(?![0-9])');
  END IF;
  IF result ~ '[0-9]{11}' THEN
    result := mask.scrub_runs(result, '[0-9A-Za-z]{11,}');
  END IF;
  FOREACH name IN ARRAY names LOOP
    IF length(name) > 1 THEN result := mask.scrub_name(result, name); END IF;
  END LOOP;
  -- After the names: a Latin one right behind a plate would lengthen it. Before those of one character, which could break it.
  IF result ~ '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z]' THEN
    result := mask.scrub_plates(result);
  END IF;
  FOREACH name IN ARRAY names LOOP
    IF length(name) = 1 THEN result := mask.scrub_name(result, name); END IF;
  END LOOP;
  RETURN result;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mask TO PUBLIC;
