CREATE TABLE "audit"."api_key_secret" (
	"key" text NOT NULL,
	"version" integer NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "api_key_secret_key_version_pk" PRIMARY KEY("key","version"),
	CONSTRAINT "api_key_secret_hash_unique" UNIQUE("hash"),
	CONSTRAINT "api_key_hash" CHECK (octet_length("audit"."api_key_secret"."hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "audit"."api_key" (
	"id" text PRIMARY KEY NOT NULL,
	"org" text NOT NULL,
	"name" text NOT NULL,
	"client" text NOT NULL,
	"queries" text[],
	"zone" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"by_sub" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"rotated_at" timestamp with time zone,
	"rotated_by_sub" text,
	"old_until" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"revoked_by_org" text,
	"revoked_by_sub" text,
	"change" bigint NOT NULL,
	CONSTRAINT "api_key_change_unique" UNIQUE("change"),
	CONSTRAINT "api_key_id" CHECK ("audit"."api_key"."id" ~ '^[a-z]{16}$'),
	CONSTRAINT "api_key_zone" CHECK ("audit"."api_key"."zone" IN ('intranet', 'mainland', 'abroad')),
	CONSTRAINT "api_key_name" CHECK (char_length("audit"."api_key"."name") BETWEEN 1 AND 100),
	CONSTRAINT "api_key_queries" CHECK (cardinality("audit"."api_key"."queries") BETWEEN 1 AND 100),
	CONSTRAINT "api_key_rotated" CHECK (num_nulls("audit"."api_key"."rotated_at", "audit"."api_key"."rotated_by_sub", "audit"."api_key"."old_until") IN (0, 3)),
	CONSTRAINT "api_key_revoked" CHECK (num_nulls("audit"."api_key"."revoked_at", "audit"."api_key"."revoked_by_org", "audit"."api_key"."revoked_by_sub") IN (0, 3))
);
--> statement-breakpoint
CREATE TABLE "audit"."open_use" (
	"caller" text NOT NULL,
	"query" text NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"requests" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"rows" bigint[] NOT NULL,
	CONSTRAINT "open_use_caller_query_pk" PRIMARY KEY("caller","query")
);
--> statement-breakpoint
ALTER TABLE "audit"."api_key_secret" ADD CONSTRAINT "api_key_secret_key_api_key_id_fk" FOREIGN KEY ("key") REFERENCES "audit"."api_key"("id") ON DELETE no action ON UPDATE no action;