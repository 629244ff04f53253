CREATE TABLE "application_approval" (
	"ref" text PRIMARY KEY NOT NULL,
	"application" uuid NOT NULL,
	"applicant" text NOT NULL,
	"owners" text[] NOT NULL,
	"version" integer NOT NULL,
	"role" text NOT NULL,
	"org" text NOT NULL,
	"due" timestamp with time zone NOT NULL,
	"approved_org" text,
	"approved_sub" text,
	"approved_at" timestamp with time zone,
	"counts" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "application_field" (
	"application" uuid NOT NULL,
	"applicant" text NOT NULL,
	"owners" text[] NOT NULL,
	"field" text NOT NULL,
	"mode" text NOT NULL,
	"owner" text NOT NULL,
	"level" text NOT NULL,
	"removed" boolean DEFAULT false NOT NULL,
	CONSTRAINT "application_field_application_field_pk" PRIMARY KEY("application","field")
);
--> statement-breakpoint
CREATE TABLE "application" (
	"id" uuid PRIMARY KEY NOT NULL,
	"applicant" text NOT NULL,
	"owners" text[] NOT NULL,
	"kind" text NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"org" text NOT NULL,
	"by_sub" text NOT NULL,
	"purpose" text NOT NULL,
	"scenario" text NOT NULL,
	"legal_basis" text NOT NULL,
	"division" text,
	"days" integer NOT NULL,
	"route" text[] NOT NULL,
	"agreement_ref" text,
	"pia_ref" text,
	"at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"changed_at" timestamp with time zone NOT NULL,
	"due" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "granted" (
	"id" text PRIMARY KEY NOT NULL,
	"applicant" text NOT NULL,
	"owners" text[] NOT NULL,
	"kind" text NOT NULL,
	"org" text NOT NULL,
	"purpose" text NOT NULL,
	"scenario" text NOT NULL,
	"legal_basis" text NOT NULL,
	"application" uuid,
	"valid_from" date NOT NULL,
	"valid_to" date NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"contract" text NOT NULL,
	"contract_zh" text NOT NULL,
	"review_due" date,
	"revoked_at" timestamp with time zone,
	"revoked_by_org" text,
	"revoked_by_sub" text,
	"revoked" boolean NOT NULL,
	"left_out" boolean NOT NULL
);
--> statement-breakpoint
CREATE INDEX "application_approval_of" ON "application_approval" USING btree ("application");--> statement-breakpoint
CREATE INDEX "application_newest" ON "application" USING btree ("at" DESC NULLS FIRST,"id");--> statement-breakpoint
CREATE INDEX "granted_newest" ON "granted" USING btree ("starts_at" DESC NULLS FIRST,"id");