-- One canonical mask per kind of data (DOMAIN 3.1), so that a value masked in two places never says more than masked in one.
-- Bodies are parsed here and now (RETURN …), so no search_path of a caller can put another function or operator into them. They
-- are not STRICT, since PostgreSQL expands a strict function into the query only when its body has no CASE; each gives NULL for
-- NULL itself (mask.address excepted). What does not have its kind's shape becomes stars of a fixed number: never an echo. Masked
-- text is a fixed point: masking it again changes nothing.
SET LOCAL search_path = pg_catalog;
--> statement-breakpoint
CREATE SCHEMA mask;
--> statement-breakpoint
-- 姓名. The surname stays, a compound one in a name of three or more characters; one star for each further character (10 at
-- most, a longer text is no name); with a middle dot the first character and two stars; in other scripts the first letter and
-- three stars. A first character that is no letter is not shown. ascii() is the code point of the first character.
CREATE FUNCTION mask.name(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN ascii(value) BETWEEN 13312 AND 40959 OR ascii(value) BETWEEN 63744 AND 64255 OR ascii(value) BETWEEN 131072 AND 205743 OR ascii(value) = 12295
  THEN CASE
    WHEN length(rtrim(value, E' \t\r\n\u00a0\u3000\u200b')) = 1 THEN '*'
    WHEN strpos(translate(value, '•‧・∙⋅', '·····'), '·') > 0 THEN left(value, 1) || '**'
    WHEN length(rtrim(value, E' \t\r\n\u00a0\u3000\u200b')) >= 3 AND strpos('·欧阳·司马·上官·诸葛·东方·皇甫·尉迟·公孙·慕容·令狐·长孙·宇文·司徒·端木·夏侯·独孤·南宫·西门·百里·呼延·轩辕·太史·闻人·公羊·赫连·澹台·宗政·濮阳·公冶·太叔·申屠·仲孙·钟离·鲜于·司空·闾丘·亓官·司寇·巫马·公西·颛孙·壤驷·公良·漆雕·乐正·宰父·谷梁·拓跋·夹谷·段干·东郭·羊舌·微生·梁丘·左丘·达奚·纳兰·完颜·贺兰·耶律·尔朱·万俟·第五·歐陽·司馬·上官·諸葛·東方·尉遲·公孫·長孫·獨孤·南宮·西門·軒轅·聞人·濮陽·澹臺·鍾離·鮮于·夏侯·端木·萬俟·', '·' || left(value, 2) || '·') > 0
    THEN left(value, 2) || repeat('*', least(length(rtrim(value, E' \t\r\n\u00a0\u3000\u200b')) - 2, 10))
    ELSE left(value, 1) || repeat('*', least(length(rtrim(value, E' \t\r\n\u00a0\u3000\u200b')) - 1, 10))
  END
  WHEN ascii(value) BETWEEN 65 AND 90 OR ascii(value) BETWEEN 97 AND 122 OR ascii(value) BETWEEN 192 AND 8191
    OR ascii(value) BETWEEN 12353 AND 12543 OR ascii(value) BETWEEN 44032 AND 55203
  THEN CASE
    WHEN length(rtrim(value, E' \t\r\n\u00a0\u3000\u200b')) = 1 THEN '*'
    WHEN strpos(translate(value, '•‧・∙⋅', '·····'), '·') > 0 THEN left(value, 1) || '**'
    WHEN rtrim(value, '*') = left(value, 1) THEN left(value, 4)
    ELSE left(value, 1) || '***'
  END
  WHEN value IN ('', '*') THEN '*'
  ELSE '***'
END;
--> statement-breakpoint
-- 公民身份号码. Of 18 characters 1–2 and 17–18, of the 15 of an old number 1–2. Digits 3–16 are never shown: they hold place and
-- birth, and the check digit restores a single hidden one. Place 17 is odd for men: hidden unless gender is shown. Places 1–2
-- are the province: hidden when the division of registration is. An unknown (NULL) switch hides.
CREATE FUNCTION mask.id_no(value text, show_region boolean, show_gender boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN length(value) = 18 AND translate(left(value, 17), '0123456789*', '') = '' AND strpos('0123456789Xx*', right(value, 1)) > 0
  THEN CASE WHEN show_region THEN left(value, 2) ELSE '**' END
    || '**************'
    || CASE WHEN show_gender THEN substr(value, 17, 1) ELSE '*' END
    || translate(right(value, 1), 'x', 'X')
  WHEN length(value) = 15 AND translate(value, '0123456789*', '') = ''
  THEN CASE WHEN show_region THEN left(value, 2) ELSE '**' END || '*************'
  ELSE '******************'
END;
--> statement-breakpoint
-- 手机号码. First three, four stars, last four.
CREATE FUNCTION mask.mobile(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^1[3-9][0-9][0-9*]{4}[0-9]{4}$' THEN left(value, 3) || '****' || right(value, 4)
  ELSE '***********'
END;
--> statement-breakpoint
-- 固定电话. Area code (010, 02x, 0[3-9]xx) and the last two digits of the subscriber's number; an extension is dropped.
CREATE FUNCTION mask.landline(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^(010|02[0-9]|0[3-9][0-9]{2})[- ]?([0-9]{7,8}|[*]{6}[0-9]{2})((-|转| |,|ext)[0-9]{1,6})?$'
  THEN regexp_replace(value, '^(010|02[0-9]|0[3-9][0-9]{2})[- ]?([0-9]{5,6}|[*]{6})([0-9]{2})((-|转| |,|ext)[0-9]{1,6})?$', '\1-******\3')
  ELSE '********'
END;
--> statement-breakpoint
-- 地址. Not cut from the text but rendered from the division's code: city and district, four stars. A code that is missing or
-- unknown, NULL too, gives the four stars alone. The names are written into the body, from reference.division as it is now: asking
-- the table for each row costs ten times as much. Whoever changes a district there makes this function anew.
DO $make$
BEGIN
  EXECUTE (
    SELECT 'CREATE FUNCTION mask.address(division text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE'
      || ' WHEN division ~ ''^([0-9]{2}){1,3}([0-9]{3}){0,2}$'' THEN CASE rpad(left(division, 6), 6, ''0'')'
      || string_agg(format(' WHEN %L THEN %L', here.code,
           CASE WHEN parent.level = 'city' THEN parent.name ELSE '' END || CASE WHEN here.level = 'group' THEN '' ELSE here.name END || '****'), '' ORDER BY here.historical, here.code)
      || ' ELSE ''****'' END ELSE ''****'' END'
    FROM reference.division AS here LEFT JOIN reference.division AS parent ON parent.code = here.parent
    WHERE here.level <> 'street'
  );
END $make$;
--> statement-breakpoint
-- 行政区划代码. To the district: the first six digits. Codes above a district stay. What is no code gives NULL.
CREATE FUNCTION mask.division(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$' THEN left(value, 6) END;
--> statement-breakpoint
-- 银行卡号. Twelve stars and the last four, whatever the length: neither bank nor length shows. Digits that read as an ID number
-- (month and day in their places) are not shown at all: its places 15 and 16 never are.
CREATE FUNCTION mask.bank_card(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN translate(value, ' -', '') ~ '^[0-9]{6}((18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]|[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]))[0-9]{3}$'
  THEN '****************'
  WHEN value ~ '^([0-9][ -]?){11,18}[0-9]$' OR value ~ '^[*]{12}[0-9]{4}$' THEN '************' || right(translate(value, ' -', ''), 4)
  ELSE '****************'
END;
--> statement-breakpoint
-- 统一社会信用代码. First eight, eight stars, last two. A code of digits that reads as an ID number (month and day in their
-- places) is not shown at all.
CREATE FUNCTION mask.uscc(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^[0-9]{6}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$' THEN '******************'
  WHEN value ~ '^[0-9A-HJ-NP-RTUW-Y]{8}([0-9A-HJ-NP-RTUW-Y]{8}|[*]{8})[0-9A-HJ-NP-RTUW-Y]{2}$' THEN left(value, 8) || '********' || right(value, 2)
  ELSE '******************'
END;
--> statement-breakpoint
-- 号牌号码. Without its dot; first three, stars, last one. Seven characters, eight for new-energy vehicles.
CREATE FUNCTION mask.plate(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN translate(value, '·•‧・ -', '') ~ '^[一-龥][A-Za-z][A-Za-z0-9][A-Za-z0-9*]{3,4}[A-Za-z0-9学挂警港澳使领试超]$'
  THEN upper(left(translate(value, '·•‧・ -', ''), 3) COLLATE "C")
    || repeat('*', length(translate(value, '·•‧・ -', '')) - 4)
    || upper(right(translate(value, '·•‧・ -', ''), 1) COLLATE "C")
  ELSE '*******'
END;
--> statement-breakpoint
-- 车辆识别代号. First three (the maker), ten stars, last four.
CREATE FUNCTION mask.vin(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^[A-HJ-NPR-Z0-9]{3}([A-HJ-NPR-Z0-9]{10}|[*]{10})[A-HJ-NPR-Z0-9]{4}$' THEN left(value, 3) || '**********' || right(value, 4)
  ELSE '*****************'
END;
--> statement-breakpoint
-- 护照号码. First two, five stars, last two, of 8 to 12 letters and digits.
CREATE FUNCTION mask.passport(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^[A-Z0-9]{2}([A-Z0-9]{4,8}|[*]{5})[A-Z0-9]{2}$' THEN left(value, 2) || '*****' || right(value, 2)
  ELSE '*********'
END;
--> statement-breakpoint
-- 证件编号 (driving licence, residence permit, social security, …), which are or embed an ID number or a USCC: then their masks.
-- An ID number with something around it or between its digits is not shown at all. Others: first two, stars (at most 12, so that
-- none looks like an ID number), last two; fewer than 8 characters: stars alone.
CREATE FUNCTION mask.cert_no(value text, show_region boolean, show_gender boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^([0-9]{17}[0-9Xx]|[0-9]{15}|[0-9*]{2}[*]{14}[0-9*][0-9X*]|[0-9*]{2}[*]{13})$' THEN mask.id_no(value, show_region, show_gender)
  WHEN value ~ '^[0-9A-HJ-NP-RTUW-Y]{8}([0-9A-HJ-NP-RTUW-Y]{8}|[*]{8})[0-9A-HJ-NP-RTUW-Y]{2}$' THEN mask.uscc(value)
  WHEN translate(value, E'０１２３４５６７８９ \u3000\t·.-', '0123456789') ~ '[0-9]{6}(18|19|20)?[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}'
  THEN '******************'
  WHEN length(value) >= 8 THEN left(value, 2) || repeat('*', least(length(value) - 4, 12)) || right(value, 2)
  ELSE '********'
END;
--> statement-breakpoint
-- 驾驶证档案编号. Of twelve digits the first four and the last two.
CREATE FUNCTION mask.file_no(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^[0-9]{4}([0-9]{6}|[*]{6})[0-9]{2}$' THEN left(value, 4) || '******' || right(value, 2)
  ELSE '************'
END;
--> statement-breakpoint
-- 电子邮箱. First character, three stars, domain.
CREATE FUNCTION mask.email(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL THEN NULL
  WHEN value ~ '^[A-Za-z0-9][!-?A-~]*@([A-Za-z0-9-]+[.])+[A-Za-z0-9-]{2,}$' THEN left(value, 1) || '***@' || split_part(value, '@', 2)
  ELSE '***'
END;
--> statement-breakpoint
-- 出生日期. The year alone; from the year in which one turns 90 the year in which those now 90 were born, as a bound. By years,
-- not by days: otherwise the day on which the mask changes would tell the birthday.
CREATE FUNCTION mask.birth_date(value date, today date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL OR today IS NULL OR NOT isfinite(value) OR NOT isfinite(today) THEN NULL
  WHEN extract(year FROM value) <= extract(year FROM today) - 90 THEN '≤' || (extract(year FROM today) - 90)::text
  ELSE extract(year FROM value)::text
END;
--> statement-breakpoint
-- Date and time to the hour, in the city's offset whatever the session's zone.
CREATE FUNCTION mask.datetime_hour(value timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN isfinite(value) THEN
  lpad(extract(year FROM timezone(interval '8 hours', value))::text, 4, '0')
  || '-' || lpad(extract(month FROM timezone(interval '8 hours', value))::text, 2, '0')
  || '-' || lpad(extract(day FROM timezone(interval '8 hours', value))::text, 2, '0')
  || 'T' || lpad(extract(hour FROM timezone(interval '8 hours', value))::text, 2, '0')
  || '+08:00'
END;
--> statement-breakpoint
-- 金额, CNY. Lower bounds belong to their band.
CREATE FUNCTION mask.amount_band(value numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL OR value = 'NaN' THEN NULL
  WHEN value < 0 THEN '负值'
  WHEN value < 100000 THEN '0-10万'
  WHEN value < 500000 THEN '10万-50万'
  WHEN value < 1000000 THEN '50万-100万'
  WHEN value < 5000000 THEN '100万-500万'
  WHEN value < 10000000 THEN '500万-1000万'
  WHEN value < 50000000 THEN '1000万-5000万'
  WHEN value < 100000000 THEN '5000万-1亿'
  ELSE '1亿以上'
END;
--> statement-breakpoint
-- 评分, 0 to 100; beyond that there is no band.
CREATE FUNCTION mask.score_band(value numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value IS NULL OR value < 0 OR value > 100 THEN NULL
  WHEN value < 60 THEN '0-59'
  WHEN value < 80 THEN '60-79'
  WHEN value < 90 THEN '80-89'
  ELSE '90-100'
END;
--> statement-breakpoint
-- 坐标. The centre of the 0.01° cell, exact (numeric, three decimals), in the datum of the input. A point is masked as a whole.
CREATE FUNCTION mask.coord_grid(lat numeric, lng numeric) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180
  THEN ('{"lat": ' || (floor(lat * 100) * 0.01 + 0.005)::text || ', "lng": ' || (floor(lng * 100) * 0.01 + 0.005)::text || '}')::jsonb
END;
--> statement-breakpoint
GRANT USAGE ON SCHEMA mask TO PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mask TO PUBLIC;
--> statement-breakpoint
SET LOCAL search_path = DEFAULT;
