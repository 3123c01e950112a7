-- OpenPersonalData, then: what is held about him, from what the caller sees of the region. He is looked for by phone and identity number as reporter,
-- by his account where he has one, and by name and unit together elsewhere. Each reporter that is opened stands in its lead's timeline.
select q.id as "id",
       now() as "made_at",
       q.region_code as "region_code",
       '{1,2,3,4,5,6,7}'::int2[] as "left_out",
       audit_read('personal_data', q.id)
from approved_request(:id) q;

insert into lead_event (lead_id, kind, actor_id, note)
select l.id, 20, me(), q.reason
from approved_request(:id) q
join lead_reporter r on r.phone_index = q.phone_index or r.identity_index = q.identity_index
join lead l on l.id = r.lead_id
where l.current_code <@ q.codes;

select l.id as "reports.id",
       r.key as "reports.reporter#key",
       r.anonymous as "reports.reporter.anonymous",
       r.name as "reports.reporter.name",
       r.phone as "reports.reporter.phone",
       r.identity_number as "reports.reporter.identity_number",
       r.narrative as "reports.reporter.narrative",
       case when r.narrative is null then l.narrative end as "reports.narrative",
       l.received_at as "reports.received_at",
       l.channel as "reports.channel",
       l.class as "reports.class",
       l.region_code as "reports.region_code",
       array(select f.told_at from lead_feedback f where f.lead_id = l.id and f.audience = 1 order by f.told_at) as "reports.told_at",
       audit_read('reporter', l.id)
from approved_request(:id) q
join lead_reporter r on r.phone_index = q.phone_index or r.identity_index = q.identity_index
join lead l on l.id = r.lead_id
where l.current_code <@ q.codes
order by l.received_at desc, l.id desc;

select local_day(l.received_at) as "told_of_him.received_on",
       l.region_code as "told_of_him.region_code",
       l.domain as "told_of_him.domain",
       a.unit as "told_of_him.unit",
       a.post as "told_of_him.post",
       l.finding as "told_of_him.finding"
from approved_request(:id) q
left join subject_account(:id, :name, :phone) u on true
join lead l on l.current_code <@ q.codes and l.state = 10 and not l.confidential
cross join lateral unnest(l.accused_names, l.accused_units, l.accused_posts, l.accused_users) a(name, unit, post, user_id)
where (a.user_id = u.id or a.name = :name and a.unit = q.unit)
  and is_told_to_accused(l.id)
order by l.received_at desc, l.id desc;

select h.form as "handlings.form",
       h.discipline as "handlings.discipline",
       h.decided_at as "handlings.decided_at",
       h.transferred_at as "handlings.transferred_at"
from approved_request(:id) q
left join subject_account(:id, :name, :phone) u on true
join person p on p.user_id = u.id or p.name = :name and p.unit = q.unit
join handling h on h.person_id = p.id and h.approved_at is not null
left join case_file c on c.id = h.case_id
left join lead l on l.id = h.lead_id
where coalesce(c.current_code, l.current_code) <@ q.codes
order by h.decided_at desc, h.id desc;

select coalesce(o.cleared, local_day(c.approved_at)) as "clearings.cleared_on",
       o.unit as "clearings.unit"
from approved_request(:id) q
join lead l on l.current_code <@ q.codes
join lead_outcome c on c.lead_id = l.id and c.approved_at is not null and c.cleared_names <> '{}'
cross join lateral unnest(c.cleared_names, c.cleared_units, c.cleared_on) o(name, unit, cleared)
where o.name = :name
  and o.unit = q.unit
order by 1 desc;

select i.held_on as "interviews.held_on",
       i.office_id as "interviews.office_id",
       o.post as "interviews.post"
from approved_request(:id) q
join interview i on i.current_code <@ q.codes and i.withdrawn_at is null
cross join lateral unnest(i.person_names, i.person_units, i.person_posts) o(name, unit, post)
where o.name = :name
  and o.unit = q.unit
order by i.held_on desc, i.id desc;

select m.given_on as "commendations.given_on",
       m.title as "commendations.title",
       m.reason as "commendations.reason"
from approved_request(:id) q
join commendation m on m.current_code <@ q.codes and m.withdrawn_at is null
where m.person_name = :name
  and m.person_unit = q.unit
order by m.given_on desc, m.id desc;

select max(u.id::text)::uuid as "account.id",
       max(u.username) as "account.username",
       max(u.name) as "account.name",
       max(u.phone) as "account.phone",
       max(u.office_id::text)::uuid as "account.office_id",
       max(u.created_at) as "account.created_at",
       max(u.disabled_at) as "account.disabled_at"
from subject_account(:id, :name, :phone) u;

select g.role as "grants.role",
       g.region_code as "grants.region_code",
       g.starts_at as "grants.starts_at",
       g.ends_at as "grants.ends_at"
from subject_grants(:id, :name, :phone) g
order by g.starts_at, g.id;

select s.device_name as "sessions.device_name",
       s.platform as "sessions.platform",
       s.app_version as "sessions.app_version",
       s.created_at as "sessions.created_at",
       s.refreshed_at as "sessions.refreshed_at",
       s.revoked_at as "sessions.revoked_at"
from subject_sessions(:id, :name, :phone) s
order by s.created_at desc;

select v.id as "visits.id",
       v.kind as "visits.kind",
       v.region_code as "visits.region_code",
       v.started_at as "visits.started_at",
       v.recorder_id = u.id as "visits.recorded"
from approved_request(:id) q
cross join subject_account(:id, :name, :phone) u
join visit_member m on m.user_id = u.id
join visit v on v.id = m.visit_id and v.current_code <@ q.codes
order by v.started_at desc, v.id desc;
