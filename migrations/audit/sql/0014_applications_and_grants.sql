CREATE TABLE "audit"."application" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"status" text NOT NULL,
	"org" text NOT NULL,
	"hands" text[] NOT NULL,
	"content" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "application_kind" CHECK ("audit"."application"."kind" IN ('GRANT', 'EMERGENCY')),
	CONSTRAINT "application_status" CHECK ("audit"."application"."status" IN ('DRAFT', 'PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN'))
);
--> statement-breakpoint
CREATE TABLE "audit"."approved_grant" (
	"id" text PRIMARY KEY NOT NULL,
	"application" uuid NOT NULL,
	"kind" text NOT NULL,
	"content" text NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"made" bigint NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"ended" bigint,
	"ended_at" timestamp with time zone,
	"ended_by_org" text,
	"ended_by_sub" text,
	"review_due" date,
	"retired" bigint,
	CONSTRAINT "approved_grant_application_unique" UNIQUE("application"),
	CONSTRAINT "approved_grant_ended" CHECK (num_nulls("audit"."approved_grant"."ended", "audit"."approved_grant"."ended_at", "audit"."approved_grant"."ended_by_org", "audit"."approved_grant"."ended_by_sub") IN (0, 4))
);
--> statement-breakpoint
CREATE TABLE "audit"."application_demand" (
	"application" uuid NOT NULL,
	"version" integer NOT NULL,
	"role" text NOT NULL,
	"org" text NOT NULL,
	"due" timestamp with time zone NOT NULL,
	"approved_org" text,
	"approved_sub" text,
	"approved_at" timestamp with time zone,
	CONSTRAINT "application_demand_application_version_role_org_pk" PRIMARY KEY("application","version","role","org"),
	CONSTRAINT "application_approved" CHECK (num_nulls("audit"."application_demand"."approved_org", "audit"."application_demand"."approved_sub", "audit"."application_demand"."approved_at") IN (0, 3))
);
--> statement-breakpoint
ALTER TABLE "audit"."approved_grant" ADD CONSTRAINT "approved_grant_application_application_id_fk" FOREIGN KEY ("application") REFERENCES "audit"."application"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit"."application_demand" ADD CONSTRAINT "application_demand_application_application_id_fk" FOREIGN KEY ("application") REFERENCES "audit"."application"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "application_changed" ON "audit"."application" USING btree ("changed_at");--> statement-breakpoint
CREATE UNIQUE INDEX "application_two_people" ON "audit"."application_demand" USING btree ("application","version","approved_sub");