-- Push: takes visits, leads and photos, with a result for each, in the order of the request. Officers and supervisors, also
-- those whose grant has just ended or whose account was just disabled.
--
-- One push of a user at a time: the first statement takes a lock on him. Rows that are there are locked, in order, before
-- anything is classified, so that what classifies them sees what a competing push just wrote. Visits come before leads and
-- leads before photos: items may refer to others of the same push, which are in sight of who writes them until its end.
--
-- Status: 1 created, 2 updated, 3 unchanged (this very submission was accepted before; or nothing is kept of the lead, and the caller handed
-- it in), 4 conflict, 5 held, 6 rejected. That a lead is about a leader of the highest office is no push's to say once it is there. The
-- etag of an item is the keyed hash of its submission, so a retry is recognised also when the record has moved on.
select pg_advisory_xact_lock(hashtextextended(me()::text, 7));

select
from visit v
where v.id = any (:visits.id)
order by v.id
for no key update;

select
from lead l
where l.id = any (:leads.id)
order by l.id
for no key update;

-- Visits.
with item as materialized (
  select i.*,
         row_number() over same_id as nth,
         first_value(i.hash) over same_id as first_hash
  from unnest(
    :visits#, :visits#hash, :visits.etag, :visits.id, :visits.kind, :visits.region_code, :visits.started_at, :visits.ended_at,
    :visits.position.latitude, :visits.position.longitude, :visits.position.accuracy, :visits.place::text[], :visits.led_by,
    :visits.purpose::text[], :visits.people_met, :visits.findings::text[], :visits.campaign_id, :visits.sweep_round
  ) i(
    place, hash, base, id, kind, region_code, started_at, ended_at,
    latitude, longitude, accuracy, place_name, led_by,
    purpose, people_met, findings, campaign_id, sweep_round
  )
  window same_id as (partition by i.id order by i.place)
),
team as (
  select t.place, array_agg(t.user_id order by t.n) as users
  from unnest(:visits.officer_ids, :visits.officer_ids#) with ordinality t(user_id, place, n)
  where t.user_id <> me()
  group by t.place
),
visitor as (
  select t.place, array_agg(t.name order by t.n) as names, array_agg(t.unit order by t.n) as units
  from unnest(:visits.visitors.name::text[], :visits.visitors.unit::text[], :visits.visitors#) with ordinality t(name, unit, place, n)
  group by t.place
),
material as (
  select t.place, array_agg(t.name order by t.n) as names, array_agg(t.copies order by t.n) as copies
  from unnest(:visits.materials.name::text[], :visits.materials.copies, :visits.materials#) with ordinality t(name, copies, place, n)
  group by t.place
),
solved as (
  select t.place, array_agg(t.description order by t.n) as descriptions, array_agg(t.lead_id order by t.n) as leads
  from unnest(:visits.solved_problems.description::text[], :visits.solved_problems.lead_id, :visits.solved_problems#)
    with ordinality t(description, lead_id, place, n)
  group by t.place
),
survey as (
  select t.place,
         array_agg(t.question order by t.n) as questions,
         array_agg(t.answer order by t.n) as answers,
         array_agg(t.count order by t.n) as counts
  from unnest(:visits.survey.question::text[], :visits.survey.answer::text[], :visits.survey.count, :visits.survey#)
    with ordinality t(question, answer, count, place, n)
  group by t.place
),
known as materialized (
  select * from visit_known(:visits.id, :visits#hash)
),
seen as materialized (
  select v.id, v.etag, v.recorder_id, v.region_code, v.started_at, v.received_at, v.state, v.hold_reason
  from visit v
  where v.id = any (:visits.id)
),
problem as materialized (
  select p.place, array_agg(p.field) as fields, array_agg(p.reason) as reasons, array_agg(p.kind) as kinds,
         array_agg(p.record) as records
  from visit_problems(
    :visits#, :visits.region_code, :visits.started_at, :visits.ended_at, :visits.led_by, :visits.campaign_id, :visits.sweep_round,
    :visits.officer_ids, :visits.officer_ids#, :visits.solved_problems.lead_id, :visits.solved_problems#, :leads.id
  ) p
  group by p.place
),
hold as materialized (
  select h.*
  from (
    select array_agg(i.place) as places,
           array_agg(i.region_code) as region_codes,
           array_agg(i.started_at) as starts,
           array_agg(s.received_at) as received
    from item i
    left join seen s on s.id = i.id
  ) a
  cross join lateral visit_holds(a.places, a.region_codes, a.starts, a.received) h
),
judged as materialized (
  select i.*,
         k.taken,
         h.reason as hold_reason,
         p.fields, p.reasons, p.kinds, p.records,
         case
           when i.nth > 1 and i.hash = i.first_hash then 'unchanged'
           when i.nth > 1 then 'conflict'
           when k.accepted then case when s.state = 2 and s.etag = i.hash then 'held' else 'unchanged' end
           when k.id is not null and s.id is null then 'taken'
           when s.recorder_id <> me() then 'forbidden'
           when s.etag <> coalesce(i.base, '') then 'conflict'
           when s.state = 3 then 'withdrawn'
           when p.place is not null then 'problem'
           when s.id is null then 'create'
           else 'update'
         end as act
  from item i
  left join known k on k.id = i.id
  left join seen s on s.id = i.id
  left join hold h on h.place = i.place
  left join problem p on p.place = i.place
),
created as (
  insert into visit (
    id, kind, region_code, current_code, recorder_id, office_id, team, started_at, ended_at, latitude, longitude, accuracy, place,
    visitor_names, visitor_units, led_by, purpose, people_met, material_names, material_copies, findings, solved_descriptions,
    solved_leads, survey_questions, survey_answers, survey_counts, campaign_id, sweep_round, state, hold_reason, etag, written_by
  )
  select j.id, j.kind, j.region_code, r.current_code, me(), my_office(), coalesce(t.users, '{}'), j.started_at, j.ended_at,
         j.latitude, j.longitude, j.accuracy, j.place_name, coalesce(w.names, '{}'), coalesce(w.units, '{}'), j.led_by, j.purpose,
         j.people_met, coalesce(m.names, '{}'), coalesce(m.copies, '{}'), j.findings, coalesce(o.descriptions, '{}'),
         coalesce(o.leads, '{}'), coalesce(q.questions, '{}'), coalesce(q.answers, '{}'), coalesce(q.counts, '{}'), j.campaign_id,
         j.sweep_round, case when j.hold_reason is null then 1 else 2 end, j.hold_reason, j.hash, me()
  from judged j
  join region r on r.code = j.region_code
  left join team t on t.place = j.place
  left join visitor w on w.place = j.place
  left join material m on m.place = j.place
  left join solved o on o.place = j.place
  left join survey q on q.place = j.place
  where j.act = 'create'
  order by j.id
  on conflict do nothing
  returning id
),
updated as (
  update visit v
  set kind = j.kind,
      region_code = j.region_code,
      current_code = r.current_code,
      team = coalesce(t.users, '{}'),
      started_at = j.started_at,
      ended_at = j.ended_at,
      latitude = j.latitude,
      longitude = j.longitude,
      accuracy = j.accuracy,
      place = j.place_name,
      visitor_names = coalesce(w.names, '{}'),
      visitor_units = coalesce(w.units, '{}'),
      led_by = j.led_by,
      purpose = j.purpose,
      people_met = j.people_met,
      material_names = coalesce(m.names, '{}'),
      material_copies = coalesce(m.copies, '{}'),
      findings = j.findings,
      solved_descriptions = coalesce(o.descriptions, '{}'),
      solved_leads = coalesce(o.leads, '{}'),
      survey_questions = coalesce(q.questions, '{}'),
      survey_answers = coalesce(q.answers, '{}'),
      survey_counts = coalesce(q.counts, '{}'),
      campaign_id = j.campaign_id,
      sweep_round = j.sweep_round,
      state = case when n.judged then case when j.hold_reason is null then 1 else 2 end else v.state end,
      hold_reason = case when n.judged then j.hold_reason else v.hold_reason end,
      etag = j.hash,
      reason = null
  from judged j
  join seen s on s.id = j.id
  join region r on r.code = j.region_code
  cross join lateral (
    select s.state = 2 or is_leaver() or (s.region_code, s.started_at) is distinct from (j.region_code, j.started_at)
  ) n(judged)
  left join team t on t.place = j.place
  left join visitor w on w.place = j.place
  left join material m on m.place = j.place
  left join solved o on o.place = j.place
  left join survey q on q.place = j.place
  where j.act = 'update'
    and v.id = j.id
    and v.etag = j.base
  returning v.id, v.state
)
select j.place as "results#",
       (case
         when j.act = 'create' and c.id is null then 6
         when j.act = 'create' then case when j.hold_reason is null then 1 else 5 end
         when j.act = 'update' and u.id is null then 4
         when j.act = 'update' then case when u.state = 2 then 5 else 2 end
         when j.act = 'unchanged' then 3
         when j.act = 'conflict' then 4
         when j.act = 'held' then 5
         else 6
       end)::int2 as "results.status",
       case when c.id is not null or u.id is not null or j.act in ('unchanged', 'held') then j.hash end as "results.etag",
       case
         when j.act = 'problem' then j.fields
         when j.act in ('taken', 'forbidden', 'withdrawn') or j.act = 'create' and c.id is null then array['id']
       end as "results.violations.field",
       case
         when j.act = 'problem' then j.reasons
         when j.act = 'forbidden' then array['FORBIDDEN']
         when j.act = 'withdrawn' then array['PRECONDITION']
         when j.act = 'taken' or j.act = 'create' and c.id is null then array[coalesce(j.taken, 'ALREADY_EXISTS')]
       end as "results.violations.reason",
       case
         when j.act = 'problem' then audit_refused(j.kinds, j.records, 'UNKNOWN_REFERENCE')
         when j.act in ('taken', 'forbidden') then audit_refused(array['visit'], array[j.id], upper(j.act))
       end
from judged j
left join created c on c.id = j.id and j.act = 'create'
left join updated u on u.id = j.id and j.act = 'update'
order by j.place;

-- Leads.
with item as materialized (
  select i.*,
         row_number() over same_id as nth,
         first_value(i.hash) over same_id as first_hash
  from unnest(
    :leads#, :leads#hash, :leads.etag, :leads.id, :leads.region_code, :leads.channel, :leads.class, :leads.occurrence,
    :leads.domain::text[], :leads.problem_type::text[], :leads.cause::text[], :leads.received_at, :leads.visit_id,
    :leads.amount_fen, :leads.narrative::text[], :leads.campaign_id, :leads.sweep_round, :leads.confidential,
    :leads.reporter.anonymous, :leads.reporter.name, :leads.reporter.phone, :leads.reporter.identity_number
  ) i(
    place, hash, base, id, region_code, channel, class, occurrence,
    domain, problem_type, cause, received_at, visit_id,
    amount_fen, narrative, campaign_id, sweep_round, confidential,
    anonymous, name, phone, identity_number
  )
  window same_id as (partition by i.id order by i.place)
),
accused as materialized (
  select t.place,
         array_agg(t.name order by t.n) as names, array_agg(t.unit order by t.n) as units, array_agg(t.post order by t.n) as posts,
         array_agg(t.user_id order by t.n) as users, array_agg(t.office_id order by t.n) as offices
  from unnest(
    :leads.accused.name::text[], :leads.accused.unit::text[], :leads.accused.post::text[], :leads.accused.user_id,
    :leads.accused.office_id, :leads.accused#
  ) with ordinality t(name, unit, post, user_id, office_id, place, n)
  group by t.place
),
due as materialized (
  select * from due_dates(1::int2)
),
known as materialized (
  select * from lead_known(:leads.id, :leads#hash)
),
seen as materialized (
  select l.id, l.etag, l.raised_by, l.handler_id, l.accused, l.accused_users, l.recused, l.class, l.confidential
  from lead l
  where l.id = any (:leads.id)
),
problem as materialized (
  select p.place, array_agg(p.field) as fields, array_agg(p.reason) as reasons, array_agg(p.kind) as kinds,
         array_agg(p.record) as records
  from lead_problems(
    :leads#, :leads.region_code, :leads.domain::text[], :leads.problem_type::text[], :leads.cause::text[], :leads.received_at,
    :leads.visit_id, :leads.campaign_id, :leads.sweep_round, :leads.accused.user_id, :leads.accused.office_id, :leads.accused#
  ) p
  group by p.place
),
judged as materialized (
  select i.*,
         num_nonnulls(i.name, i.phone, i.identity_number) > 0 as has_reporter,
         r.current_code,
         r.current_code <@ scope() as supervised,
         coalesce(a.names, '{}') as accused_names,
         coalesce(a.units, '{}') as accused_units,
         coalesce(a.posts, '{}') as accused_posts,
         coalesce(a.users, '{}') as accused_users,
         coalesce(a.offices, '{}') as accused_offices,
         p.fields, p.reasons, p.kinds, p.records, k.taken,
         s.id is null as unseen,
         case
           when i.nth > 1 and i.hash = i.first_hash then 'unchanged'
           when i.nth > 1 then 'conflict'
           when k.accepted then 'unchanged'
           when k.id is not null and s.id is null then case when receipt_number(i.id) is null then 'taken' else 'unchanged' end
           when s.raised_by <> me() and s.handler_id is distinct from me() then 'forbidden'
           when s.etag <> coalesce(i.base, '') then 'conflict'
           when p.place is not null then 'problem'
           when s.id is null then 'create'
           when s.accused is not null
             and not r.current_code <@ scope()
             and not s.accused <@ (coalesce(a.users, '{}') || coalesce(a.offices, '{}') || s.recused) then 'unmatched'
           when a.users <> '{}' and reach_the_highest(a.users, s.accused_users) then 'unmatched'
           else 'update'
         end as act
  from item i
  left join known k on k.id = i.id
  left join seen s on s.id = i.id
  left join accused a on a.place = i.place
  left join problem p on p.place = i.place
  left join region r on r.code = i.region_code
),
created as (
  insert into lead (
    id, region_code, current_code, channel, class, occurrence, domain, problem_type, cause, received_at, visit_id, accused_names,
    accused_units, accused_posts, accused_users, accused_offices, amount_fen, narrative, campaign_id, sweep_round, confidential,
    has_reporter, raised_by, handler_id, office_id, due_at, etag, written_by
  )
  select j.id, j.region_code, j.current_code, j.channel, j.class, j.occurrence, j.domain, j.problem_type, j.cause,
         least(coalesce(j.received_at, now()), now()), j.visit_id, j.accused_names, j.accused_units, j.accused_posts, j.accused_users,
         j.accused_offices, j.amount_fen, j.narrative, j.campaign_id, j.sweep_round,
         coalesce(j.confidential, j.class = 1) or j.class = 1 and not j.supervised, j.has_reporter, me(), me(), my_office(),
         (select d.due_at from due d where d.domain is null or d.domain = j.domain order by d.domain nulls last limit 1), j.hash, me()
  from judged j
  where j.act = 'create'
  order by j.id
  on conflict do nothing
  returning id
),
updated as (
  update lead l
  set region_code = j.region_code,
      current_code = j.current_code,
      channel = j.channel,
      class = j.class,
      occurrence = j.occurrence,
      domain = j.domain,
      problem_type = j.problem_type,
      cause = j.cause,
      received_at = least(coalesce(j.received_at, l.received_at), now()),
      visit_id = j.visit_id,
      accused_names = j.accused_names,
      accused_units = j.accused_units,
      accused_posts = j.accused_posts,
      accused_users = j.accused_users,
      accused_offices = j.accused_offices,
      amount_fen = j.amount_fen,
      narrative = j.narrative,
      campaign_id = j.campaign_id,
      sweep_round = j.sweep_round,
      confidential = case
        when j.supervised then coalesce(j.confidential, s.confidential)
        else s.confidential or coalesce(j.confidential, false) or j.class = 1 and s.class <> 1
      end,
      has_reporter = case when j.anonymous is null then l.has_reporter else j.has_reporter end,
      etag = j.hash,
      reason = null
  from judged j
  join seen s on s.id = j.id
  where j.act = 'update'
    and l.id = j.id
    and l.etag = j.base
  returning l.id
)
select j.place as "results#",
       (case
         when j.act = 'create' and c.id is null and p.number is null then 6
         when j.act = 'create' then 1
         when j.act = 'update' and u.id is null then 4
         when j.act = 'update' then 2
         when j.act = 'unchanged' then 3
         when j.act = 'conflict' then 4
         else 6
       end)::int2 as "results.status",
       case when num_nonnulls(c.id, u.id) > 0 or p.number is not null or j.act = 'unchanged' then j.hash end as "results.etag",
       case
         when j.act = 'problem' then j.fields
         when j.act = 'unmatched' then array['accused']
         when j.act in ('taken', 'forbidden') or j.act = 'create' and c.id is null and p.number is null then array['id']
       end as "results.violations.field",
       case
         when j.act = 'problem' then j.reasons
         when j.act in ('forbidden', 'unmatched') then array['FORBIDDEN']
         when j.act = 'taken' or j.act = 'create' and c.id is null and p.number is null then array[coalesce(j.taken, 'ALREADY_EXISTS')]
       end as "results.violations.reason",
       p.number as "results.receipt_number",
       case
         when j.act = 'problem' then audit_refused(j.kinds, j.records, 'UNKNOWN_REFERENCE')
         when j.act in ('taken', 'forbidden', 'unmatched') then audit_refused(array['lead'], array[j.id], upper(j.act))
       end
from judged j
left join created c on c.id = j.id and j.act = 'create'
left join updated u on u.id = j.id and j.act = 'update'
left join lateral (
  select receipt_number(j.id) as number
  where c.id is null
    and (j.act = 'create' and j.accused_users <> '{}' or j.act = 'unchanged' and j.unseen)
) p on true
order by j.place;

-- Reporters of the leads that were just written, once where a lead came twice; a lead without one keeps the one it has.
insert into lead_reporter (
  lead_id, anonymous, key, name, phone, phone_index, identity_number, identity_index, narrative, written_by
)
select distinct on (l.id)
       l.id, i.anonymous, i.key, i.name, i.phone, i.phone_index, i.identity_number, i.identity_index, i.narrative, me()
from unnest(
  :leads#hash, :leads.id, :leads.reporter.anonymous, :leads.reporter#key, :leads.reporter.name, :leads.reporter.phone,
  :leads.reporter.phone#index, :leads.reporter.identity_number, :leads.reporter.identity_number#index, :leads.reporter.narrative
) i(hash, id, anonymous, key, name, phone, phone_index, identity_number, identity_index, narrative)
join lead l on l.id = i.id
where l.etag = i.hash
  and l.changed = pg_current_xact_id_if_assigned()
  and i.anonymous is not null
order by l.id
on conflict (lead_id) do update
  set anonymous = excluded.anonymous,
      key = excluded.key,
      name = excluded.name,
      phone = excluded.phone,
      phone_index = excluded.phone_index,
      identity_number = excluded.identity_number,
      identity_index = excluded.identity_index,
      narrative = excluded.narrative,
      written_by = excluded.written_by,
      written_at = now();

-- Photos. They never change: another content under a known id is a conflict.
with item as materialized (
  select i.*,
         row_number() over same_id as nth,
         first_value(i.hash) over same_id as first_hash
  from unnest(
    :photos#, :photos#hash, :photos.id, :photos.visit_id, :photos.lead_id, :photos.sha256, :photos.byte_size,
    :photos.media_type::text[], :photos.width, :photos.height, :photos.captured_at, :photos.position.latitude,
    :photos.position.longitude, :photos.position.accuracy, :photos.device::text[], :photos.caption::text[]
  ) i(
    place, hash, id, visit_id, lead_id, sha256, byte_size,
    media_type, width, height, captured_at, latitude,
    longitude, accuracy, device, caption
  )
  window same_id as (partition by i.id order by i.place)
),
known as materialized (
  select * from photo_known(:photos.id, :photos#hash)
),
lead_in_sight as materialized (
  select * from leads_for_photos(:photos.lead_id) l(id)
),
judged as materialized (
  select i.*, k.taken,
         case
           when i.nth > 1 and i.hash = i.first_hash then 'unchanged'
           when i.nth > 1 then 'conflict'
           when k.accepted then 'unchanged'
           when k.id is not null and not exists (select from photo p where p.id = i.id) then 'taken'
           when k.id is not null then 'conflict'
           when num_nonnulls(i.visit_id, i.lead_id) <> 1 then 'parentless'
           when i.visit_id is not null and not exists (select from visit v where v.id = i.visit_id) then 'no_visit'
           when i.lead_id is not null and receipt_number(i.lead_id) is not null then 'unchanged'
           when i.lead_id is not null and not exists (select from lead_in_sight l where l.id = i.lead_id) then 'no_lead'
           when i.captured_at < '2000-01-01' or i.captured_at >= '2200-01-01' then 'bad_time'
           else 'create'
         end as act
  from item i
  left join known k on k.id = i.id
),
created as (
  insert into photo (
    id, visit_id, lead_id, sha256, byte_size, media_type, width, height, captured_at, latitude, longitude, accuracy, device, caption,
    recorder_id, etag
  )
  select j.id, j.visit_id, j.lead_id, j.sha256, j.byte_size, j.media_type, j.width, j.height, j.captured_at, j.latitude, j.longitude,
         j.accuracy, j.device, j.caption, me(), j.hash
  from judged j
  where j.act = 'create'
  order by j.id
  on conflict do nothing
  returning id
)
select j.place as "results#",
       (case
         when j.act = 'create' and c.id is not null then 1
         when j.act = 'unchanged' then 3
         when j.act = 'conflict' then 4
         else 6
       end)::int2 as "results.status",
       case when c.id is not null or j.act = 'unchanged' then j.hash end as "results.etag",
       case
         when j.act in ('parentless', 'no_visit') then array['visit_id']
         when j.act = 'no_lead' then array['lead_id']
         when j.act = 'bad_time' then array['captured_at']
         when j.act = 'taken' or j.act = 'create' and c.id is null then array['id']
       end as "results.violations.field",
       case
         when j.act = 'parentless' then array['REQUIRED']
         when j.act in ('no_visit', 'no_lead') then array['UNKNOWN_REFERENCE']
         when j.act = 'bad_time' then array['OUT_OF_RANGE']
         when j.act = 'taken' or j.act = 'create' and c.id is null then array[coalesce(j.taken, 'ALREADY_EXISTS')]
       end as "results.violations.reason",
       case
         when j.act = 'no_visit' then audit_refused(array['visit'], array[j.visit_id], 'UNKNOWN_REFERENCE')
         when j.act = 'no_lead' then audit_refused(array['lead'], array[j.lead_id], 'UNKNOWN_REFERENCE')
         when j.act = 'taken' then audit_refused(array['photo'], array[j.id], upper(j.act))
       end
from judged j
left join created c on c.id = j.id and j.act = 'create'
order by j.place;

-- What the records of conflicts are now, where the caller may write them.
select i.place as "results#",
       v.id as "results.current.visit.id",
       v.kind as "results.current.visit.kind",
       v.region_code as "results.current.visit.region_code",
       v.started_at as "results.current.visit.started_at",
       v.ended_at as "results.current.visit.ended_at",
       v.latitude as "results.current.visit.position.latitude",
       v.longitude as "results.current.visit.position.longitude",
       v.accuracy as "results.current.visit.position.accuracy",
       v.place as "results.current.visit.place",
       v.team as "results.current.visit.officer_ids",
       v.visitor_names as "results.current.visit.visitors.name",
       v.visitor_units as "results.current.visit.visitors.unit",
       v.led_by as "results.current.visit.led_by",
       v.purpose as "results.current.visit.purpose",
       v.people_met as "results.current.visit.people_met",
       v.material_names as "results.current.visit.materials.name",
       v.material_copies as "results.current.visit.materials.copies",
       v.findings as "results.current.visit.findings",
       v.solved_descriptions as "results.current.visit.solved_problems.description",
       v.solved_leads as "results.current.visit.solved_problems.lead_id",
       v.survey_questions as "results.current.visit.survey.question",
       v.survey_answers as "results.current.visit.survey.answer",
       v.survey_counts as "results.current.visit.survey.count",
       v.campaign_id as "results.current.visit.campaign_id",
       v.sweep_round as "results.current.visit.sweep_round",
       v.etag as "results.current.visit.etag",
       v.recorder_id as "results.current.visit.recorder_id",
       v.office_id as "results.current.visit.office_id",
       v.received_at as "results.current.visit.received_at",
       v.written_at as "results.current.visit.updated_at",
       v.state as "results.current.visit.state",
       v.hold_reason as "results.current.visit.hold_reason",
       v.current_code as "results.current.visit.current_region_code"
from unnest(:visits#, :visits#hash, :visits.etag, :visits.id) i(place, hash, base, id)
join visit v on v.id = i.id and v.recorder_id = me() and v.etag <> i.hash and v.etag <> coalesce(i.base, '')
where not exists (select from visit_version o where o.id = i.id and o.etag = i.hash)
order by i.place;

select i.place as "results#",
       l.id as "results.current.lead.id",
       l.region_code as "results.current.lead.region_code",
       l.channel as "results.current.lead.channel",
       l.class as "results.current.lead.class",
       l.occurrence as "results.current.lead.occurrence",
       l.domain as "results.current.lead.domain",
       l.problem_type as "results.current.lead.problem_type",
       l.cause as "results.current.lead.cause",
       l.received_at as "results.current.lead.received_at",
       l.visit_id as "results.current.lead.visit_id",
       l.accused_names as "results.current.lead.accused.name",
       l.accused_units as "results.current.lead.accused.unit",
       l.accused_posts as "results.current.lead.accused.post",
       l.accused_users as "results.current.lead.accused.user_id",
       l.accused_offices as "results.current.lead.accused.office_id",
       l.amount_fen as "results.current.lead.amount_fen",
       l.narrative as "results.current.lead.narrative",
       l.campaign_id as "results.current.lead.campaign_id",
       l.sweep_round as "results.current.lead.sweep_round",
       l.confidential as "results.current.lead.confidential",
       l.etag as "results.current.lead.etag",
       l.state as "results.current.lead.state",
       l.raised_by as "results.current.lead.raised_by",
       l.handler_id as "results.current.lead.handler_id",
       l.office_id as "results.current.lead.office_id",
       l.due_at as "results.current.lead.due_at",
       l.has_reporter as "results.current.lead.has_reporter",
       l.uploaded_at as "results.current.lead.uploaded_at",
       l.written_at as "results.current.lead.updated_at",
       l.current_code as "results.current.lead.current_region_code"
from unnest(:leads#, :leads#hash, :leads.etag, :leads.id) i(place, hash, base, id)
join lead l on l.id = i.id and (l.raised_by = me() or l.handler_id = me()) and l.etag <> i.hash and l.etag <> coalesce(i.base, '')
where not exists (select from lead_version o where o.id = i.id and o.etag = i.hash)
order by i.place;

select i.place as "results#",
       p.id as "results.current.photo.id",
       p.visit_id as "results.current.photo.visit_id",
       p.lead_id as "results.current.photo.lead_id",
       p.sha256 as "results.current.photo.sha256",
       p.byte_size as "results.current.photo.byte_size",
       p.media_type as "results.current.photo.media_type",
       p.width as "results.current.photo.width",
       p.height as "results.current.photo.height",
       p.captured_at as "results.current.photo.captured_at",
       p.latitude as "results.current.photo.position.latitude",
       p.longitude as "results.current.photo.position.longitude",
       p.accuracy as "results.current.photo.position.accuracy",
       p.device as "results.current.photo.device",
       p.caption as "results.current.photo.caption",
       p.etag as "results.current.photo.etag",
       p.recorder_id as "results.current.photo.recorder_id",
       p.received_at as "results.current.photo.received_at"
from unnest(:photos#, :photos#hash, :photos.id) i(place, hash, id)
join photo p on p.id = i.id and p.etag <> i.hash
order by i.place;
