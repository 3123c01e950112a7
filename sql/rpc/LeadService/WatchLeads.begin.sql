-- WatchLeads, step begin: a page of what the caller is to be told from where he stood until now, and where he stands then. Who
-- opens a stream, and each watcher whose sight changed. Bound: what an earlier page gave, authenticated and kept whole by the
-- handler. It is not read-only: after a crash it makes a new marker.
select b.next_since as since,
       b.next_sight as sight,
       b.mark,
       b.next_round as round,
       b.reset,
       b.epoch,
       b.removed
from watch_begin(:since, :at, :sight, :round, :region_code, :limit) b;

select l.id as "leads.id",
       l.region_code as "leads.region_code",
       l.current_code as "leads.current_region_code",
       l.channel as "leads.channel",
       l.class as "leads.class",
       l.occurrence as "leads.occurrence",
       l.domain as "leads.domain",
       l.problem_type as "leads.problem_type",
       l.cause as "leads.cause",
       l.received_at as "leads.received_at",
       l.visit_id as "leads.visit_id",
       l.amount_fen as "leads.amount_fen",
       l.campaign_id as "leads.campaign_id",
       l.sweep_round as "leads.sweep_round",
       l.confidential as "leads.confidential",
       l.state as "leads.state",
       l.raised_by as "leads.raised_by",
       l.handler_id as "leads.handler_id",
       l.office_id as "leads.office_id",
       l.due_at as "leads.due_at",
       l.has_reporter as "leads.has_reporter",
       l.written_at as "leads.updated_at",
       l.etag as "leads.etag"
from unnest(picked('leads')) with ordinality p(id, n)
join lead l on l.id = p.id
order by p.n;

select r.id as "reminders.id",
       r.kind as "reminders.kind",
       r.record_kind as "reminders.record_kind",
       r.record_id as "reminders.record_id",
       r.at as "reminders.at",
       r.actor_id as "reminders.actor_id",
       r.note as "reminders.note"
from unnest(picked('reminders')) with ordinality p(id, n)
join reminder r on r.id = p.id
order by p.n;
