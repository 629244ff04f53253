CREATE TABLE "crd_commitment" (
	"commitment_id" bigint PRIMARY KEY NOT NULL,
	"subject_kind" varchar(1) COLLATE "C" NOT NULL,
	"subject_uscc" varchar(18) COLLATE "C",
	"subject_pid" uuid,
	"minor_until" date,
	"subject_name" varchar(200) COLLATE "C",
	"division" varchar(6) COLLATE "C",
	"type_code" varchar(2) COLLATE "C",
	"matter_code" varchar(31) COLLATE "C",
	"signed_on" date,
	"valid_to" date,
	"fulfilment_code" varchar(1) COLLATE "C",
	"breach_on" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_objection" (
	"objection_id" bigint PRIMARY KEY NOT NULL,
	"record_id" uuid NOT NULL,
	"subject_kind" varchar(1) COLLATE "C" NOT NULL,
	"subject_uscc" varchar(18) COLLATE "C",
	"subject_pid" uuid,
	"minor_until" date,
	"subject_name" varchar(200) COLLATE "C",
	"division" varchar(6) COLLATE "C",
	"content" text,
	"own_names" text[] DEFAULT '{}' NOT NULL,
	"content_scrubbed" text GENERATED ALWAYS AS (mask.text_scrub(content, own_names)) STORED,
	"received_on" date,
	"decided_on" date,
	"result_code" varchar(1) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_rating" (
	"subject_uscc" varchar(18) COLLATE "C" PRIMARY KEY NOT NULL,
	"division" varchar(6) COLLATE "C",
	"score" numeric(6, 2),
	"grade" varchar(1) COLLATE "C",
	"model_version" varchar(20) COLLATE "C",
	"rated_on" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_admin_licensing" (
	"record_id" uuid PRIMARY KEY NOT NULL,
	"matter_name" varchar(200) COLLATE "C",
	"valid_from" date,
	"valid_to" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_admin_penalty" (
	"record_id" uuid PRIMARY KEY NOT NULL,
	"violation_type" varchar(100) COLLATE "C",
	"facts" text,
	"own_names" text[] DEFAULT '{}' NOT NULL,
	"facts_scrubbed" text GENERATED ALWAYS AS (mask.text_scrub(facts, own_names)) STORED,
	"legal_basis" text,
	"penalty_kinds" varchar(20) COLLATE "C",
	"fine_amount" numeric(14, 2),
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_record" (
	"record_id" uuid PRIMARY KEY NOT NULL,
	"record_no" varchar(40) COLLATE "C" NOT NULL,
	"kind" varchar(16) COLLATE "C" NOT NULL,
	"status" varchar(10) COLLATE "C" NOT NULL,
	"title" varchar(200) COLLATE "C",
	"decision_no" varchar(80) COLLATE "C",
	"subject_kind" varchar(1) COLLATE "C" NOT NULL,
	"subject_uscc" varchar(18) COLLATE "C",
	"subject_pid" uuid,
	"minor_until" date,
	"subject_name" varchar(200) COLLATE "C",
	"division" varchar(6) COLLATE "C",
	"matter_code" varchar(31) COLLATE "C",
	"authority_uscc" varchar(18) COLLATE "C",
	"authority_name" varchar(100) COLLATE "C",
	"decided_on" date NOT NULL,
	"event_ended_on" date,
	"publish_until" date,
	"repaired_on" date,
	"lifted_on" date,
	"disputed" boolean DEFAULT false NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_judgment_debtor" (
	"record_id" uuid PRIMARY KEY NOT NULL,
	"court_name" varchar(100) COLLATE "C",
	"case_no" varchar(60) COLLATE "C",
	"debtor_name" varchar(200) COLLATE "C",
	"gender_code" varchar(1) COLLATE "C",
	"age" smallint,
	"obligation" text,
	"own_names" text[] DEFAULT '{}' NOT NULL,
	"obligation_scrubbed" text GENERATED ALWAYS AS (mask.text_scrub(obligation, own_names)) STORED,
	"performance_code" varchar(1) COLLATE "C",
	"published_on" date,
	"exited_on" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crd_serious_list" (
	"record_id" uuid PRIMARY KEY NOT NULL,
	"list_code" varchar(10) COLLATE "C",
	"listed_on" date,
	"reason" text,
	"own_names" text[] DEFAULT '{}' NOT NULL,
	"reason_scrubbed" text GENERATED ALWAYS AS (mask.text_scrub(reason, own_names)) STORED,
	"removed_on" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX "crd_commitment_organisation" ON "crd_commitment" USING btree ("subject_uscc","commitment_id");--> statement-breakpoint
CREATE INDEX "crd_commitment_person" ON "crd_commitment" USING btree ("subject_pid","commitment_id");--> statement-breakpoint
CREATE INDEX "crd_objection_record" ON "crd_objection" USING btree ("record_id","objection_id");--> statement-breakpoint
CREATE UNIQUE INDEX "crd_record_no" ON "crd_record" USING btree ("record_no");--> statement-breakpoint
CREATE INDEX "crd_record_organisation" ON "crd_record" USING btree ("subject_uscc","decided_on" DESC NULLS FIRST,"record_id");--> statement-breakpoint
CREATE INDEX "crd_record_person" ON "crd_record" USING btree ("subject_pid","decided_on" DESC NULLS FIRST,"record_id");--> statement-breakpoint
CREATE INDEX "crd_record_decided" ON "crd_record" USING btree ("decided_on" DESC NULLS FIRST,"record_id");--> statement-breakpoint
CREATE INDEX "crd_record_division" ON "crd_record" USING btree ("division","decided_on" DESC NULLS FIRST,"record_id");