-- Read every few minutes, written with every event: an index over blocks does.
DROP INDEX "signal_event_age";--> statement-breakpoint
CREATE INDEX "signal_event_age" ON "signal_event" USING brin ("at");
