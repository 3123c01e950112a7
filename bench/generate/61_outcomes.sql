-- What came of leads: proposed outcomes with their decisions, what was told, and which leads are one matter.
set search_path = generate, zoufang;

insert into lead_outcome (
  id, lead_id, finding, problem_solved, recovered_fen, person_names, person_units, cleared_names, cleared_units, cleared_on, publicised, note, proposed_by,
  proposed_at, approved_by, approved_at, returned_at
)
select id_at(t.at, t.m, 320),
       l.id,
       t.finding,
       dice(t.m, 321) < case when t.finding = 1 then 0.6 else 0.2 end,
       case when t.finding = 1 and dice(t.m, 322) < 0.3 then (exp(8 + 3 * dice(t.m, 323)) * 100)::int8 end,
       case when t.dealt then array[person_name(l.n, case when t.finding = 1 then 113 else 119 end)] else '{}' end,
       case when t.dealt then array[unit_name(p.township_name, dice(l.n, 105))] else '{}' end,
       case when t.clears then array[person_name(l.n, 113)] else '{}' end,
       case when t.clears then array[unit_name(p.township_name, dice(l.n, 105))] else '{}' end,
       case when t.clears then array[case when dice(t.m, 329) < 0.3 then t.at::date end] else '{}' end,
       t.finding = 1 and dice(t.m, 326) < 0.05,
       pick('{经查反映问题属实，已责令整改。,经查反映问题部分属实。,经查反映问题不属实，已向反映人说明。,已追回款项并发还群众。,已对相关人员作出处理。}', dice(t.m, 327)),
       l.handler_id,
       t.at,
       case when t.next_state = 8 then coalesce(nullif(l.county_supervisor, l.handler_id), l.county_leader) end,
       case when t.next_state = 8 then t.next_at end,
       case when t.next_state <> 8 then t.next_at end
from (
  select f.*, f.finding in (2, 3) and dice(f.m, 325) < 0.15 as clears, dice(f.m, 324) < case f.finding when 1 then 0.5 when 2 then 0 else 0.7 end as dealt
  from (
  select s.*,
         s.n * 32 + s.place as m,
         finding_at(s.n, s.place, s.from_state) as finding
  from step s
  where s.to_state = 7
  ) f
) t
join story l on l.n = t.n
join place p on p.number = l.place;

-- The result, told with the step; acceptance, told within days to nearly all who gave a name.
insert into lead_feedback (id, lead_id, about, told_at, way, audience, satisfaction, written_by, written_at)
select id_at(t.at, t.n * 32 + t.place, 330),
       l.id,
       2,
       t.at - interval '3 hours' * dice(t.n, 331),
       1 + floor(5 * dice(t.n * 32 + t.place, 332))::int4,
       case when l.has_reporter then 1 else 2 end,
       (array[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 5, 5])[1 + floor(18 * dice(t.n * 32 + t.place, 333))::int4],
       l.handler_id,
       t.at
from step t
join story l on l.n = t.n
where t.to_state = 9;

insert into lead_feedback (id, lead_id, about, told_at, way, audience, satisfaction, written_by, written_at)
select id_at(t.told_at, t.n * 32 + t.place, 334), t.id, 1, t.told_at, 1 + floor(5 * dice(t.n, 335))::int4, 1, 5,
       coalesce(nullif(t.county_supervisor, t.handler_id), t.county_leader), t.told_at
from setting s
cross join lateral (
  select l.*, e.place as step_place, e.at + make_interval(hours => (200 * dice(l.n, 336))::int4) as told_at
  from story l
  join step e on e.n = l.n and e.to_state = 2
  where l.has_reporter
    and dice(l.n, 117) >= 0.1
) t
where t.told_at <= s.until::timestamptz;

-- 并案: some matters of a village were told twice or more often, one after another.
insert into lead_link (id, lead_id, other_id, reason, linked_by, linked_at)
select id_of(k.n, 340), least(k.id, k.before), greatest(k.id, k.before), '反映同一问题', k.linked_by, k.uploaded_at + interval '1 day'
from setting s
cross join (
  select l.n, l.id, l.uploaded_at, l.class, coalesce(nullif(l.county_supervisor, l.handler_id), l.county_leader) as linked_by,
         lag(l.id) over (partition by l.place, l.class order by l.n) as before
  from story l
) k
where k.before is not null
  and dice(k.n, 341) < 0.03
  and k.uploaded_at + interval '1 day' <= s.until::timestamptz;

insert into lead_event (id, lead_id, kind, at, actor_id, note, other_id)
select id_of(hashint8extended(row_number() over (order by k.id, e.lead_id), 0), 342), e.lead_id, 9, k.linked_at, k.linked_by, k.reason, e.other_id
from lead_link k
cross join lateral (values (k.lead_id, k.other_id), (k.other_id, k.lead_id)) e(lead_id, other_id);

-- What was solved on the spot and became a lead all the same names that lead.
update visit v
set solved_leads = array[l.id]
from story l
join lead_outcome o on o.lead_id = l.id and o.problem_solved and o.approved_at is not null
where v.id = l.visit_id
  and cardinality(v.solved_leads) = 1
  and dice(l.n, 343) < 0.5;
