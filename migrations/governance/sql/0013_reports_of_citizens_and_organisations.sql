ALTER TABLE "correction_notice" ADD COLUMN "organisation" text;--> statement-breakpoint
ALTER TABLE "correction_notice" ADD COLUMN "requests" jsonb;--> statement-breakpoint
ALTER TABLE "correction" ADD COLUMN "organisation" text;