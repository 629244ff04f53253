CREATE TABLE "publication" (
	"id" uuid PRIMARY KEY NOT NULL,
	"step" bigint NOT NULL,
	"target" text NOT NULL,
	"owner" text NOT NULL,
	"state" text NOT NULL,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stop" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"target" text NOT NULL,
	"owner" text NOT NULL,
	"reason" text NOT NULL,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"resumed_by_org" text,
	"resumed_by_sub" text,
	"resumed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "publication_newest" ON "publication" USING btree ("at" DESC NULLS FIRST,"id");--> statement-breakpoint
CREATE INDEX "publication_target" ON "publication" USING btree ("target","step");--> statement-breakpoint
CREATE INDEX "stop_newest" ON "stop" USING btree ("at" DESC NULLS FIRST,"id");