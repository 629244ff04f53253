CREATE TABLE "open_query" (
	"ref" uuid PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"title" text NOT NULL,
	"title_zh" text NOT NULL,
	"summary" text,
	"summary_zh" text,
	"owner" text NOT NULL,
	"audience" text NOT NULL,
	"purpose" text,
	"level" text NOT NULL,
	"method" text NOT NULL,
	"formats" text[] NOT NULL,
	"keywords" text[] NOT NULL,
	"fields" text[] NOT NULL,
	"hash" text NOT NULL,
	"operation_hash" text NOT NULL,
	"source" text NOT NULL,
	"state" text NOT NULL,
	"served" boolean NOT NULL,
	"problem" text,
	"published_on" date,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "open_query_step" (
	"id" uuid PRIMARY KEY NOT NULL,
	"step" bigint NOT NULL,
	"ref" uuid NOT NULL,
	"owner" text NOT NULL,
	"state" text NOT NULL,
	"role" text,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "open_query_use" (
	"operation_hash" text NOT NULL,
	"caller_org" text NOT NULL,
	"caller_sub" text NOT NULL,
	"last_day" date NOT NULL,
	CONSTRAINT "open_query_use_operation_hash_caller_org_caller_sub_pk" PRIMARY KEY("operation_hash","caller_org","caller_sub")
);
--> statement-breakpoint
CREATE INDEX "open_query_of_id" ON "open_query" USING btree ("id","version");--> statement-breakpoint
CREATE INDEX "open_query_step_of_text" ON "open_query_step" USING btree ("ref","step");