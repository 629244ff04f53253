CREATE TABLE "trf_line_station" (
	"line_no" varchar(20) COLLATE "C" NOT NULL,
	"station_code" varchar(20) COLLATE "C" NOT NULL,
	"seq" smallint NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL,
	CONSTRAINT "trf_line_station_pk" PRIMARY KEY("line_no","station_code")
);
--> statement-breakpoint
CREATE TABLE "trf_metro_line" (
	"line_no" varchar(20) COLLATE "C" PRIMARY KEY NOT NULL,
	"line_name" varchar(60) COLLATE "C",
	"operator_uscc" varchar(18) COLLATE "C",
	"in_service" boolean NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_metro_station" (
	"station_code" varchar(20) COLLATE "C" PRIMARY KEY NOT NULL,
	"station_name" varchar(100) COLLATE "C",
	"lng" numeric(9, 6),
	"lat" numeric(9, 6),
	"in_service" boolean NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_road_section" (
	"section_id" varchar(20) COLLATE "C" PRIMARY KEY NOT NULL,
	"section_name" varchar(100) COLLATE "C",
	"division" varchar(6) COLLATE "C",
	"lng" numeric(9, 6),
	"lat" numeric(9, 6),
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_flow_5min" (
	"flow_id" bigint PRIMARY KEY NOT NULL,
	"section_id" varchar(20) COLLATE "C" NOT NULL,
	"division" varchar(6) COLLATE "C",
	"ts" timestamp with time zone NOT NULL,
	"volume" integer,
	"avg_speed" numeric(5, 1),
	"congestion_index" numeric(4, 2),
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_driver_qualification" (
	"qualification_id" bigint PRIMARY KEY NOT NULL,
	"pid" uuid NOT NULL,
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"category" varchar(12) COLLATE "C" NOT NULL,
	"issued_on" date,
	"valid_to" date,
	"employer_uscc" varchar(18) COLLATE "C",
	"integrity_grade" varchar(3) COLLATE "C",
	"background_passed" boolean,
	"background_detail" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_driver" (
	"pid" uuid PRIMARY KEY NOT NULL,
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"file_no" varchar(12) COLLATE "C",
	"classes" varchar(20) COLLATE "C",
	"first_issued_on" date,
	"valid_to" date,
	"points" smallint,
	"cycle_start" date,
	"full_points_cycles" smallint,
	"status_code" varchar(2) COLLATE "C",
	"medical_note" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_violation" (
	"violation_id" bigint PRIMARY KEY NOT NULL,
	"driver_pid" uuid,
	"minor_until" date,
	"vehicle_uid" uuid,
	"plate_no" varchar(10) COLLATE "C",
	"plate_type" varchar(2) COLLATE "C",
	"occurred_at" timestamp with time zone NOT NULL,
	"place_text" varchar(200) COLLATE "C",
	"lng" numeric(9, 6),
	"lat" numeric(9, 6),
	"division" varchar(6) COLLATE "C",
	"code" varchar(6) COLLATE "C",
	"fine" numeric(10, 2),
	"points" smallint,
	"handled" boolean,
	"paid" boolean,
	"device_no" varchar(20) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trf_vehicle" (
	"vehicle_uid" uuid PRIMARY KEY NOT NULL,
	"plate_no" varchar(10) COLLATE "C" NOT NULL,
	"plate_type" varchar(2) COLLATE "C",
	"vin" varchar(17) COLLATE "C",
	"engine_no" varchar(20) COLLATE "C",
	"vehicle_type" varchar(3) COLLATE "C",
	"brand_model" varchar(60) COLLATE "C",
	"use_nature" varchar(1) COLLATE "C",
	"owner_kind" varchar(1) COLLATE "C" NOT NULL,
	"owner_pid" uuid,
	"owner_uscc" varchar(18) COLLATE "C",
	"minor_until" date,
	"division" varchar(6) COLLATE "C",
	"owner_name" varchar(200) COLLATE "C",
	"registered_on" date NOT NULL,
	"inspection_valid_to" date,
	"insurance_valid_to" date,
	"status_code" varchar(2) COLLATE "C",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_system" varchar(32),
	"batch_no" varchar(32),
	"is_deleted" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX "trf_line_station_station" ON "trf_line_station" USING btree ("station_code","line_no");--> statement-breakpoint
CREATE INDEX "trf_metro_station_name" ON "trf_metro_station" USING btree ("station_name","station_code");--> statement-breakpoint
CREATE INDEX "trf_metro_station_place" ON "trf_metro_station" USING btree ("lat","lng");--> statement-breakpoint
CREATE INDEX "trf_road_section_division" ON "trf_road_section" USING btree ("division","section_id");--> statement-breakpoint
CREATE INDEX "trf_flow_5min_section" ON "trf_flow_5min" USING btree ("section_id","ts","flow_id");--> statement-breakpoint
CREATE INDEX "trf_driver_qualification_person" ON "trf_driver_qualification" USING btree ("pid","qualification_id");--> statement-breakpoint
CREATE INDEX "trf_driver_qualification_employer" ON "trf_driver_qualification" USING btree ("employer_uscc");--> statement-breakpoint
CREATE INDEX "trf_driver_file_no" ON "trf_driver" USING btree ("file_no");--> statement-breakpoint
CREATE INDEX "trf_violation_driver" ON "trf_violation" USING btree ("driver_pid","occurred_at" DESC NULLS FIRST,"violation_id");--> statement-breakpoint
CREATE INDEX "trf_violation_vehicle" ON "trf_violation" USING btree ("vehicle_uid","occurred_at" DESC NULLS FIRST,"violation_id");--> statement-breakpoint
CREATE INDEX "trf_vehicle_plate" ON "trf_vehicle" USING btree ("plate_no","plate_type");--> statement-breakpoint
CREATE INDEX "trf_vehicle_person" ON "trf_vehicle" USING btree ("owner_pid","vehicle_uid");--> statement-breakpoint
CREATE INDEX "trf_vehicle_organisation" ON "trf_vehicle" USING btree ("owner_uscc","vehicle_uid");--> statement-breakpoint
CREATE INDEX "trf_vehicle_registered" ON "trf_vehicle" USING btree ("registered_on","vehicle_uid");