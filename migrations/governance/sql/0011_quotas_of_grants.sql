ALTER TABLE "application" ADD COLUMN "per_day" integer;--> statement-breakpoint
ALTER TABLE "granted" ADD COLUMN "per_day" integer;