-- Figures of visits. What is summed up of them is kept once more by region and month, so that the year of a city reads thousands of rows and not a
-- million visits; days beside whole months are read from the visits themselves.
set local search_path = zoufang;

-- What is counted of visits, kept with each: copies handed out, how many of ours went, and problems solved that no lead stands for.
create function all_of(numbers int4[]) returns int8
language sql immutable parallel safe as $$ select coalesce(sum(n), 0) from unnest(numbers) n $$;
create function different(ids uuid[]) returns int4
language sql immutable parallel safe as $$ select count(distinct i)::int4 from unnest(ids) i $$;
alter table visit
  add column copies int8 not null generated always as (case when material_copies = '{}' then 0 else zoufang.all_of(material_copies) end) stored,
  add column went int4 not null
    generated always as (case when team = '{}' then 1 else zoufang.different(team || recorder_id) end) stored,
  add column solved int4 not null generated always as (cardinality(array_positions(solved_leads, null))) stored;
alter table visit_version add column copies int8, add column went int4, add column solved int4;
comment on column visit.copies is 'How many copies of all materials were handed out.';
comment on column visit.went is 'How many of ours went, the recorder and the team.';
comment on column visit.solved is 'How many problems were solved on the spot that no lead stands for.';
create index visit_figures on visit ((region_code / 1000000), kind, started_at) include (region_code, copies, went, people_met, led_by, solved)
  where state = 1 and kind in (1, 2, 8);
create index visit_publicity on visit ((region_code / 1000000), started_at) include (region_code, recorder_id, team)
  where state = 1 and kind = 8;
create index visit_solved_leads on visit ((region_code / 1000000), started_at) include (region_code, led_by, solved_leads)
  where state = 1 and kind = 2 and array_remove(solved_leads, null) <> '{}';

-- --- By month ---

-- Counts are only ever added, what is undone with a minus sign: writers wait for nobody, and none can lock another out. What is of the same region,
-- month and officer adds up; now and then it is folded into one row.
create table visit_month (
  region_code int8 not null,
  month date not null,
  officer_id uuid,
  visits int8 not null,
  copies int8 not null,
  went int8 not null,
  met int8 not null,
  solved int8 not null,
  publicity int8 not null
);
comment on column visit_month.region_code is 'That of the visits; of who took part in publicity their county''s.';
comment on column visit_month.month is 'Its first day, by visit_month_of.';
comment on column visit_month.officer_id is 'Who led receptions, which count where he is a leader; who took part in publicity. Of all else NULL.';
comment on column visit_month.visits is 'How many visits of the kinds that count, accepted.';
comment on column visit_month.publicity is 'In how many of publicity the officer took part.';
create index visit_month_counted on visit_month ((region_code / 1000000), month)
  include (region_code, officer_id, visits, copies, went, met, solved, publicity);

-- Months are those of one zone, whichever is configured: what is read is whole months between two moments, and the rest of the time between them.
create function visit_month_of(at timestamptz) returns date
language sql immutable parallel safe as $$ select date_trunc('month', at at time zone 'Asia/Shanghai')::date $$;
create function visit_month_start(month date) returns timestamptz
language sql immutable parallel safe as $$ select month::timestamp at time zone 'Asia/Shanghai' $$;

-- What a visit adds; no row for one that does not count.
create function visit_counts(
  kind int2, state int2, started_at timestamptz, led_by uuid, copies int8, went int4, people_met int4, solved int4
) returns table (month date, led_by uuid, visits int8, copies int8, went int8, met int8, solved int8)
language sql immutable parallel safe rows 1 as $$
  select visit_month_of($3),
         case $1 when 2 then $4 end,
         1::int8,
         case $1 when 2 then 0::int8 else $5 end,
         case $1 when 1 then $6::int8 else 0 end,
         case $1 when 2 then coalesce($7::int8, 0) else 0 end,
         case $1 when 2 then $8::int8 else 0 end
  where $2 = 1
    and $1 in (1, 2, 8)
$$;

-- What a visit adds to months: its counts, and its officers where it is of publicity.
create function visit_month_counts(
  region_code int8, kind int2, state int2, started_at timestamptz, led_by uuid, copies int8, went int4, people_met int4, solved int4, officers uuid[]
) returns table (
  region_code int8, month date, officer_id uuid, visits int8, copies int8, went int8, met int8, solved int8, publicity int8
)
language sql immutable parallel safe rows 2 as $$
  select $1, c.*, 0::int8
  from visit_counts($2, $3, $4, $5, $6, $7, $8, $9) c
  union all
  select $1 / 1000000 * 1000000, visit_month_of($4), o.id, 0, 0, 0, 0, 0, 1
  from (select distinct unnest($10)) o(id)
  where $3 = 1
    and $2 = 8
$$;

-- What the months must be, from the visits alone.
create view visit_month_of_records with (security_invoker) as
select c.region_code, c.month, c.officer_id, sum(c.visits)::int8 as visits, sum(c.copies)::int8 as copies, sum(c.went)::int8 as went,
       sum(c.met)::int8 as met, sum(c.solved)::int8 as solved, sum(c.publicity)::int8 as publicity
from visit v
cross join lateral visit_month_counts(
  v.region_code, v.kind, v.state, v.started_at, v.led_by, v.copies, v.went, v.people_met, v.solved, v.team || v.recorder_id
) c
group by c.region_code, c.month, c.officer_id;

create function visit_months_follow() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into visit_month
    select c.region_code, c.month, c.officer_id, sum(c.visits), sum(c.copies), sum(c.went), sum(c.met), sum(c.solved), sum(c.publicity)
    from new_rows n
    cross join lateral visit_month_counts(
      n.region_code, n.kind, n.state, n.started_at, n.led_by, n.copies, n.went, n.people_met, n.solved, n.team || n.recorder_id
    ) c
    group by c.region_code, c.month, c.officer_id;
  end if;
  if tg_op <> 'INSERT' then
    insert into visit_month
    select c.region_code, c.month, c.officer_id, -sum(c.visits), -sum(c.copies), -sum(c.went), -sum(c.met), -sum(c.solved), -sum(c.publicity)
    from old_rows o
    cross join lateral visit_month_counts(
      o.region_code, o.kind, o.state, o.started_at, o.led_by, o.copies, o.went, o.people_met, o.solved, o.team || o.recorder_id
    ) c
    group by c.region_code, c.month, c.officer_id;
  end if;
  return null;
end
$$;
create trigger visit_months_insert after insert on visit referencing new table as new_rows
  for each statement execute function visit_months_follow();
create trigger visit_months_update after update on visit referencing old table as old_rows new table as new_rows
  for each statement execute function visit_months_follow();
create trigger visit_months_delete after delete on visit referencing old table as old_rows
  for each statement execute function visit_months_follow();

-- One row for what is of the same region, month and officer. Each row that goes is added by whoever took it away, so several may fold at once.
create function fold_visit_months() returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  with several as (
    select m.region_code, m.month, m.officer_id from visit_month m group by m.region_code, m.month, m.officer_id having count(*) > 1
  ),
  taken as (
    delete from visit_month m using several s
    where m.region_code = s.region_code
      and m.month = s.month
      and m.officer_id is not distinct from s.officer_id
    returning m.*
  )
  insert into visit_month
  select t.region_code, t.month, t.officer_id, sum(t.visits), sum(t.copies), sum(t.went), sum(t.met), sum(t.solved), sum(t.publicity)
  from taken t
  group by t.region_code, t.month, t.officer_id
  having (sum(t.visits), sum(t.publicity)) <> (0, 0);
end
$$;

-- All months anew, for visits that were written past the triggers.
create procedure make_visit_months()
language plpgsql set search_path = zoufang, pg_temp as $$
begin
  truncate visit_month;
  insert into visit_month select r.* from visit_month_of_records r order by r.region_code / 1000000, r.month;
end
$$;
call make_visit_months();

-- --- Figures ---

-- The months that lie between two moments: from `first` to before `past`, none where that is not later.
create function whole_months(from_at timestamptz, until_at timestamptz, out first date, out past date)
language sql immutable parallel safe as $$
  select case when visit_month_start(m.first) = from_at then m.first else (m.first + interval '1 month')::date end, visit_month_of(until_at)
  from (select visit_month_of(from_at) as first) m
$$;

-- The windows cut to their whole months, whose first days from_day and until_day then are; and without these.
create function within_months(windows figure_window[]) returns figure_window[]
language plpgsql immutable parallel safe as $$
begin
  return array(
    select row(
      w.k, w.county, w.first, w.last, visit_month_start(m.first), visit_month_start(m.past), m.first, m.past, w.ends_at, w.ends_on
    )::figure_window
    from unnest(windows) w
    cross join lateral whole_months(w.from_at, w.until_at) m
    where m.first < m.past
  );
end
$$;

create function beside_months(windows figure_window[]) returns figure_window[]
language plpgsql immutable parallel safe as $$
begin
  return array(
    select row(w.k, w.county, w.first, w.last, e.from_at, e.until_at, w.from_day, w.until_day, w.ends_at, w.ends_on)::figure_window
    from unnest(windows) w
    cross join lateral whole_months(w.from_at, w.until_at) m
    cross join lateral (
      values
        (w.from_at, case when m.first < m.past then visit_month_start(m.first) else w.until_at end),
        (case when m.first < m.past then visit_month_start(m.past) else w.until_at end, w.until_at)
    ) e(from_at, until_at)
    where e.from_at < e.until_at
  );
end
$$;

-- What is summed up of visits, by period: of all kinds that count how many there are; of receptions those that were led by `leaders`. From the whole months
-- of windows, and from all visits in them.
create function months_counted(windows figure_window[], leaders uuid[])
returns table (k int4, visits int8, copies int8, went int8, receptions int8, met int8, solved int8)
language plpgsql stable security definer rows 2 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select w.k, sum(v.visits)::int8, sum(v.copies)::int8, sum(v.went)::int8, sum(v.visits) filter (where l.leads)::int8,
         sum(v.met) filter (where l.leads)::int8, sum(v.solved) filter (where l.leads)::int8
  from unnest(within_months(windows)) w
  join visit_month v
    on v.region_code / 1000000 = w.county
   and v.month >= w.from_day
   and v.month < w.until_day
   and v.region_code between w.first and w.last
  cross join lateral (select v.officer_id = any (leaders) as leads) l
  group by w.k;
end
$$;

create function visits_counted(windows figure_window[], leaders uuid[])
returns table (k int4, visits int8, copies int8, went int8, receptions int8, met int8, solved int8)
language plpgsql stable security definer rows 2 set search_path = zoufang, pg_temp set max_parallel_workers_per_gather = 2 as $$
#variable_conflict use_column
declare
  spans constant figure_span[] := figure_spans(windows);
begin
  if spans = '{}' then
    return;
  end if;
  return query execute format(
    'select k, sum(c.visits)::int8, sum(c.copies)::int8, sum(c.went)::int8, sum(c.receptions)::int8, sum(c.met)::int8, sum(c.solved)::int8
     from (%s) c
     cross join lateral unnest(($1[c.span]).ks) k
     group by k',
    over_spans(
      'select %1$s as span, sum(c.visits) as visits, sum(c.copies) as copies, sum(c.went) as went, sum(c.visits) filter (where l.leads) as receptions,
              sum(c.met) filter (where l.leads) as met, sum(c.solved) filter (where l.leads) as solved
       from visit v
       cross join lateral visit_counts(v.kind, v.state, v.started_at, v.led_by, v.copies, v.went, v.people_met, v.solved) c
       cross join lateral (select c.led_by = any ($2) as leads) l
       where %2$s',
      'v', 'started_at', spans
    )
  ) using spans, leaders;
end
$$;

-- Who took part in publicity, from all visits in windows.
create function publicity_visited(windows figure_window[]) returns table (k int4, officer_id uuid)
language plpgsql stable security definer rows 1000 set search_path = zoufang, pg_temp set max_parallel_workers_per_gather = 2 as $$
#variable_conflict use_column
declare
  spans constant figure_span[] := figure_spans(windows);
begin
  if spans = '{}' then
    return;
  end if;
  return query execute format(
    'select k, c.id
     from (%s) c
     cross join lateral unnest(($1[c.span]).ks) k',
    over_spans(
      'select %1$s as span, m.id
       from visit v
       cross join lateral unnest(v.team || v.recorder_id) m(id)
       where %2$s and v.state = 1 and v.kind = 8
       group by m.id',
      'v', 'started_at', spans
    )
  ) using spans;
end
$$;

-- How many these are. Months know them by county: they are read where all of it counts at once, in however many windows.
create function publicity_officers(windows figure_window[]) returns table (k int4, officers int8)
language plpgsql stable security definer rows 2 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  counties constant figure_window[] := array(
    select row(w.k, w.county, min(w.first), max(w.last), w.from_at, w.until_at, w.from_day, w.until_day, w.ends_at, w.ends_on)::figure_window
    from unnest(windows) w
    group by w.k, w.county, w.from_at, w.until_at, w.from_day, w.until_day, w.ends_at, w.ends_on
    having range_agg(int8range(w.first, w.last, '[]')) = int8multirange(int8range(w.county * 1000000, (w.county + 1) * 1000000))
  );
  places constant figure_window[] := array(
    select w
    from unnest(windows) w
    where (w.k, w.county, w.from_at, w.until_at) not in (select c.k, c.county, c.from_at, c.until_at from unnest(counties) c)
  );
begin
  return query
  select o.k, count(*)
  from (
    select w.k, v.officer_id
    from unnest(within_months(counties)) w
    join visit_month v
      on v.region_code / 1000000 = w.county
     and v.month >= w.from_day
     and v.month < w.until_day
    where v.publicity <> 0
    group by w.k, w.county, v.officer_id
    having sum(v.publicity) > 0
    union
    select * from publicity_visited(beside_months(counties) || places)
  ) o
  group by o.k;
end
$$;

-- Where there are visits that count. Of problems solved at receptions those that no lead stands for; the others are matters (figures_of_matters).
create function figures_of_visits(windows figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 20 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  leaders constant uuid[] := array(select a.id from account a where a.leader);
begin
  return query
  select f.key, c.k, coalesce(f.value, 0)::int8
  from (
    select p.k, sum(p.copies) as copies, sum(p.went) as went, sum(p.receptions) as receptions, sum(p.met) as met, sum(p.solved) as solved
    from (
      select * from months_counted(windows, leaders)
      union all
      select * from visits_counted(beside_months(windows), leaders)
    ) p
    group by p.k
    having sum(p.visits) > 0
  ) c
  cross join lateral (
    values
      ('materials_handed_out', c.copies),
      ('down_visit_person_times', c.went),
      ('receptions', c.receptions),
      ('people_received', c.met),
      ('reception_problems_solved', nullif(c.solved, 0))
  ) f(key, value)
  where f.value is not null
     or f.key <> 'reception_problems_solved'
  union all
  select 'publicity_officers', p.k, p.officers
  from publicity_officers(windows) p;
end
$$;

alter table visit_month enable row level security;
create policy definer on visit_month to zoufang_definer using (true) with check (true);
grant select, insert, delete on visit_month to zoufang_definer;
call settle_definers();
revoke all on function all_of, different, visit_month_of, visit_month_start, visit_counts, visit_month_counts, visit_months_follow,
  fold_visit_months, whole_months, within_months, beside_months, months_counted, visits_counted, publicity_visited, publicity_officers,
  figures_of_visits from public;
revoke all on procedure make_visit_months from public;
grant execute on function all_of, different to zoufang;
grant execute on function all_of, different, visit_month_of, visit_month_start, visit_counts, visit_month_counts, whole_months, within_months, beside_months
  to zoufang_definer;
call audit_retell();
