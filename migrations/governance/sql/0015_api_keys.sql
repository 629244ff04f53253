CREATE TABLE "api_key" (
	"id" text PRIMARY KEY NOT NULL,
	"org" text NOT NULL,
	"name" text NOT NULL,
	"client" text NOT NULL,
	"queries" text[],
	"zone" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"by_sub" text NOT NULL,
	"version" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"rotated_at" timestamp with time zone,
	"rotated_by_sub" text,
	"old_until" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"revoked_by_org" text,
	"revoked_by_sub" text
);
--> statement-breakpoint
CREATE INDEX "api_key_newest" ON "api_key" USING btree ("at" DESC NULLS FIRST,"id");