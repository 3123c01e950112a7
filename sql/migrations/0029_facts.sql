-- Facts: what came of leads and cases, each beside the region and the moment that it counts for and all that it is counted by, so that figures of a
-- region and a period read one index and look nothing up. A fact repeats what the records say; it follows them in the same transaction.
set local search_path = zoufang;

-- Kinds: 1 a conclusion · 2 a person dealt with by one of a false accusation or of disturbing the order · 3 an official cleared by a conclusion · 4 a
-- result told · 5 a lead that a down visit brought · 6 a lead of a reception, concluded with its problem solved · 7 a case filed · 8 a handling in a
-- case · 9 a transfer to the judiciary · 10 a review asked for · 11 a talk about a lead.
create table fact (
  holder_id uuid not null,
  kind int2 not null,
  region_code int8 not null,
  at timestamptz not null,
  approved_at timestamptz,
  undone_at timestamptz,
  channel int2 not null,
  class int2 not null,
  occurrence int2,
  state int2 not null,
  finding int2,
  domain text,
  problem_type text,
  cause text,
  campaign_id uuid,
  sweep boolean not null,
  linked boolean not null,
  result int2,
  solved boolean,
  satisfaction int2,
  form int2,
  disciplined boolean,
  once uuid,
  cleared_on date,
  led_by uuid,
  accused uuid[]
);
comment on column fact.holder_id is 'The lead, or the case (kinds 7 to 10): what follows from one record stands together.';
comment on column fact.at is 'The moment that it counts for: of kinds 5 and 6 when the visit began.';
comment on column fact.approved_at is 'Of what follows from a conclusion, when that was approved.';
comment on column fact.undone_at is 'When the lead was first reopened after that.';
comment on column fact.channel is 'With what follows up to sweep: those of the lead, or of the case''s first lead.';
comment on column fact.linked is 'Of kinds 1 to 6 whether the lead is linked to another.';
comment on column fact.result is 'What this conclusion found; finding is what the newest did.';
comment on column fact.once is
  'What counts once though several facts have it: the person (kinds 2, 3 and 8 to 11), the lead that was told of more than once (4).';
comment on column fact.led_by is 'Who led the reception.';
comment on column fact.accused is 'Who does not see the lead, or the case.';
create index fact_holder on fact (holder_id);
-- What breakdowns read; and in few columns what a work report does. Every reading names its kind, so that each is found in the index that has it.
create index fact_counted on fact ((region_code / 1000000), kind, at) include (region_code, undone_at, holder_id, channel, class, occurrence, state,
  finding, domain, problem_type, cause, campaign_id, sweep, satisfaction, form, disciplined, once, accused)
  where kind not in (2, 3, 5, 6);
create index fact_concluded on fact ((region_code / 1000000), at)
  include (region_code, undone_at, holder_id, linked, channel, state, campaign_id, result, solved, accused)
  where kind = 1 and (result in (3, 4) or channel = 7);
create index fact_of_round on fact ((region_code / 1000000), kind, at) include (region_code, undone_at, holder_id, linked, state, satisfaction, accused)
  where sweep and kind in (1, 4);
create index fact_brought on fact ((region_code / 1000000), at) include (region_code, holder_id, linked, state, accused) where kind = 5;
create index fact_solved on fact ((region_code / 1000000), at)
  include (region_code, approved_at, undone_at, holder_id, linked, state, led_by, accused) where kind = 6;
create index fact_named on fact ((region_code / 1000000), kind) include (region_code, at, undone_at, state, once, cleared_on, accused)
  where kind in (2, 3);
-- What the planner knows of an expression it takes from no index that is of some rows only.
create statistics fact_county on (region_code / 1000000) from fact;

-- Those whom conclusions name and figures count: each name and unit is one. As who counts stands in the outcome (person_ids, cleared_ids), so that
-- the count stays where the name is erased.
create table outcome_person (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  unit text not null,
  constraint outcome_person_once unique (name, unit)
);

-- As whom each of these counts; who is new is added.
create function outcome_persons(names text[], units text[]) returns uuid[]
language plpgsql as $$
begin
  insert into outcome_person (name, unit)
  select distinct p.name, coalesce(p.unit, '')
  from unnest(names, units) p(name, unit)
  order by 1, 2
  on conflict on constraint outcome_person_once do nothing;
  return array(
    select o.id
    from unnest(names, units) with ordinality p(name, unit, place)
    join outcome_person o on o.name = p.name and o.unit = coalesce(p.unit, '')
    order by p.place
  );
end
$$;

-- Of a false accusation, or of disturbing the order, those dealt with are counted; officials cleared are by any finding. Its name puts it behind
-- lead_outcome_follows, which sees what the statement wrote.
create function lead_outcome_names_counted() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if new.finding in (3, 4) and new.person_ids = '{}' then
    new.person_ids := outcome_persons(new.person_names, new.person_units);
  end if;
  if new.cleared_ids = '{}' then
    new.cleared_ids := outcome_persons(new.cleared_names, new.cleared_units);
  end if;
  return new;
end
$$;
create trigger lead_outcome_names_counted before insert or update on lead_outcome
  for each row when (new.approved_at is not null) execute function lead_outcome_names_counted();

-- Conclusions, and when the lead was first reopened after each.
create index lead_reopened on lead_event (lead_id, at) where to_state = 15;
create view conclusion with (security_invoker) as
select o.*,
       (select min(e.at) from lead_event e where e.lead_id = o.lead_id and e.to_state = 15 and e.at > o.approved_at) as undone_at
from lead_outcome o
where o.approved_at is not null;

-- What the facts must be, from the records alone. Asked by holder_id, it reads what is of that lead or case.
create view fact_of_records with (security_invoker) as
select f.holder_id,
       f.kind::int2,
       coalesce(f.region_code, l.region_code) as region_code,
       f.at,
       f.approved_at,
       f.undone_at,
       l.channel,
       l.class,
       l.occurrence,
       l.state,
       l.finding,
       l.domain,
       l.problem_type,
       l.cause,
       l.campaign_id,
       l.sweep_round is not null as sweep,
       f.kind < 7 and (exists (select from lead_link k where k.lead_id = l.id) or exists (select from lead_link k where k.other_id = l.id)) as linked,
       f.result,
       f.solved,
       f.satisfaction,
       f.form,
       f.disciplined,
       f.once,
       f.cleared_on,
       f.led_by,
       case when f.kind between 7 and 10 then f.accused else l.accused end as accused
from (
  select c.lead_id as holder_id, c.lead_id, 1 as kind, null::int8 as region_code, c.approved_at as at, c.approved_at, c.undone_at, c.finding as result,
         c.problem_solved as solved, null::int2 as satisfaction, null::int2 as form, null::boolean as disciplined, null::uuid as once,
         null::date as cleared_on, null::uuid as led_by, null::uuid[] as accused
  from conclusion c
  union all
  select c.lead_id, c.lead_id, 2, null, c.approved_at, c.approved_at, c.undone_at, c.finding, c.problem_solved, null, null, null, p.id, null, null, null
  from conclusion c
  cross join lateral unnest(c.person_ids) p(id)
  union all
  select c.lead_id, c.lead_id, 3, null, c.approved_at, c.approved_at, c.undone_at, c.finding, c.problem_solved, null, null, null, p.id, p.cleared_on, null,
         null
  from conclusion c
  cross join lateral unnest(c.cleared_ids, c.cleared_on) p(id, cleared_on)
  union all
  select b.lead_id, b.lead_id, 4, null, b.told_at, null, null, null, null, b.satisfaction, null, null,
         case when (select count(*) from lead_feedback o where o.lead_id = b.lead_id and o.about = 2) > 1 then b.lead_id end, null, null, null
  from lead_feedback b
  where b.about = 2
  union all
  select o.id, o.id, 5, null, v.started_at, null, null, null, null, null, null, null, null, null, null, null
  from lead o
  join visit v on v.id = o.visit_id
  where v.kind = 1
    and v.state = 1
  union all
  select o.id, o.id, 6, v.region_code, v.started_at, c.approved_at, c.undone_at, c.finding, c.problem_solved, null, null, null, null, null, v.led_by, null
  from lead o
  join visit v on v.id = o.visit_id
  join conclusion c on c.lead_id = o.id
  where v.kind = 2
    and v.state = 1
    and c.problem_solved
  union all
  select c.id, k.lead_id, 7, null, c.filed_at, null, null, null, null, null, null, null, null, null, null, c.accused
  from case_file c
  join case_lead k on k.case_id = c.id and k.place = 1
  union all
  select c.id, k.lead_id, 8, null, h.decided_at, null, null, null, null, null, h.form, h.discipline is not null, h.person_id, null, null, c.accused
  from case_file c
  join case_lead k on k.case_id = c.id and k.place = 1
  join handling h on h.case_id = c.id
  where h.approved_at is not null
  union all
  select c.id, k.lead_id, 9, null, h.transferred_at, null, null, null, null, null, h.form, h.discipline is not null, h.person_id, null, null, c.accused
  from case_file c
  join case_lead k on k.case_id = c.id and k.place = 1
  join handling h on h.case_id = c.id
  where h.approved_at is not null
    and h.transferred_at is not null
  union all
  select c.id, k.lead_id, 10, null, r.asked_at, null, null, null, null, null, h.form, h.discipline is not null, h.person_id, null, null, c.accused
  from case_file c
  join case_lead k on k.case_id = c.id and k.place = 1
  join handling h on h.case_id = c.id
  join review r on r.handling_id = h.id
  where h.approved_at is not null
  union all
  select h.lead_id, h.lead_id, 11, null, h.decided_at, null, null, null, null, null, h.form, false, h.person_id, null, null, null
  from handling h
  where h.lead_id is not null
    and h.approved_at is not null
) f
join lead l on l.id = f.lead_id;

-- Brings the facts of leads and cases in step with their records. Whoever does so holds them: leads before cases, as everywhere.
create function facts_in_step(holders uuid[]) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform from lead l where l.id = any (holders) order by l.id for no key update;
  perform from case_file c where c.id = any (holders) order by c.id for no key update;
  delete from fact f where f.holder_id = any (holders);
  insert into fact select r.* from fact_of_records r where r.holder_id = any (holders);
end
$$;

-- Of leads that are new: what visits brought. A visit that is just being corrected is waited for, as whoever corrects it cannot see the lead.
create function facts_begin() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  visited constant uuid[] := array(select n.id from new_rows n where n.visit_id is not null);
begin
  if visited <> '{}' then
    perform from visit v where v.id in (select n.visit_id from new_rows n) order by v.id for share;
    insert into fact select r.* from fact_of_records r where r.holder_id = any (visited);
  end if;
  return null;
end
$$;
create trigger facts_begin after insert on lead referencing new table as new_rows
  for each statement execute function facts_begin();

-- After whatever a fact repeats was written.
create function facts_follow() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_table_name = 'lead' then
    perform facts_in_step(array(select new.id union all select k.case_id from case_lead k where k.lead_id = new.id and k.place = 1));
  elsif tg_table_name = 'visit' then
    perform facts_in_step(array(select l.id from lead l where l.visit_id = new.id));
  elsif tg_table_name = 'case_file' then
    perform facts_in_step(array[new.id]);
  elsif tg_table_name = 'case_lead' then
    perform facts_in_step(array[new.case_id]);
  elsif tg_table_name = 'lead_link' then
    perform facts_in_step(array[new.lead_id, new.other_id]);
  elsif tg_table_name = 'handling' then
    perform facts_in_step(array[coalesce(new.case_id, new.lead_id)]);
  elsif tg_table_name = 'review' then
    perform facts_in_step(array(select h.case_id from handling h where h.id = new.handling_id));
  else
    perform facts_in_step(array[new.lead_id]);
  end if;
  return null;
end
$$;
create trigger facts_follow after update on lead
  for each row when (
    (old.region_code, old.channel, old.class, old.occurrence, old.state, old.finding, old.domain, old.problem_type, old.cause, old.campaign_id,
      old.sweep_round, old.visit_id, old.accused)
    is distinct from
    (new.region_code, new.channel, new.class, new.occurrence, new.state, new.finding, new.domain, new.problem_type, new.cause, new.campaign_id,
      new.sweep_round, new.visit_id, new.accused)
  ) execute function facts_follow();
create trigger facts_follow after update on visit
  for each row when (
    (old.kind, old.state, old.started_at, old.region_code, old.led_by)
    is distinct from (new.kind, new.state, new.started_at, new.region_code, new.led_by)
  ) execute function facts_follow();
create trigger facts_follow after insert or update on lead_outcome
  for each row when (new.approved_at is not null) execute function facts_follow();
create trigger facts_follow after insert on lead_feedback
  for each row when (new.about = 2) execute function facts_follow();
create trigger facts_follow after insert on lead_event
  for each row when (new.to_state = 15) execute function facts_follow();
create trigger facts_follow after insert on lead_link
  for each row execute function facts_follow();
create trigger facts_follow after insert on case_lead
  for each row when (new.place = 1) execute function facts_follow();
create trigger facts_follow after update on case_file
  for each row when ((old.filed_at, old.accused) is distinct from (new.filed_at, new.accused)) execute function facts_follow();
create trigger facts_follow after insert or update on handling
  for each row when (new.approved_at is not null) execute function facts_follow();
create trigger facts_follow after insert or update on review
  for each row execute function facts_follow();

-- All facts anew, for records that were written past the triggers; and first as whom those count whom conclusions name.
create procedure make_facts()
language plpgsql set search_path = zoufang, pg_temp as $$
begin
  update lead_outcome o
  set person_ids = case when o.finding in (3, 4) then outcome_persons(o.person_names, o.person_units) else '{}' end,
      cleared_ids = outcome_persons(o.cleared_names, o.cleared_units)
  where o.approved_at is not null
    and (o.finding in (3, 4) and cardinality(o.person_ids) < cardinality(o.person_names) or cardinality(o.cleared_ids) < cardinality(o.cleared_names));
  truncate fact;
  insert into fact select r.* from fact_of_records r order by r.at;
end
$$;

alter table outcome_person enable row level security;
create policy definer on outcome_person to zoufang_definer using (true) with check (true);
grant select, insert on outcome_person to zoufang_definer;
alter table fact enable row level security;
create policy definer on fact to zoufang_definer using (true) with check (true);
grant select, insert, delete on fact to zoufang_definer;
grant select on conclusion, fact_of_records to zoufang_definer;
call settle_definers();
revoke all on function facts_in_step, facts_begin, facts_follow, outcome_persons, lead_outcome_names_counted from public;
grant execute on function outcome_persons to zoufang_definer;
revoke all on procedure make_facts from public;
