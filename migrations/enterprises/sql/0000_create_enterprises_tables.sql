CREATE TABLE "ent_annual_report" (
	"report_id" bigint PRIMARY KEY NOT NULL,
	"uscc" varchar(18) COLLATE "C" NOT NULL,
	"division" varchar(6) COLLATE "C",
	"report_year" varchar(4) COLLATE "C" NOT NULL,
	"disclosed" boolean NOT NULL,
	"postal_address" varchar(200) COLLATE "C",
	"phone" varchar(20) COLLATE "C",
	"email" varchar(100) COLLATE "C",
	"employee_count" integer,
	"total_assets" numeric(18, 2),
	"total_revenue" numeric(18, 2),
	"net_profit" numeric(18, 2),
	"total_tax" numeric(18, 2),
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ent_change" (
	"change_id" bigint PRIMARY KEY NOT NULL,
	"uscc" varchar(18) COLLATE "C" NOT NULL,
	"division" varchar(6) COLLATE "C",
	"item_code" varchar(4) COLLATE "C",
	"before_text" text,
	"after_text" text,
	"own_names" text[] DEFAULT '{}' NOT NULL,
	"before_text_scrubbed" text GENERATED ALWAYS AS (mask.text_scrub(before_text, own_names)) STORED,
	"after_text_scrubbed" text GENERATED ALWAYS AS (mask.text_scrub(after_text, own_names)) STORED,
	"changed_on" date NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ent_base" (
	"uscc" varchar(18) COLLATE "C" PRIMARY KEY NOT NULL,
	"reg_no" varchar(15) COLLATE "C",
	"ent_name" varchar(200) COLLATE "C" NOT NULL,
	"ent_type_code" varchar(4) COLLATE "C",
	"industry_code" varchar(5) COLLATE "C",
	"reg_capital" numeric(18, 4) NOT NULL,
	"currency_code" varchar(3) COLLATE "C",
	"established_on" date NOT NULL,
	"op_from" date,
	"op_to" date,
	"domicile" varchar(200) COLLATE "C",
	"domicile_is_home" boolean NOT NULL,
	"lng" numeric(9, 6),
	"lat" numeric(9, 6),
	"division" varchar(6) COLLATE "C",
	"business_scope" text,
	"reg_authority" varchar(100) COLLATE "C",
	"ent_status" varchar(1) COLLATE "C",
	"legal_rep_name" varchar(100) COLLATE "C",
	"legal_rep_pid" uuid,
	"legal_rep_minor_until" date,
	"contact_mobile" varchar(11) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ent_key_person" (
	"key_person_id" bigint PRIMARY KEY NOT NULL,
	"uscc" varchar(18) COLLATE "C" NOT NULL,
	"division" varchar(6) COLLATE "C",
	"pid" uuid,
	"minor_until" date,
	"person_name" varchar(100) COLLATE "C",
	"position_code" varchar(3) COLLATE "C",
	"appointed_on" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ent_shareholder" (
	"shareholder_id" bigint PRIMARY KEY NOT NULL,
	"uscc" varchar(18) COLLATE "C" NOT NULL,
	"division" varchar(6) COLLATE "C",
	"holder_kind" varchar(1) COLLATE "C" NOT NULL,
	"holder_uscc" varchar(18) COLLATE "C",
	"holder_pid" uuid,
	"minor_until" date,
	"holder_name" varchar(200) COLLATE "C",
	"subscribed_amount" numeric(18, 4),
	"paid_amount" numeric(18, 4),
	"paid_on" date,
	"ratio" numeric(9, 6),
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "ent_annual_report_year" ON "ent_annual_report" USING btree ("uscc","report_year" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "ent_change_enterprise" ON "ent_change" USING btree ("uscc","changed_on" DESC NULLS FIRST,"change_id");--> statement-breakpoint
CREATE INDEX "ent_base_name" ON "ent_base" USING btree ("ent_name","uscc");--> statement-breakpoint
CREATE INDEX "ent_base_industry" ON "ent_base" USING btree ("industry_code","uscc");--> statement-breakpoint
CREATE INDEX "ent_base_capital" ON "ent_base" USING btree ("reg_capital","uscc");--> statement-breakpoint
CREATE INDEX "ent_base_established" ON "ent_base" USING btree ("established_on","uscc");--> statement-breakpoint
CREATE INDEX "ent_base_division" ON "ent_base" USING btree ("division","uscc");--> statement-breakpoint
CREATE INDEX "ent_base_legal_rep" ON "ent_base" USING btree ("legal_rep_pid");--> statement-breakpoint
CREATE INDEX "ent_key_person_enterprise" ON "ent_key_person" USING btree ("uscc","key_person_id");--> statement-breakpoint
CREATE INDEX "ent_key_person_person" ON "ent_key_person" USING btree ("pid","key_person_id");--> statement-breakpoint
CREATE INDEX "ent_shareholder_enterprise" ON "ent_shareholder" USING btree ("uscc","shareholder_id");--> statement-breakpoint
CREATE INDEX "ent_shareholder_person" ON "ent_shareholder" USING btree ("holder_pid");--> statement-breakpoint
CREATE INDEX "ent_shareholder_organisation" ON "ent_shareholder" USING btree ("holder_uscc");