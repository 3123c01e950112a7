-- Cases: of one or several leads of a township, their persons, handlings and reviews; and talks about leads that became none.
set search_path = generate, zoufang;

-- What is filed in a township within two months of the last filing may be of the same case.
create table filing as
with filed as (
  select distinct on (s.n) s.n, s.at, s.next_at
  from step s
  where s.to_state = 6
  order by s.n, s.place
),
placed as (
  select f.n, f.at, f.next_at, p.township, lag(f.at) over w as before
  from filed f
  join story l on l.n = f.n
  join place p on p.number = l.place
  window w as (partition by p.township order by f.at, f.n)
),
grouped as (
  select p.*, count(*) filter (where coalesce(p.at - p.before > interval '60 days', true) or dice(p.n, 400) > 0.15) over w as matter
  from placed p
  window w as (partition by p.township order by p.at, p.n)
)
select g.n, g.at, g.next_at, g.township,
       first_value(g.n) over w as case_number,
       row_number() over w as place
from grouped g
window w as (partition by g.township, g.matter order by g.at, g.n);
delete from filing where place > 50;
create index on filing (case_number);

create table matter as
select f.case_number as n,
       id_at(f.at, f.n, 401) as id,
       f.at as filed_at,
       f.next_at,
       f.township,
       l.id as lead_id,
       l.handler_id,
       coalesce(nullif(l.county_supervisor, l.handler_id), l.county_leader) as judge_id,
       l.matched_user,
       l.campaign_id,
       l.sweep_round,
       p.township_name
from filing f
join story l on l.n = f.n
join place p on p.number = l.place
where f.place = 1;

-- Whom cases are about: one, or two. Some are known from an earlier case of the township.
create table suspect as
select k.m,
       k.n,
       k.place,
       id_at(k.filed_at, k.m, 402) as id,
       first_value(id_at(k.filed_at, k.m, 402)) over w as known_id,
       person_name(first_value(k.m) over w, 403) as name,
       unit_name(k.township_name, dice(first_value(k.m) over w, 405)) as unit,
       k.user_id,
       k.handler_id,
       k.filed_at
from (
  select c.*, p.place, c.n * 2 + p.place - 1 as m, case when p.place = 1 then c.matched_user end as user_id,
         count(*) filter (where dice(c.n * 2 + p.place - 1, 406) > 0.1) over (partition by c.township order by c.filed_at, c.n, p.place) as group_number
  from matter c
  cross join lateral generate_series(1, case when dice(c.n, 407) < 0.3 then 2 else 1 end) p(place)
) k
window w as (partition by k.township, k.group_number order by k.filed_at, k.m);

create index on suspect (n);
alter table matter add primary key (n);
analyze filing, matter, suspect;

insert into person (id, name, unit, post, user_id, same_as, added_by, added_at)
select s.id, s.name, s.unit, post_name(dice(s.m, 408)), s.user_id, nullif(s.known_id, s.id), s.handler_id, s.filed_at
from suspect s;

insert into case_file (
  id, title, region_code, current_code, domain, campaign_id, sweep_round, handler_id, office_id, accused, filed_at, filed_by, etag, written_by, written_at
)
select c.id,
       c.township_name || (select s.name from suspect s where s.n = c.n and s.place = 1) || '涉嫌违纪违法案',
       l.region_code,
       l.current_code,
       l.domain,
       l.campaign_id,
       l.sweep_round,
       l.handler_id,
       l.office_id,
       (
         select nullif(array_agg(distinct a.id), '{}')
         from (
           select unnest(o.accused)
           from filing f
           join story t on t.n = f.n
           join lead o on o.id = t.id
           where f.case_number = c.n
           union
           select s.user_id from suspect s where s.n = c.n and s.user_id is not null
         ) a(id)
       ),
       c.filed_at,
       c.judge_id,
       etag_of(c.id),
       c.judge_id,
       c.filed_at
from matter c
join lead l on l.id = c.lead_id;

insert into case_lead (lead_id, case_id, place, added_by, added_at)
select l.id, c.id, f.place, c.judge_id, f.at
from filing f
join matter c on c.n = f.case_number
join story l on l.n = f.n;

insert into case_person (case_id, person_id, added_by, added_at)
select c.id, s.id, c.judge_id, c.filed_at
from suspect s
join matter c on c.n = s.n;

create table decision as
select s.m, s.id as person_id, c.id as case_id, c.handler_id, c.judge_id,
       id_at(t.decided_at, s.m, 410) as id,
       t.form,
       t.decided_at,
       case when t.form = 4 and dice(s.m, 411) < 0.75 then t.decided_at + wait_days(2, dice(s.m, 412)) end as transferred_at
from suspect s
join matter c on c.n = s.n
cross join lateral (
  select (array[4, 4, 4, 4, 2, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4])
           [1 + floor(case when c.campaign_id is null then 5 + 19 * dice(s.m, 413) else 24 * dice(s.m, 413) end)::int4]::int2 as form,
         case
           when c.next_at is null then c.filed_at + wait_days(40, dice(s.m, 414))
           else c.filed_at + (c.next_at - c.filed_at) * (0.2 + 0.7 * dice(s.m, 414))
         end as decided_at
) t;

insert into handling (id, case_id, person_id, form, discipline, decided_at, transferred_at, note, proposed_by, proposed_at, approved_by, approved_at)
select d.id,
       d.case_id,
       d.person_id,
       d.form,
       case d.form when 2 then 1 + floor(3 * dice(d.m, 415))::int4 when 3 then 4 + floor(3 * dice(d.m, 415))::int4 when 4 then 6 + floor(3 * dice(d.m, 415))::int4 end,
       d.decided_at,
       d.transferred_at,
       case when d.form = 1 then pick('{谈话提醒,批评教育,责令检查}', dice(d.m, 416)) end,
       d.handler_id,
       p.proposed_at,
       case when p.approved_at <= s.until::timestamptz then d.judge_id end,
       case when p.approved_at <= s.until::timestamptz then p.approved_at end
from setting s
cross join decision d
cross join lateral (
  select coalesce(d.transferred_at, d.decided_at) + interval '1 hour' as proposed_at,
         coalesce(d.transferred_at, d.decided_at) + interval '2 hours' + wait_days(1, dice(d.m, 417)) as approved_at
) p
where p.proposed_at <= s.until::timestamptz;

insert into review (handling_id, kind, asked_at, result, decided_at, written_by, written_at)
select h.id, r.kind, r.asked_at, case when r.decided_at <= s.until::timestamptz then r.result end,
       case when r.decided_at <= s.until::timestamptz then r.decided_at end, h.proposed_by, r.asked_at
from setting s
cross join handling h
join case_file c on c.id = h.case_id
cross join lateral (
  select k.kind, h.approved_at + wait_days(12 * k.kind, dice(h.id, 420 + k.kind)) as asked_at,
         1 + floor(3 * dice(h.id, 430 + k.kind) ^ 2)::int4 as result,
         h.approved_at + wait_days(12 * k.kind, dice(h.id, 420 + k.kind)) + wait_days(20, dice(h.id, 440 + k.kind)) as decided_at
  from (values (1, 0.10), (2, 0.03)) k(kind, share)
  where dice(h.id, 450 + k.kind) < k.share * case when c.sweep_round is null then 1 else 2.5 end
) r
where h.approved_at is not null
  and h.discipline is not null
  and r.asked_at <= s.until::timestamptz;

-- 谈话提醒: some of those whom a concluded lead was about were talked to, and no case was filed.
create table talk as
select distinct on (l.n)
       l.n, l.id as lead_id, l.handler_id, t.at, id_at(t.at, l.n, 460) as person_id, id_at(t.at, l.n, 461) as id, p.township_name, l.matched_user,
       coalesce(nullif(l.county_supervisor, l.handler_id), l.county_leader) as judge_id,
       case when t.next_state = 8 then t.next_at - interval '1 minute' end as approved_at
from step t
join story l on l.n = t.n
join place p on p.number = l.place
join lead_outcome o on o.lead_id = l.id and o.proposed_at = t.at and o.finding = 1
where t.to_state = 7
  and dice(l.n, 462) < 0.3
  and not exists (select from step c where c.n = t.n and c.to_state = 6)
order by l.n, t.place;

insert into person (id, name, unit, post, user_id, added_by, added_at)
select t.person_id, person_name(t.n, 113), unit_name(t.township_name, dice(t.n, 105)), post_name(dice(t.n, 106)), t.matched_user, t.handler_id, t.at
from talk t;

insert into handling (id, lead_id, person_id, form, decided_at, note, proposed_by, proposed_at, approved_by, approved_at)
select t.id, t.lead_id, t.person_id, 1, t.at - interval '2 hours', pick('{谈话提醒,批评教育}', dice(t.n, 463)), t.handler_id, t.at,
       case when t.approved_at is not null then t.judge_id end, t.approved_at
from talk t;

insert into lead_event (id, lead_id, kind, at, actor_id)
select id_of(t.n, 464 + e.kind), t.lead_id, e.kind, e.at, e.actor_id
from talk t
cross join lateral (values (12, t.at, t.handler_id), (13, t.approved_at, t.judge_id)) e(kind, at, actor_id)
where e.at is not null;

-- The timelines of cases.
insert into case_event (id, case_id, kind, at, actor_id, lead_id, person_id, handling_id, user_id, office_id)
select id_of(row_number() over (order by e.at, e.case_id, e.kind, e.lead_id, e.person_id), 480), e.*
from (
  select c.id as case_id, 1 as kind, c.filed_at as at, c.filed_by as actor_id, null::uuid as lead_id, null::uuid as person_id, null::uuid as handling_id,
         c.handler_id as user_id, c.office_id
  from case_file c
  union all
  select k.case_id, 2, k.added_at, k.added_by, k.lead_id, null, null, null, null from case_lead k
  union all
  select k.case_id, 3, k.added_at, k.added_by, null, k.person_id, null, null, null from case_person k
  union all
  select h.case_id, 5, h.proposed_at, h.proposed_by, null, h.person_id, h.id, null, null from handling h where h.case_id is not null
  union all
  select h.case_id, 6, h.approved_at, h.approved_by, null, h.person_id, h.id, null, null from handling h where h.case_id is not null and h.approved_at is not null
  union all
  select h.case_id, 7, r.asked_at, r.written_by, null, h.person_id, h.id, null, null from review r join handling h on h.id = r.handling_id
  union all
  select h.case_id, 8, r.decided_at, r.written_by, null, h.person_id, h.id, null, null
  from review r
  join handling h on h.id = r.handling_id
  where r.decided_at is not null
) e
order by e.at, e.case_id, e.kind;
