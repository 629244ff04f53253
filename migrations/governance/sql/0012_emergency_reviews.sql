ALTER TABLE "granted" ADD COLUMN "review_outcome" text;--> statement-breakpoint
ALTER TABLE "granted" ADD COLUMN "review_note" text;--> statement-breakpoint
ALTER TABLE "granted" ADD COLUMN "reviewed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "granted" ADD COLUMN "reviewed_by_org" text;--> statement-breakpoint
ALTER TABLE "granted" ADD COLUMN "reviewed_by_sub" text;