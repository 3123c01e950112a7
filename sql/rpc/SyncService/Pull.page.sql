-- Pull, its only step: one page of what changed for the caller. Anyone signed in; his own visits and photos, leads in his
-- sight, terms, offices, the regions of his grants. Bound: `state`, what `next_state` of the page before was ('' to sync from
-- the start), authenticated and kept whole by the handler; `limit`, the records of each kind at most. The handler hands the
-- records on, authenticates `next_state` into the next cursor, and passes `more` and `reset` on as they are. It is not
-- read-only: after a crash it makes a new marker.
select b.next_state,
       b.more,
       b.reset
from pull_begin(:state, :limit) b;

select v.id as "visits.id",
       v.kind as "visits.kind",
       v.region_code as "visits.region_code",
       v.started_at as "visits.started_at",
       v.ended_at as "visits.ended_at",
       v.latitude as "visits.position.latitude",
       v.longitude as "visits.position.longitude",
       v.accuracy as "visits.position.accuracy",
       v.place as "visits.place",
       v.team as "visits.officer_ids",
       v.visitor_names as "visits.visitors.name",
       v.visitor_units as "visits.visitors.unit",
       v.led_by as "visits.led_by",
       v.purpose as "visits.purpose",
       v.people_met as "visits.people_met",
       v.material_names as "visits.materials.name",
       v.material_copies as "visits.materials.copies",
       v.findings as "visits.findings",
       v.solved_descriptions as "visits.solved_problems.description",
       v.solved_leads as "visits.solved_problems.lead_id",
       v.survey_questions as "visits.survey.question",
       v.survey_answers as "visits.survey.answer",
       v.survey_counts as "visits.survey.count",
       v.campaign_id as "visits.campaign_id",
       v.sweep_round as "visits.sweep_round",
       v.etag as "visits.etag",
       v.recorder_id as "visits.recorder_id",
       v.office_id as "visits.office_id",
       v.received_at as "visits.received_at",
       v.written_at as "visits.updated_at",
       v.state as "visits.state",
       v.hold_reason as "visits.hold_reason",
       v.current_code as "visits.current_region_code"
from unnest(picked('visits')) with ordinality p(id, n)
join visit v on v.id = p.id
order by p.n;

-- Narratives and those complained of go to who raised or handles the lead.
select l.id as "leads.id",
       l.region_code as "leads.region_code",
       l.channel as "leads.channel",
       l.class as "leads.class",
       l.occurrence as "leads.occurrence",
       l.domain as "leads.domain",
       l.problem_type as "leads.problem_type",
       l.cause as "leads.cause",
       l.received_at as "leads.received_at",
       l.visit_id as "leads.visit_id",
       case when o.own then l.accused_names end as "leads.accused.name",
       case when o.own then l.accused_units end as "leads.accused.unit",
       case when o.own then l.accused_posts end as "leads.accused.post",
       case when o.own then l.accused_users end as "leads.accused.user_id",
       case when o.own then l.accused_offices end as "leads.accused.office_id",
       l.amount_fen as "leads.amount_fen",
       case when o.own then l.narrative end as "leads.narrative",
       l.campaign_id as "leads.campaign_id",
       l.sweep_round as "leads.sweep_round",
       l.confidential as "leads.confidential",
       l.etag as "leads.etag",
       l.state as "leads.state",
       l.raised_by as "leads.raised_by",
       l.handler_id as "leads.handler_id",
       l.office_id as "leads.office_id",
       l.due_at as "leads.due_at",
       l.has_reporter as "leads.has_reporter",
       l.uploaded_at as "leads.uploaded_at",
       l.written_at as "leads.updated_at",
       l.current_code as "leads.current_region_code"
from unnest(picked('leads') || picked('gained')) with ordinality p(id, n)
join lead l on l.id = p.id
cross join lateral (select l.raised_by = me() or l.handler_id is not distinct from me()) o(own)
order by p.n;

select f.id as "photos.id",
       f.visit_id as "photos.visit_id",
       f.lead_id as "photos.lead_id",
       f.sha256 as "photos.sha256",
       f.byte_size as "photos.byte_size",
       f.media_type as "photos.media_type",
       f.width as "photos.width",
       f.height as "photos.height",
       f.captured_at as "photos.captured_at",
       f.latitude as "photos.position.latitude",
       f.longitude as "photos.position.longitude",
       f.accuracy as "photos.position.accuracy",
       f.device as "photos.device",
       f.caption as "photos.caption",
       f.etag as "photos.etag",
       f.recorder_id as "photos.recorder_id",
       f.received_at as "photos.received_at"
from unnest(picked('photos')) with ordinality p(id, n)
join photo f on f.id = p.id
order by p.n;

select t.vocabulary as "terms.vocabulary",
       t.code as "terms.code",
       t.name as "terms.name",
       t.place as "terms.place",
       t.retired as "terms.retired"
from term t
where t.changed >= picked_terms_from()
order by t.vocabulary, t.place, t.code;

select r.code as "regions.code",
       r.parent_code as "regions.parent_code",
       r.level as "regions.level",
       r.name as "regions.name",
       r.successor_code as "regions.successor_code",
       r.ended_on as "regions.ended_on"
from unnest(picked_regions()) with ordinality p(code, n)
join region r on r.code = p.code
order by p.n;

select o.id as "offices.id",
       o.name as "offices.name",
       o.kind as "offices.kind",
       o.region_code as "offices.region_code",
       o.parent_id as "offices.parent_id",
       o.opened_on as "offices.opened_on",
       o.closed_on as "offices.closed_on"
from unnest(picked('offices')) with ordinality p(id, n)
join office o on o.id = p.id
order by p.n;

select p.id as "removed.id",
       3::int2 as "removed.kind"
from unnest(picked('lost')) p(id)
union all
select f.id,
       2::int2
from photos_of_lost(picked('lost')) f(id)
union all
select g.id,
       g.kind
from picked_gone() g;

select r.id as "reminders.id",
       r.kind as "reminders.kind",
       r.record_kind as "reminders.record_kind",
       r.record_id as "reminders.record_id",
       r.at as "reminders.at",
       r.actor_id as "reminders.actor_id",
       r.note as "reminders.note"
from picked_reminders() r
order by r.at, r.id;
