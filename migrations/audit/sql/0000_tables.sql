CREATE SCHEMA "audit";
--> statement-breakpoint
CREATE TABLE "audit"."log" (
	"name" text PRIMARY KEY NOT NULL,
	"size" bigint DEFAULT 0 NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "log_name" CHECK ("audit"."log"."name" ~ '^[a-z][a-z-]{1,30}$'),
	CONSTRAINT "log_size" CHECK ("audit"."log"."size" >= 0)
);
--> statement-breakpoint
CREATE TABLE "audit"."record" (
	"log" text NOT NULL,
	"seq" bigint NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"leaf" "bytea" NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	CONSTRAINT "record_log_seq_pk" PRIMARY KEY("log","seq"),
	CONSTRAINT "record_id" UNIQUE("log","id"),
	CONSTRAINT "record_hash" CHECK (octet_length("audit"."record"."leaf_hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "audit"."writer" (
	"role" text NOT NULL,
	"log" text NOT NULL,
	CONSTRAINT "writer_role_log_pk" PRIMARY KEY("role","log")
);
--> statement-breakpoint
ALTER TABLE "audit"."writer" ADD CONSTRAINT "writer_log_log_name_fk" FOREIGN KEY ("log") REFERENCES "audit"."log"("name") ON DELETE no action ON UPDATE no action;