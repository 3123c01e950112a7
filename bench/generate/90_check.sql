-- What must hold of every record, counted where it does not: foreign keys, what triggers would have filled in, and what they would have refused.
-- A line for each check: how many records break it.
set search_path = zoufang;
create temporary table broken (what text, records int8);

do $$
declare
  key record;
  found int8;
begin
  for key in
    select c.conname, c.conrelid::regclass as holder, c.confrelid::regclass as target,
           (select string_agg(format('t.%I = h.%I', f.attname, h.attname), ' and ')
            from unnest(c.conkey, c.confkey) k(own, other)
            join pg_attribute h on h.attrelid = c.conrelid and h.attnum = k.own
            join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.other) as same,
           (select string_agg(format('h.%I is not null', h.attname), ' and ')
            from unnest(c.conkey) k(own)
            join pg_attribute h on h.attrelid = c.conrelid and h.attnum = k.own) as given
    from pg_constraint c
    where c.contype = 'f'
      and c.connamespace = 'zoufang'::regnamespace
    order by 2, 1
  loop
    execute format('select count(*) from %s h where %s and not exists (select from %s t where %s)', key.holder, key.given, key.target, key.same) into found;
    insert into broken values (format('%s: %s', key.holder, key.conname), found);
  end loop;
end
$$;

insert into broken
select 'grants cover the range of their region', count(*)
from role_grant g
join region r on r.code = g.region_code
where (g.level, g.first, g.last) <> (r.level, r.first, r.last)
union all
select 'accounts are members of their office', count(*)
from account a
where a.office_id is not null
  and not exists (select from office_member m where m.user_id = a.id and m.office_id = a.office_id)
union all
select 'visits stand at the region that stands for theirs', count(*)
from visit v
join region r on r.code = v.region_code
where v.current_code <> r.current_code
union all
select 'the members of a visit are its recorder and team',
       (select count(*) from visit_member)
         + (select sum(1 + cardinality(v.team)) from visit v)
         - 2 * (select count(*)
                from visit_member m
                join visit v on v.id = m.visit_id and v.started_at = m.started_at and v.kind = m.kind and v.state = m.state
                  and v.current_code = m.current_code
                  and (v.office_id, v.campaign_id, v.latitude, v.longitude) is not distinct from (m.office_id, m.campaign_id, m.latitude, m.longitude)
                where m.user_id = v.recorder_id or m.user_id = any (v.team))
union all
select 'nobody is twice in a visit', count(*)
from visit v
where v.recorder_id = any (v.team)
   or cardinality(v.team) > 1 and (select count(distinct u) from unnest(v.team) u) < cardinality(v.team)
union all
select 'visits were received after they began', count(*) from visit v where v.received_at < v.started_at - interval '10 minutes'
union all
select 'leads stand at the region that stands for theirs', count(*)
from lead l
join region r on r.code = l.region_code
where l.current_code <> r.current_code
union all
select 'nobody answers for a lead that blinds him', count(*)
from lead l
left join account a on a.id = l.handler_id
where l.accused && array[l.handler_id, l.office_id, a.office_id, l.offered_to]
union all
select 'those complained of are known', count(*)
from lead l
where exists (select from unnest(l.accused_users) u where u is not null and not exists (select from account a where a.id = u))
   or exists (select from unnest(l.accused_offices) u where u is not null and not exists (select from office o where o.id = u))
union all
select 'a lead came from where its visit was', count(*)
from lead l
join visit v on v.id = l.visit_id
join region r on r.code = v.region_code
where l.region_code not between r.first and r.last
union all
select 'rounds are of the campaign that is named', count(*)
from (select campaign_id, sweep_round from visit union all select campaign_id, sweep_round from lead) r
left join campaign c on c.id = r.campaign_id
where r.sweep_round is not null
  and r.sweep_round = any (c.round_numbers) is not true
union all
select 'records are of the region of their office', count(*)
from (
  select office_id, region_code from interview
  union all
  select office_id, region_code from education
  union all
  select office_id, region_code from commendation
  union all
  select office_id, region_code from recommendation
  union all
  select office_id, region_code from publication
) r
join office o on o.id = r.office_id
where r.region_code <> o.region_code
union all
select 'leads with a reporter have one', count(*)
from lead l
where l.has_reporter
  and not exists (select from lead_reporter r where r.lead_id = l.id and not r.anonymous)
union all
select 'every lead was raised once', count(*)
from lead l
left join (select e.lead_id, count(*) as times from lead_event e where e.kind = 1 group by 1) e on e.lead_id = l.id
where e.times is distinct from 1
union all
select 'leads went the ways that there are', count(*)
from lead_event e
where e.kind = 5
  and not exists (select from lead_step s where s.from_state = e.from_state and s.to_state = e.to_state)
union all
select 'each step began where the last one ended', count(*)
from (
  select e.from_state, lag(e.to_state, 1, 1::int2) over (partition by e.lead_id order by e.at, e.id) as stood
  from lead_event e
  where e.kind = 5
) e
where e.from_state <> e.stood
union all
select 'a lead stands where its last step led', count(*)
from lead l
left join (
  select distinct on (e.lead_id) e.lead_id, e.to_state
  from lead_event e
  where e.kind = 5
  order by e.lead_id, e.at desc, e.id desc
) e on e.lead_id = l.id
where l.state <> coalesce(e.to_state, 1)
union all
select 'nothing happened in the future', count(*) from lead_event e where e.at > now()
union all
select 'conclusions have an outcome in force', count(*)
from lead l
where l.state in (8, 9)
  and not exists (select from lead_outcome o where o.lead_id = l.id and o.approved_at is not null)
union all
select 'a lead says what its newest conclusion found', count(*)
from lead l
left join (
  select distinct on (o.lead_id) o.lead_id, o.finding from lead_outcome o where o.approved_at is not null order by o.lead_id, o.approved_at desc
) o on o.lead_id = l.id
where l.finding is distinct from o.finding
union all
select 'proposals wait where a lead says so', count(*)
from lead l
where (l.state = 7) <> exists (select from lead_outcome o where o.lead_id = l.id and o.approved_at is null and o.returned_at is null)
union all
select 'no result was told before there was one', count(*)
from lead_feedback f
where f.about = 2
  and not exists (select from lead_outcome o where o.lead_id = f.lead_id and o.approved_at is not null and o.approved_at <= f.written_at)
union all
select 'a lead that is a case belongs to one', count(*)
from lead l
where l.state = 6
  and not exists (select from case_lead k where k.lead_id = l.id)
union all
select 'cases follow their first lead', count(*)
from case_file c
left join case_lead k on k.case_id = c.id and k.place = 1
left join lead l on l.id = k.lead_id
where (c.region_code, c.current_code, c.domain, c.campaign_id, c.sweep_round, c.handler_id, c.office_id)
  is distinct from (l.region_code, l.current_code, l.domain, l.campaign_id, l.sweep_round, l.handler_id, l.office_id)
union all
select 'cases blind whom their leads and persons blind', count(*)
from case_file c
where c.accused is distinct from (
  select nullif(array_agg(distinct a.id), '{}')
  from (
    select unnest(o.accused)
    from case_lead k
    join lead o on o.id = k.lead_id
    where k.case_id = c.id
    union
    select p.user_id
    from case_person k
    join person p on p.id = k.person_id
    where k.case_id = c.id
      and p.user_id is not null
  ) a(id)
)
union all
select 'who is the same as another is that of nobody further', count(*)
from person p
join person o on o.id = p.same_as
where o.same_as is not null
union all
select 'talks are of leads that became no case', count(*)
from handling h
where h.lead_id is not null
  and (h.form <> 1 or exists (select from case_lead k where k.lead_id = h.lead_id))
union all
select 'every case was filed once', count(*)
from case_file c
left join (select e.case_id, count(*) as times from case_event e where e.kind = 1 group by 1) e on e.case_id = c.id
where e.times is distinct from 1
union all
select 'reviews are of approved handlings with discipline', count(*)
from review r
join handling h on h.id = r.handling_id
where h.approved_at is null
   or h.discipline is null
   or r.asked_at < h.decided_at;

select what, records from broken order by records desc, what;
