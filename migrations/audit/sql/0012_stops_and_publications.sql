CREATE TABLE "audit"."publication" (
	"id" uuid PRIMARY KEY NOT NULL,
	"step" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit"."publication_step_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"target" text NOT NULL,
	"owner" text NOT NULL,
	"state" text NOT NULL,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "publication_state" CHECK ("audit"."publication"."state" IN ('DRAFT', 'REVIEW', 'PUBLISHED', 'WITHDRAWN'))
);
--> statement-breakpoint
CREATE TABLE "audit"."stop" (
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
	"resumed_at" timestamp with time zone,
	CONSTRAINT "stop_kind" CHECK ("audit"."stop"."kind" IN ('FIELD', 'ORGANISATION', 'APPLICATION')),
	CONSTRAINT "stop_two_officers" CHECK ("audit"."stop"."resumed_by_sub" IS NULL OR "audit"."stop"."resumed_by_sub" <> "audit"."stop"."by_sub"),
	CONSTRAINT "stop_resumed" CHECK (num_nulls("audit"."stop"."resumed_by_org", "audit"."stop"."resumed_by_sub", "audit"."stop"."resumed_at") IN (0, 3))
);
--> statement-breakpoint
CREATE INDEX "publication_newest" ON "audit"."publication" USING btree ("target","step" DESC NULLS LAST);