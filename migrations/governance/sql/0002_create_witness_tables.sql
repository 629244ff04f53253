CREATE TABLE "log_problem" (
	"log" text NOT NULL,
	"size" bigint NOT NULL,
	"problem" text NOT NULL,
	"note" text,
	"noticed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "log_problem_log_size_problem_pk" PRIMARY KEY("log","size","problem")
);
--> statement-breakpoint
CREATE TABLE "witnessed_head" (
	"log" text NOT NULL,
	"size" bigint NOT NULL,
	"root" "bytea" NOT NULL,
	"note" text NOT NULL,
	"edge" "bytea" NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "witnessed_head_log_size_pk" PRIMARY KEY("log","size")
);
