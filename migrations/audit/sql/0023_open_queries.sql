CREATE TABLE "audit"."open_step" (
	"id" uuid PRIMARY KEY NOT NULL,
	"step" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit"."open_step_step_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"query" text NOT NULL,
	"text" uuid NOT NULL,
	"state" text NOT NULL,
	"role" text,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "open_step_state" CHECK ("audit"."open_step"."state" IN ('DRAFT', 'REVIEW', 'PUBLISHED', 'WITHDRAWN')),
	CONSTRAINT "open_step_role" CHECK ("audit"."open_step"."role" IN ('OWNER', 'CITY'))
);
--> statement-breakpoint
CREATE TABLE "audit"."open_text" (
	"id" uuid PRIMARY KEY NOT NULL,
	"made" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit"."open_text_made_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"query" text NOT NULL,
	"version" integer NOT NULL,
	"owner" text NOT NULL,
	"level" smallint NOT NULL,
	"hash" text NOT NULL,
	"content" text NOT NULL,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "open_text_level" CHECK ("audit"."open_text"."level" BETWEEN 1 AND 4),
	CONSTRAINT "open_text_hash" CHECK ("audit"."open_text"."hash" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "audit"."open_step" ADD CONSTRAINT "open_step_text_open_text_id_fk" FOREIGN KEY ("text") REFERENCES "audit"."open_text"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "open_step_newest" ON "audit"."open_step" USING btree ("query","step" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "open_step_of_text" ON "audit"."open_step" USING btree ("text","step" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "open_text_newest" ON "audit"."open_text" USING btree ("query","made" DESC NULLS LAST);