CREATE TABLE "audit"."quota_passed" (
	"org" text NOT NULL,
	"bulk_class" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "quota_passed_org_bulk_class_pk" PRIMARY KEY("org","bulk_class")
);
