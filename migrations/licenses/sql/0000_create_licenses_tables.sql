CREATE TABLE "lic_instance_item" (
	"item_id" bigint PRIMARY KEY NOT NULL,
	"cert_uid" uuid NOT NULL,
	"holder_kind" varchar(1) COLLATE "C" NOT NULL,
	"holder_pid" uuid,
	"holder_uscc" varchar(18) COLLATE "C",
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"item_key" varchar(40) COLLATE "C" NOT NULL,
	"item_label" varchar(60) COLLATE "C",
	"item_value" text,
	"item_level" smallint NOT NULL,
	"mask_kind" varchar(20) COLLATE "C" NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lic_catalog" (
	"type_code" varchar(21) COLLATE "C" PRIMARY KEY NOT NULL,
	"type_name" varchar(100) COLLATE "C",
	"holder_kind" varchar(1) COLLATE "C",
	"issuer_uscc" varchar(18) COLLATE "C",
	"validity_rule" varchar(100) COLLATE "C",
	"trust_level" varchar(1) COLLATE "C",
	"version" smallint,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lic_use_grant" (
	"auth_code_hash" varchar(64) COLLATE "C" PRIMARY KEY NOT NULL,
	"cert_uid" uuid NOT NULL,
	"holder_kind" varchar(1) COLLATE "C" NOT NULL,
	"holder_pid" uuid,
	"holder_uscc" varchar(18) COLLATE "C",
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"user_dept" varchar(30) COLLATE "C",
	"matter_code" varchar(31) COLLATE "C",
	"case_no" varchar(40) COLLATE "C",
	"granted_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"max_uses" smallint NOT NULL,
	"used_count" smallint NOT NULL,
	"revoked_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lic_use_log" (
	"log_id" bigint PRIMARY KEY NOT NULL,
	"cert_uid" uuid NOT NULL,
	"holder_kind" varchar(1) COLLATE "C" NOT NULL,
	"holder_pid" uuid,
	"holder_uscc" varchar(18) COLLATE "C",
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"dept" varchar(30) COLLATE "C",
	"operator_token" varchar(40) COLLATE "C",
	"matter_code" varchar(31) COLLATE "C",
	"case_no" varchar(40) COLLATE "C",
	"used_at" timestamp with time zone NOT NULL,
	"result" varchar(10) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lic_instance" (
	"cert_uid" uuid PRIMARY KEY NOT NULL,
	"cert_identifier" varchar(160) COLLATE "C" NOT NULL,
	"type_code" varchar(21) COLLATE "C" NOT NULL,
	"cert_no" varchar(64) COLLATE "C",
	"holder_kind" varchar(1) COLLATE "C" NOT NULL,
	"holder_pid" uuid,
	"holder_uscc" varchar(18) COLLATE "C",
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"holder_name" varchar(200) COLLATE "C",
	"issuer_name" varchar(100) COLLATE "C",
	"issuer_uscc" varchar(18) COLLATE "C",
	"issued_on" date NOT NULL,
	"valid_from" date,
	"valid_to" date,
	"status_code" varchar(10) COLLATE "C",
	"version" smallint,
	"content_hash" varchar(64) COLLATE "C",
	"ofd_ref" varchar(120) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX "lic_instance_item_license" ON "lic_instance_item" USING btree ("cert_uid","item_id");--> statement-breakpoint
CREATE INDEX "lic_use_grant_license" ON "lic_use_grant" USING btree ("cert_uid");--> statement-breakpoint
CREATE INDEX "lic_use_log_license" ON "lic_use_log" USING btree ("cert_uid","used_at" DESC NULLS FIRST,"log_id");--> statement-breakpoint
CREATE UNIQUE INDEX "lic_instance_identifier" ON "lic_instance" USING btree ("cert_identifier");--> statement-breakpoint
CREATE INDEX "lic_instance_cert_no" ON "lic_instance" USING btree ("cert_no","type_code");--> statement-breakpoint
CREATE INDEX "lic_instance_person" ON "lic_instance" USING btree ("holder_pid","cert_uid");--> statement-breakpoint
CREATE INDEX "lic_instance_organisation" ON "lic_instance" USING btree ("holder_uscc","cert_uid");--> statement-breakpoint
CREATE INDEX "lic_instance_issued" ON "lic_instance" USING btree ("issued_on","cert_uid");--> statement-breakpoint
CREATE INDEX "lic_instance_valid_to" ON "lic_instance" USING btree ("valid_to","cert_uid");--> statement-breakpoint
CREATE INDEX "lic_instance_type" ON "lic_instance" USING btree ("type_code","cert_uid");