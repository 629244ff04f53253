CREATE TABLE "access_record" (
	"ref" text PRIMARY KEY NOT NULL,
	"log" text NOT NULL,
	"seq" bigint NOT NULL,
	"record_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"request_id" text NOT NULL,
	"caller_org" text NOT NULL,
	"caller_kind" text NOT NULL,
	"caller_sub" text NOT NULL,
	"caller_client" text,
	"purpose" text,
	"case_no" text,
	"authorization_ref" text,
	"operation_name" text,
	"operation_hash" text NOT NULL,
	"entries" text[] NOT NULL,
	"field_set" text NOT NULL,
	"owners" text[] NOT NULL,
	"person_categories" text[] NOT NULL,
	"subject_count" integer NOT NULL,
	"row_count" integer NOT NULL,
	"policy_version" text NOT NULL,
	"outcome" text NOT NULL,
	"code" text
);
--> statement-breakpoint
CREATE TABLE "access_subject" (
	"token" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"record" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "field_set_field" (
	"field_set" text NOT NULL,
	"field" text NOT NULL,
	"owner" text,
	"category" text,
	"level" smallint,
	"personal" boolean,
	"decision" text NOT NULL,
	"policies" text[] NOT NULL,
	CONSTRAINT "field_set_field_field_set_field_pk" PRIMARY KEY("field_set","field")
);
--> statement-breakpoint
CREATE TABLE "followed_log" (
	"log" text PRIMARY KEY NOT NULL,
	"next_seq" bigint DEFAULT 0 NOT NULL,
	"others" bigint DEFAULT 0 NOT NULL,
	"unread" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organisation" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"name_zh" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "purpose" (
	"code" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"title_zh" text NOT NULL,
	"legal_basis" text NOT NULL,
	"delay_days" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "unread_record" (
	"log" text NOT NULL,
	"seq" bigint NOT NULL,
	"reason" text NOT NULL,
	"noticed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "unread_record_log_seq_pk" PRIMARY KEY("log","seq")
);
--> statement-breakpoint
CREATE INDEX "access_record_newest" ON "access_record" USING btree ("at" DESC NULLS LAST,"ref");--> statement-breakpoint
CREATE INDEX "access_record_caller" ON "access_record" USING btree ("caller_org","caller_sub","at");--> statement-breakpoint
CREATE UNIQUE INDEX "access_subject_newest" ON "access_subject" USING btree ("token","at" DESC NULLS LAST,"record");--> statement-breakpoint
CREATE INDEX "access_subject_record" ON "access_subject" USING btree ("record");