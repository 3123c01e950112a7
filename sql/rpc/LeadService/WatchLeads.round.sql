-- WatchLeads, step round: what was committed since the watchers were told, and who of them may see it, for all of them at once.
-- Run by the server itself, for nobody: watch_round applies the whole of sight to each watcher.
select sync_epoch() as epoch;

select r.page_until as "told.until",
       r.last_changed as "told.last_changed",
       r.last_id as "told.last_id",
       r.more as "told.more",
       r.watchers as "told.watchers",
       r.removed_id as "told.removed_id",
       r.id as "told.lead.id",
       r.region_code as "told.lead.region_code",
       r.current_code as "told.lead.current_region_code",
       r.channel as "told.lead.channel",
       r.class as "told.lead.class",
       r.occurrence as "told.lead.occurrence",
       r.domain as "told.lead.domain",
       r.problem_type as "told.lead.problem_type",
       r.cause as "told.lead.cause",
       r.received_at as "told.lead.received_at",
       r.visit_id as "told.lead.visit_id",
       r.amount_fen as "told.lead.amount_fen",
       r.campaign_id as "told.lead.campaign_id",
       r.sweep_round as "told.lead.sweep_round",
       r.confidential as "told.lead.confidential",
       r.state as "told.lead.state",
       r.raised_by as "told.lead.raised_by",
       r.handler_id as "told.lead.handler_id",
       r.office_id as "told.lead.office_id",
       r.due_at as "told.lead.due_at",
       r.has_reporter as "told.lead.has_reporter",
       r.written_at as "told.lead.updated_at",
       r.etag as "told.lead.etag",
       r.reminder_id as "told.reminder.id",
       r.reminder_kind as "told.reminder.kind",
       r.record_kind as "told.reminder.record_kind",
       r.record_id as "told.reminder.record_id",
       r.reminded_at as "told.reminder.at",
       r.actor_id as "told.reminder.actor_id",
       r.note as "told.reminder.note"
from watch_round(
  :sinces, :until, :after_changed, :after_id, :tokens, :marks, :regions, :since_places, :limit
) r;
