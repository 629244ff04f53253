CREATE TABLE "pop_guardianship" (
	"guardianship_id" bigint PRIMARY KEY NOT NULL,
	"ward_pid" uuid NOT NULL,
	"guardian_pid" uuid NOT NULL,
	"minor_until" date,
	"relation_code" varchar(2) COLLATE "C",
	"since" date,
	"until" date,
	"basis" varchar(100) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pop_residence_reg" (
	"reg_id" bigint PRIMARY KEY NOT NULL,
	"pid" uuid NOT NULL,
	"minor_until" date,
	"permit_no" varchar(18) COLLATE "C",
	"division" varchar(9) COLLATE "C",
	"address" varchar(200) COLLATE "C",
	"house_no_code" varchar(30) COLLATE "C",
	"reason_code" varchar(2) COLLATE "C",
	"first_registered_on" date NOT NULL,
	"continuous_months" integer NOT NULL,
	"status" varchar(1) COLLATE "C",
	"valid_to" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pop_social_insurance" (
	"insurance_id" bigint PRIMARY KEY NOT NULL,
	"pid" uuid NOT NULL,
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"scheme_code" varchar(3) COLLATE "C" NOT NULL,
	"employer_uscc" varchar(18) COLLATE "C",
	"status_code" varchar(1) COLLATE "C",
	"first_paid_ym" varchar(6) COLLATE "C",
	"last_paid_ym" varchar(6) COLLATE "C",
	"cumulative_months" integer NOT NULL,
	"base_amount" numeric(12, 2),
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pop_household_member" (
	"member_id" bigint PRIMARY KEY NOT NULL,
	"household_no" varchar(20) COLLATE "C" NOT NULL,
	"pid" uuid NOT NULL,
	"minor_until" date,
	"relation_code" varchar(2) COLLATE "C",
	"joined_on" date,
	"left_on" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pop_household" (
	"household_no" varchar(20) COLLATE "C" PRIMARY KEY NOT NULL,
	"household_type" varchar(1) COLLATE "C",
	"head_pid" uuid,
	"division" varchar(9) COLLATE "C",
	"address" varchar(200) COLLATE "C",
	"member_count" smallint,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pop_person" (
	"pid" uuid PRIMARY KEY NOT NULL,
	"id_type" varchar(3) COLLATE "C" NOT NULL,
	"id_no" varchar(18) COLLATE "C" NOT NULL,
	"full_name" varchar(100) COLLATE "C" NOT NULL,
	"former_name" varchar(100) COLLATE "C",
	"gender_code" varchar(1) COLLATE "C",
	"ethnic_code" varchar(2) COLLATE "C",
	"birth_date" date,
	"minor_until" date,
	"under18_until" date,
	"hukou_division" varchar(9) COLLATE "C",
	"hukou_address" varchar(200) COLLATE "C",
	"residence_division" varchar(9) COLLATE "C",
	"residence_address" varchar(200) COLLATE "C",
	"marital_code" varchar(2) COLLATE "C",
	"education_code" varchar(2) COLLATE "C",
	"mobile" varchar(11) COLLATE "C",
	"photo_ref" varchar(64) COLLATE "C",
	"vital_status" varchar(1) COLLATE "C",
	"death_date" date,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pop_pid_alias" (
	"old_pid" uuid PRIMARY KEY NOT NULL,
	"new_pid" uuid NOT NULL,
	"since" date NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX "pop_guardianship_ward" ON "pop_guardianship" USING btree ("ward_pid","guardianship_id");--> statement-breakpoint
CREATE INDEX "pop_guardianship_guardian" ON "pop_guardianship" USING btree ("guardian_pid","guardianship_id");--> statement-breakpoint
CREATE INDEX "pop_residence_reg_person" ON "pop_residence_reg" USING btree ("pid","first_registered_on" DESC NULLS FIRST,"reg_id");--> statement-breakpoint
CREATE INDEX "pop_social_insurance_person" ON "pop_social_insurance" USING btree ("pid","insurance_id");--> statement-breakpoint
CREATE INDEX "pop_social_insurance_employer" ON "pop_social_insurance" USING btree ("employer_uscc");--> statement-breakpoint
CREATE INDEX "pop_household_member_household" ON "pop_household_member" USING btree ("household_no","member_id");--> statement-breakpoint
CREATE INDEX "pop_household_member_person" ON "pop_household_member" USING btree ("pid","member_id");--> statement-breakpoint
CREATE INDEX "pop_household_head" ON "pop_household" USING btree ("head_pid");--> statement-breakpoint
CREATE INDEX "pop_household_division" ON "pop_household" USING btree ("division","household_no");--> statement-breakpoint
CREATE UNIQUE INDEX "pop_person_id_no" ON "pop_person" USING btree ("id_no");--> statement-breakpoint
CREATE INDEX "pop_person_name" ON "pop_person" USING btree ("full_name","pid");--> statement-breakpoint
CREATE INDEX "pop_person_birth" ON "pop_person" USING btree ("birth_date","pid");--> statement-breakpoint
CREATE INDEX "pop_person_residence" ON "pop_person" USING btree ("residence_division","pid");--> statement-breakpoint
CREATE INDEX "pop_person_hukou" ON "pop_person" USING btree ("hukou_division","pid");--> statement-breakpoint
CREATE INDEX "pop_pid_alias_new" ON "pop_pid_alias" USING btree ("new_pid");