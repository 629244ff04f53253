CREATE TABLE "catalogue_item" (
	"coordinate" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"domain" text NOT NULL,
	"type" text NOT NULL,
	"field" text,
	"title" text NOT NULL,
	"title_zh" text,
	"description" text,
	"description_zh" text,
	"level" text,
	"category" text NOT NULL,
	"owner" text NOT NULL,
	"owner_name" text,
	"owner_name_zh" text,
	"collector" text NOT NULL,
	"sharing" text NOT NULL,
	"opening" text NOT NULL,
	"mask" text NOT NULL,
	"personal" boolean NOT NULL,
	"sensitive" boolean NOT NULL,
	"legal_basis" text,
	"standard" text,
	"update_cycle" text NOT NULL,
	"format" text NOT NULL,
	"data_type" text NOT NULL,
	"related" text[] NOT NULL,
	"published_on" date,
	"first_seen_on" date NOT NULL,
	"state" text NOT NULL,
	"negative_basis" text,
	"answered_within_days" integer,
	"words" "tsvector" NOT NULL,
	"callers" integer DEFAULT 0 NOT NULL,
	"usage_rank" integer,
	"gone" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demand" (
	"id" text PRIMARY KEY NOT NULL,
	"org" text NOT NULL,
	"scenario" text NOT NULL,
	"legal_basis" text NOT NULL,
	"purpose" text,
	"fields" text[] NOT NULL,
	"owners" text[] NOT NULL,
	"since" date NOT NULL,
	"status" text NOT NULL,
	"duties" text[] NOT NULL,
	"gone" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "field_set_use" (
	"field_set" text NOT NULL,
	"caller_org" text NOT NULL,
	"caller_sub" text NOT NULL,
	"last_day" date NOT NULL,
	CONSTRAINT "field_set_use_field_set_caller_org_caller_sub_pk" PRIMARY KEY("field_set","caller_org","caller_sub")
);
--> statement-breakpoint
CREATE TABLE "holding" (
	"log" text NOT NULL,
	"type" text NOT NULL,
	"rows_at_least" integer,
	"newest_on" date,
	"reported_at" timestamp with time zone NOT NULL,
	CONSTRAINT "holding_log_type_pk" PRIMARY KEY("log","type")
);
--> statement-breakpoint
CREATE TABLE "used_log" (
	"log" text PRIMARY KEY NOT NULL,
	"next_seq" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "catalogue_item_search" ON "catalogue_item" USING gin ("words");