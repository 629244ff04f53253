CREATE TABLE "alert" (
	"id" uuid PRIMARY KEY NOT NULL,
	"signal" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"caller_org" text NOT NULL,
	"caller_kind" text NOT NULL,
	"caller_sub" text NOT NULL,
	"subject" text NOT NULL,
	"count" integer NOT NULL,
	"threshold" integer NOT NULL,
	"window_seconds" integer NOT NULL,
	"noticed_at" timestamp with time zone NOT NULL,
	"recorded" boolean DEFAULT false NOT NULL,
	"suspend" boolean DEFAULT false NOT NULL,
	"suspended" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signal_event" (
	"signal" text NOT NULL,
	"caller_org" text NOT NULL,
	"caller_sub" text NOT NULL,
	"item" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "signal_event_signal_caller_org_caller_sub_item_pk" PRIMARY KEY("signal","caller_org","caller_sub","item")
);
--> statement-breakpoint
CREATE TABLE "suspension" (
	"id" uuid PRIMARY KEY NOT NULL,
	"org" text NOT NULL,
	"sub" text NOT NULL,
	"reason" text NOT NULL,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"restored_by_org" text,
	"restored_by_sub" text,
	"restored_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "watched_log" (
	"log" text PRIMARY KEY NOT NULL,
	"next_seq" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "alert_once" ON "alert" USING btree ("signal","caller_org","caller_sub","subject","at");--> statement-breakpoint
CREATE INDEX "alert_newest" ON "alert" USING btree ("at" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "alert_to_do" ON "alert" USING btree ("noticed_at") WHERE NOT recorded OR (suspend AND NOT suspended);--> statement-breakpoint
CREATE INDEX "signal_event_window" ON "signal_event" USING btree ("signal","caller_org","caller_sub","at");--> statement-breakpoint
CREATE INDEX "signal_event_age" ON "signal_event" USING btree ("at");--> statement-breakpoint
CREATE INDEX "suspension_newest" ON "suspension" USING btree ("at" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "access_record_purpose" ON "access_record" USING btree ("caller_org","caller_sub","purpose","at");--> statement-breakpoint
CREATE UNIQUE INDEX "access_record_place" ON "access_record" USING btree ("log","seq");
--> statement-breakpoint
-- What is older than any window is cleared away by whoever counts; facts and alerts are removed by nobody. In a foreign database the
-- serving role owns its tables anyway.
DO $counting$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'citygraph_governance_follower') THEN
    GRANT DELETE ON signal_event TO citygraph_governance_follower;
  END IF;
END
$counting$;
