-- Risk signals look at whom new records are about: that stands beside the record now, and needs no index over all subjects ever.
ALTER TABLE "access_record" ADD COLUMN "subjects" uuid[];--> statement-breakpoint
-- Tokens do not compress.
ALTER TABLE "access_record" ALTER COLUMN "subjects" SET STORAGE EXTERNAL;--> statement-breakpoint
-- Records that were followed and not yet looked at.
UPDATE "access_record" AS r SET subjects = (SELECT array_agg(s.token ORDER BY s.token) FROM "access_subject" AS s WHERE s.record = r.ref)
FROM "followed_log" AS f LEFT JOIN "watched_log" AS w ON w.log = f.log WHERE r.log = f.log AND r.seq >= coalesce(w.next_seq, 0);--> statement-breakpoint
DROP INDEX "access_subject_record";
