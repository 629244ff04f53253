// Records changed one by one by somebody who knows how runs hold them and writes the rows anew: SQL of a superuser, for tests of those who
// must notice.

/** These statements on a table `unpacked` (log, seq, leaf) of all records, which are then in runs again: seven to a row, fewer where numbers are missing. */
export const unpacked = (...statements: readonly string[]): string =>
  ['CREATE TEMP TABLE unpacked AS SELECT log, seq, leaf FROM audit.record', ...statements, 'DELETE FROM audit.run', REPACK, 'DROP TABLE unpacked'].join('; ')

const REPACK = `INSERT INTO audit.run
  SELECT log, min(seq), array_agg(until ORDER BY place), array_fill(0, ARRAY[count(*)::integer]), '', string_agg(leaf, '' ORDER BY place) FROM (
    SELECT *, sum(octet_length(leaf)) OVER (PARTITION BY log, stretch ORDER BY place)::integer AS until FROM (
      SELECT *, (seq / 7, seq::numeric - place) AS stretch FROM (SELECT *, row_number() OVER (PARTITION BY log ORDER BY seq) AS place FROM unpacked) AS a) AS b) AS c
  GROUP BY log, stretch`
