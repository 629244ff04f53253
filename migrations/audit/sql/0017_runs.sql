CREATE TABLE "audit"."run" (
	"log" text NOT NULL,
	"first" bigint NOT NULL,
	"ends" integer[] NOT NULL,
	"cuts" integer[] NOT NULL,
	"shared" "bytea" NOT NULL,
	"own" "bytea" NOT NULL,
	CONSTRAINT "run_log_first_pk" PRIMARY KEY("log","first")
);
