DROP INDEX "alert_newest";--> statement-breakpoint
DROP INDEX "suspension_newest";--> statement-breakpoint
DROP INDEX "access_record_newest";--> statement-breakpoint
DROP INDEX "access_subject_newest";--> statement-breakpoint
CREATE INDEX "alert_newest" ON "alert" USING btree ("at" DESC NULLS FIRST,"id");--> statement-breakpoint
CREATE INDEX "suspension_newest" ON "suspension" USING btree ("at" DESC NULLS FIRST,"id");--> statement-breakpoint
CREATE INDEX "access_record_newest" ON "access_record" USING btree ("at" DESC NULLS FIRST,"ref");--> statement-breakpoint
CREATE UNIQUE INDEX "access_subject_newest" ON "access_subject" USING btree ("token","at" DESC NULLS FIRST,"record");