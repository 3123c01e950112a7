-- What every way of writing a record asks: whether what it refers to is there and in sight, whether a visit is held, and
-- whether this very submission was accepted before. Records come as parallel arrays, `places` saying which is which.
set local search_path = zoufang;

-- What is wrong with visits beyond what field rules say. `pushed_leads` come in the same push and count as visible. `kind` and
-- `record` are what was named and is not there or out of sight.
create function visit_problems(
  places int4[], region_codes int8[], starts timestamptz[], ends timestamptz[], leaders uuid[], campaigns uuid[], rounds int4[],
  team uuid[], team_places int4[], solved_leads uuid[], solved_places int4[], pushed_leads uuid[] default '{}'
) returns table (place int4, field text, reason text, kind text, record uuid)
language plpgsql stable rows 1 as $$
#variable_conflict use_column
begin
  return query
  with item as materialized (
    select *
    from unnest(places, region_codes, starts, ends, leaders, campaigns, rounds)
      i(place, region_code, started_at, ended_at, led_by, campaign_id, sweep_round)
  )
  select i.place, 'region_code', 'NO_SUCH_REGION', null, null::uuid
  from item i
  where not exists (select from region r where r.code = i.region_code)
  union all
  select i.place, 'started_at', 'OUT_OF_RANGE', null, null
  from item i
  where not (i.started_at >= '2000-01-01' and i.started_at < '2200-01-01')
  union all
  select i.place, 'ended_at', 'OUT_OF_RANGE', null, null
  from item i
  where not (i.ended_at >= i.started_at and i.ended_at < '2200-01-01')
  union all
  select i.place, 'led_by', 'NO_SUCH_USER', null, null
  from item i
  where i.led_by is not null
    and not exists (select from account a where a.id = i.led_by)
  union all
  select i.place, f.field, f.reason, 'campaign', case f.reason when 'UNKNOWN_REFERENCE' then i.campaign_id end
  from item i
  cross join lateral campaign_fault(i.campaign_id, i.sweep_round) f
  where num_nonnulls(i.campaign_id, i.sweep_round) > 0
    and f.field is not null
  union all
  select t.place, format('officer_ids[%s]', t.nth - 1), 'NO_SUCH_USER', null, null::uuid
  from (
    select o.user_id, o.place, row_number() over (partition by o.place order by o.n) as nth
    from unnest(team, team_places) with ordinality o(user_id, place, n)
  ) t
  where not exists (select from account a where a.id = t.user_id)
  union all
  select s.place, format('solved_problems[%s].lead_id', s.nth - 1), 'UNKNOWN_REFERENCE', 'lead', s.lead_id
  from (
    select o.lead_id, o.place, row_number() over (partition by o.place order by o.n) as nth
    from unnest(solved_leads, solved_places) with ordinality o(lead_id, place, n)
  ) s
  where s.lead_id is not null
    and not s.lead_id = any (pushed_leads)
    and not exists (select from lead l where l.id = s.lead_id);
end
$$;

-- Which visits are held, and why (hold_reason): the recorder is the caller. `received` is when each was first received, NULL
-- for a new one. A region that was merged is judged by the one that stands for it.
create function visit_holds(places int4[], region_codes int8[], starts timestamptz[], received timestamptz[])
returns table (place int4, reason int2)
language plpgsql stable rows 50 as $$
#variable_conflict use_column
begin
  return query
  with held as materialized (
    select * from my_case_grants()
  )
  select i.place,
         case
           when is_leaver() then 3::int2
           when i.started_at > coalesce(i.received_at, now()) + interval '10 minutes' then 2::int2
           when i.started_at < coalesce(i.received_at, now()) - interval '30 days' then 2::int2
           else 1::int2
         end
  from unnest(places, region_codes, starts, received) i(place, region_code, started_at, received_at)
  join region r on r.code = i.region_code
  where is_leaver()
     or i.started_at > coalesce(i.received_at, now()) + interval '10 minutes'
     or i.started_at < coalesce(i.received_at, now()) - interval '30 days'
     or not exists (
       select
       from held g
       where r.current_code between g.first and g.last
         and i.started_at >= g.starts_at
         and i.started_at < g.ends_at
     );
end
$$;

-- Which ids are known, also out of sight; whether this very submission of the caller's was accepted before; and why an id is taken where it was not:
-- that its record was erased hears who wrote it, and nobody else.
create function visit_known(ids uuid[], etags bytea[]) returns table (id uuid, accepted boolean, taken text)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select v.id, bool_or(
           v.etag = t.etag and v.written_by = me()
           or exists (select from visit_version o where o.id = t.id and o.etag = t.etag and o.written_by = me())
         ),
         case when bool_or(v.erased_at is not null and v.recorder_id = me()) then 'ERASED' else 'ALREADY_EXISTS' end
  from unnest(ids, etags) t(id, etag)
  join visit v on v.id = t.id
  group by v.id;
end
$$;

-- Who raised an erased lead that he must not see hears what he heard before.
create function lead_known(ids uuid[], etags bytea[]) returns table (id uuid, accepted boolean, taken text)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select l.id, bool_or(
           l.etag = t.etag and l.written_by = me()
           or exists (select from lead_version o where o.id = t.id and o.etag = t.etag and o.written_by = me())
           or l.erased_at is not null and l.raised_by = me() and (l.accused && blind()) is true
         ),
         case
           when bool_or(l.erased_at is not null and me() in (l.raised_by, l.handler_id) and (l.accused && blind()) is not true) then 'ERASED'
           else 'ALREADY_EXISTS'
         end
  from unnest(ids, etags) t(id, etag)
  join lead l on l.id = t.id
  group by l.id
  union all
  select r.lead_id, bool_or(r.etag = t.etag and r.written_by = me()), 'ALREADY_EXISTS'
  from unnest(ids, etags) t(id, etag)
  join receipt_submission r on r.lead_id = t.id
  group by r.lead_id;
end
$$;

create function photo_known(ids uuid[], etags bytea[]) returns table (id uuid, accepted boolean, taken text)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select p.id, bool_or(p.etag = t.etag and p.recorder_id = me()), 'ALREADY_EXISTS'
  from unnest(ids, etags) t(id, etag)
  join photo p on p.id = t.id
  group by p.id
  union all
  select e.record_id, false, case when e.written_by = me() then 'ERASED' else 'ALREADY_EXISTS' end
  from erased_record e
  where e.record_id = any (ids)
    and e.record_class = 2;
end
$$;

-- Which of these leads a photo may be added to: those in sight, and those that the caller raised, though they be out of his
-- sight by now: he must not learn that from a refusal.
create function leads_for_photos(ids uuid[]) returns setof uuid
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
begin
  return query
  select l.id
  from lead l
  where l.id = any (ids)
    and l.erased_at is null
    and (
      l.raised_by = me()
      or (
        l.current_code <@ scope()
        or l.raised_by = any (ways())
        or l.handler_id = any (ways())
        or l.office_id = any (ways())
        or l.offered_to = any (ways())
      ) and (l.accused is null or not l.accused && blind())
    );
end
$$;

-- What is wrong with leads beyond what field rules say, as above. Visits of the same push are already there.
create function lead_problems(
  places int4[], region_codes int8[], domains text[], problem_types text[], causes text[], received timestamptz[], visits uuid[],
  campaigns uuid[], rounds int4[], accused_users uuid[], accused_offices uuid[], accused_places int4[]
) returns table (place int4, field text, reason text, kind text, record uuid)
language plpgsql stable rows 1 as $$
#variable_conflict use_column
begin
  return query
  with item as materialized (
    select *
    from unnest(places, region_codes, domains, problem_types, causes, received, visits, campaigns, rounds)
      i(place, region_code, domain, problem_type, cause, received_at, visit_id, campaign_id, sweep_round)
  )
  select i.place, 'region_code', 'NO_SUCH_REGION', null, null::uuid
  from item i
  where not exists (select from region r where r.code = i.region_code)
  union all
  select i.place, t.field, 'NO_SUCH_TERM', null, null
  from item i
  cross join lateral (
    values ('domain', 1::int2, i.domain), ('problem_type', 2::int2, i.problem_type), ('cause', 3::int2, i.cause)
  ) t(field, vocabulary, code)
  where t.code is not null
    and not exists (select from term o where o.vocabulary = t.vocabulary and o.code = t.code)
  union all
  select i.place, 'received_at', 'OUT_OF_RANGE', null, null
  from item i
  where i.received_at < '2000-01-01'
  union all
  select i.place, 'visit_id', 'UNKNOWN_REFERENCE', 'visit', i.visit_id
  from item i
  where i.visit_id is not null
    and not exists (select from visit v where v.id = i.visit_id)
  union all
  select i.place, f.field, f.reason, 'campaign', case f.reason when 'UNKNOWN_REFERENCE' then i.campaign_id end
  from item i
  cross join lateral campaign_fault(i.campaign_id, i.sweep_round) f
  where num_nonnulls(i.campaign_id, i.sweep_round) > 0
    and f.field is not null
  union all
  select a.place, format('accused[%s].%s', a.nth - 1, f.field), f.reason, null, null::uuid
  from (
    select o.user_id, o.office_id, o.place, row_number() over (partition by o.place order by o.n) as nth
    from unnest(accused_users, accused_offices, accused_places) with ordinality o(user_id, office_id, place, n)
  ) a
  cross join lateral (
    select 'user_id', 'NO_SUCH_USER' where a.user_id is not null and not exists (select from account o where o.id = a.user_id)
    union all
    select 'office_id', 'NO_SUCH_OFFICE' where a.office_id is not null and not exists (select from office o where o.id = a.office_id)
  ) f(field, reason);
end
$$;

-- A visit as the API gives it.
create view visit_answer with (security_invoker) as
select v.id,
       v.kind,
       v.region_code,
       v.started_at,
       v.ended_at,
       v.latitude as "position.latitude",
       v.longitude as "position.longitude",
       v.accuracy as "position.accuracy",
       v.place,
       v.team as officer_ids,
       v.visitor_names as "visitors.name",
       v.visitor_units as "visitors.unit",
       v.led_by,
       v.purpose,
       v.people_met,
       v.material_names as "materials.name",
       v.material_copies as "materials.copies",
       v.findings,
       v.solved_descriptions as "solved_problems.description",
       v.solved_leads as "solved_problems.lead_id",
       v.survey_questions as "survey.question",
       v.survey_answers as "survey.answer",
       v.survey_counts as "survey.count",
       v.campaign_id,
       v.sweep_round,
       v.etag,
       v.recorder_id,
       v.office_id,
       v.received_at,
       v.written_at as updated_at,
       v.state,
       v.hold_reason,
       v.current_code as current_region_code
from visit v;

-- A lead as the API gives it.
create view lead_answer with (security_invoker) as
select l.id,
       l.region_code,
       l.channel,
       l.class,
       l.occurrence,
       l.domain,
       l.problem_type,
       l.cause,
       l.received_at,
       l.visit_id,
       l.accused_names as "accused.name",
       l.accused_units as "accused.unit",
       l.accused_posts as "accused.post",
       l.accused_users as "accused.user_id",
       l.accused_offices as "accused.office_id",
       l.amount_fen,
       l.narrative,
       l.campaign_id,
       l.sweep_round,
       l.confidential,
       l.etag,
       l.state,
       l.raised_by,
       l.handler_id,
       l.office_id,
       l.due_at,
       l.has_reporter,
       l.uploaded_at,
       l.written_at as updated_at,
       l.current_code as current_region_code,
       l.offered_user as offered_user_id,
       l.offered_office as offered_office_id,
       l.answer_due_at
from lead l;

-- A photo as the API gives it.
create view photo_answer with (security_invoker) as
select p.id,
       p.visit_id,
       p.lead_id,
       p.sha256,
       p.byte_size,
       p.media_type,
       p.width,
       p.height,
       p.captured_at,
       p.latitude as "position.latitude",
       p.longitude as "position.longitude",
       p.accuracy as "position.accuracy",
       p.device,
       p.caption,
       p.etag,
       p.recorder_id,
       p.received_at
from photo p;

grant select on visit_answer, lead_answer, photo_answer to zoufang;

call settle_definers();
revoke all on function visit_problems, visit_holds, visit_known, lead_known, photo_known, leads_for_photos, lead_problems from public;
grant execute on function visit_problems, visit_holds, visit_known, lead_known, photo_known, leads_for_photos, lead_problems to zoufang;
