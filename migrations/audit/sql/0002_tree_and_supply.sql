CREATE TABLE "audit"."checkpoint" (
	"log" text NOT NULL,
	"size" bigint NOT NULL,
	"root" "bytea" NOT NULL,
	"note" text NOT NULL,
	"kept_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "checkpoint_log_size_pk" PRIMARY KEY("log","size"),
	CONSTRAINT "checkpoint_root" CHECK (octet_length("audit"."checkpoint"."root") = 32)
);
--> statement-breakpoint
CREATE TABLE "audit"."supply" (
	"org" text NOT NULL,
	"bulk_class" text NOT NULL,
	"subject" "bytea" NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "supply_org_bulk_class_subject_pk" PRIMARY KEY("org","bulk_class","subject")
);
--> statement-breakpoint
CREATE TABLE "audit"."suspension" (
	"id" uuid PRIMARY KEY NOT NULL,
	"org" text NOT NULL,
	"sub" text NOT NULL,
	"reason" text NOT NULL,
	"by_org" text NOT NULL,
	"by_sub" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"restored_by_org" text,
	"restored_by_sub" text,
	"restored_at" timestamp with time zone,
	CONSTRAINT "suspension_two_officers" CHECK ("audit"."suspension"."restored_by_org" IS NULL OR ("audit"."suspension"."restored_by_org", "audit"."suspension"."restored_by_sub") <> ("audit"."suspension"."by_org", "audit"."suspension"."by_sub")),
	CONSTRAINT "suspension_restored" CHECK (num_nulls("audit"."suspension"."restored_by_org", "audit"."suspension"."restored_by_sub", "audit"."suspension"."restored_at") IN (0, 3))
);
--> statement-breakpoint
CREATE TABLE "audit"."tile" (
	"log" text NOT NULL,
	"level" integer NOT NULL,
	"place" bigint NOT NULL,
	"hashes" "bytea" NOT NULL,
	CONSTRAINT "tile_log_level_place_pk" PRIMARY KEY("log","level","place"),
	CONSTRAINT "tile_hashes" CHECK (octet_length("audit"."tile"."hashes") BETWEEN 32 AND 8192 AND octet_length("audit"."tile"."hashes") % 32 = 0)
);
--> statement-breakpoint
CREATE INDEX "supply_window" ON "audit"."supply" USING btree ("org","bulk_class","last_at");