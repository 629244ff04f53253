CREATE TABLE "correction_notice" (
	"id" uuid PRIMARY KEY NOT NULL,
	"correction" uuid NOT NULL,
	"org" text NOT NULL,
	"field" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"reads" integer NOT NULL,
	"first_read_at" timestamp with time zone NOT NULL,
	"last_read_at" timestamp with time zone NOT NULL,
	"request_ids" text[] NOT NULL,
	"acknowledged_by_sub" text,
	"acknowledged_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "correction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"field" text NOT NULL,
	"owner" text NOT NULL,
	"token" uuid NOT NULL,
	"sealed" text NOT NULL,
	"kind" text NOT NULL,
	"reporter_org" text NOT NULL,
	"reporter_sub" text NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"answer_by" date NOT NULL,
	"outcome" text,
	"answered_by_org" text,
	"answered_by_sub" text,
	"answered_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "correction_notice" ADD CONSTRAINT "correction_notice_correction_correction_id_fk" FOREIGN KEY ("correction") REFERENCES "public"."correction"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "correction_notice_newest" ON "correction_notice" USING btree ("org","at" DESC NULLS FIRST,"id");--> statement-breakpoint
CREATE UNIQUE INDEX "correction_notice_once" ON "correction_notice" USING btree ("correction","org");--> statement-breakpoint
CREATE INDEX "correction_newest" ON "correction" USING btree ("at" DESC NULLS FIRST,"id");--> statement-breakpoint
CREATE UNIQUE INDEX "correction_open" ON "correction" USING btree ("field","token","reporter_org") WHERE outcome IS NULL;