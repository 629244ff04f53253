CREATE TABLE "audit"."threshold" (
	"org" text NOT NULL,
	"entry" text NOT NULL,
	"subject" "bytea" NOT NULL,
	"threshold" "bytea" NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "threshold_org_entry_subject_threshold_pk" PRIMARY KEY("org","entry","subject","threshold")
);
