-- Where to look: rankings of regions, the backlog, and what stands out. Counted as in 0037.
set local search_path = zoufang;

-- The regions of a level ("county", "township") below the one asked for, as far as the caller may have figures of them.
create function regions_ranked(asked int8, level text) returns table (code int8, name text)
language plpgsql stable security definer rows 20 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  granted constant int8multirange := figure_scope();
begin
  return query
  select r.code, r.name
  from region a
  join region r on r.code between a.first and a.last and r.level = case regions_ranked.level when 'county' then 3 else 4 end
  where a.code = asked
    and r.successor_code is null
    and int8range(r.first, r.last, '[]') <@ granted
    and r.level >= a.level;
end
$$;

-- Open leads as they stand now, and which villages somebody visited in a period, by regions of a level.
create index lead_open_figures on lead (region_code) include (received_at, due_by, office_id, accused) where open;

create function regions_standing(codes int8[], from_day date, until_day date)
returns table (code int8, open int8, overdue int8, villages int8, visited int8)
language plpgsql stable security definer rows 20 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  select r.code, o.open, o.overdue, v.villages, v.visited
  from region r
  cross join lateral (
    select count(*) as open, count(*) filter (where l.due_by < now()) as overdue
    from lead l
    where l.open
      and l.region_code between r.first and r.last
      and (l.accused is null or not l.accused && blinded)
  ) o
  cross join lateral (
    select count(*) as villages, count(*) filter (where is_visited(g.code, from_day, until_day)) as visited
    from region g
    where g.code between r.first and r.last
      and g.level = 5
      and g.successor_code is null
  ) v
  where r.code = any (codes);
end
$$;

-- RankRegions. `by` one of received, overdue, satisfaction, coverage; the highest first, those without a number last. Analysts are told what 0040 tells:
-- leads received, and villages visited.
create function ranked_regions(asked int8, level text, by text, from_day date, until_day date)
returns table (code int8, name text, rank int4, received int8, open int8, overdue int8, asked_how int8, satisfied int8, villages int8, visited int8)
language plpgsql stable security definer rows 20 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  regions_most constant int4 := 5000;
  exact constant boolean := figures_exact(asked);
  -- What is not counted is 0 to who is told everything.
  nothing constant int8 := case when exact then 0 end;
  dims constant text[] := array[level];
  codes constant int8[] := array(select r.code from regions_ranked(asked, level) r);
  cities constant int8[] := array(select distinct c / 100000000 * 100000000 from unnest(codes) c);
  depth constant int4 := case level when 'county' then 3 else 4 end;
begin
  perform refuse_unless(cardinality(codes) <= regions_most, 'TOO_MANY_ROWS', 'level');
  perform refuse_unless(exact or ranked_regions.by in ('received', 'coverage'), 'NOT_TOLD', 'by');
  return query
  with counted as materialized (
    select c.keys[1]::int8 as code, c.counts
    from counted_by(analysis_spans(asked, from_day, until_day), dims, '{received,asked,satisfied}') c
    where exact
      and c.by = level
    union all
    select c.keys[1]::int8, c.counts
    from told_by(asked, from_day, until_day, dims) c
    where not exact
      and c.by = level
  ),
  told as materialized (
    select t.code from told_visited(cities, from_day, until_day, depth) t where not exact and t.level = depth
  ),
  stated as (
    select r.code, r.name,
           coalesce(c.counts[1], nothing) as received,
           case when exact then s.open end as open,
           case when exact then s.overdue end as overdue,
           coalesce(c.counts[8], nothing) as asked_how,
           coalesce(c.counts[9], nothing) as satisfied,
           s.villages,
           case when exact or r.code in (select t.code from told t) then s.visited end as visited
    from regions_ranked(asked, level) r
    join regions_standing(codes, from_day, until_day) s using (code)
    left join counted c using (code)
  ),
  measured as (
    select s.*,
           case ranked_regions.by
             when 'received' then s.received::numeric
             when 'overdue' then s.overdue
             when 'satisfaction' then s.satisfied::numeric / nullif(s.asked_how, 0)
             else s.visited::numeric / nullif(s.villages, 0)
           end as measure
    from stated s
  )
  select m.code, m.name,
         case when m.measure is not null then (rank() over (order by m.measure desc nulls last))::int4 end,
         m.received, m.open, m.overdue, m.asked_how, m.satisfied, m.villages, m.visited
  from measured m
  order by m.measure desc nulls last, m.code;
end
$$;

-- Whether somebody visited a village within a period; held and withdrawn visits do not count.
create function is_visited(village int8, from_day date, until_day date) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (
    select
    from visit v
    where v.current_code = village
      and v.state = 1
      and v.started_at >= day_start(from_day)
      and v.started_at < day_start(until_day)
  );
end
$$;

-- Backlog: ages of open leads, in days since they were received. To analysts nothing of it: what is open changes from one moment to the next, and the
-- difference is a lead.
create function backlog_bands(asked int8) returns table (from_days int4, to_days int4, open int8, overdue int8)
language plpgsql stable security definer rows 6 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  select b.from_days, b.to_days, coalesce(c.open, 0), coalesce(c.overdue, 0)
  from (values (4, 366, null), (3, 181, 365), (2, 91, 180), (1, 31, 90), (0, 0, 30)) b(age, from_days, to_days)
  left join (
    select width_bucket(local_day(now()) - local_day(l.received_at), '{31,91,181,366}'::int4[]) as age,
           count(*) as open,
           count(*) filter (where l.due_by < now()) as overdue
    from (select distinct f.first, f.last from figure_land(asked) f) w
    join lead l on l.open and l.region_code between w.first and w.last
    where l.accused is null or not l.accused && blinded
    group by 1
  ) c using (age)
  where figures_exact(asked)
  order by b.age desc;
end
$$;

-- How many are open and overdue in all.
create function backlog_open(asked int8, out open int8, out overdue int8)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  if not figures_exact(asked) then
    return;
  end if;
  select count(*), count(*) filter (where l.due_by < now())
  into open, overdue
  from (select distinct f.first, f.last from figure_land(asked) f) w
  join lead l on l.open and l.region_code between w.first and w.last
  where l.accused is null or not l.accused && blind();
end
$$;

-- How long steps took that were taken within the last 90 days: the median, in days, by the state that was left. Analysts get it of ten at least, and
-- not how many there were.
create index lead_event_step on lead_event (at) include (lead_id, from_state) where from_state is not null;

create function backlog_steps(asked int8) returns table (state int2, median_days float8, steps int8)
language plpgsql stable security definer rows 15 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  steps_least constant int4 := 10;
  exact constant boolean := figures_exact(asked);
  blinded constant uuid[] := case when exact then blind() else '{}' end;
begin
  return query
  select e.from_state,
         round((percentile_cont(0.5) within group (order by extract(epoch from e.at - b.at)) / 86400)::numeric, 1)::float8,
         case when exact then count(*) end
  from lead_event e
  join lead l on l.id = e.lead_id
  join (select distinct f.first, f.last from figure_land(asked) f) w on l.region_code between w.first and w.last
  cross join lateral (
    select p.at
    from lead_event p
    where p.lead_id = e.lead_id
      and p.at <= e.at
      and (p.to_state = e.from_state or p.kind = 1 and e.from_state = 1)
    order by p.at desc
    limit 1
  ) b
  where e.from_state is not null
    and e.at >= now() - interval '90 days'
    and (l.accused is null or not l.accused && blinded)
  group by e.from_state
  having exact or count(*) >= steps_least
  order by e.from_state;
end
$$;

-- Open and overdue leads by the office that answers, most overdue first; for supervisors.
create function backlog_offices(asked int8) returns table (office_id uuid, name text, open int8, overdue int8)
language plpgsql stable security definer rows 100 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  offices_most constant int4 := 500;
  blinded constant uuid[] := blind();
begin
  return query
  select l.office_id, o.name, count(*), count(*) filter (where l.due_by < now())
  from (select distinct f.first, f.last from figure_land(asked) f) w
  join lead l on l.open and l.region_code between w.first and w.last
  left join office o on o.id = l.office_id
  where figures_exact(asked)
    and (l.accused is null or not l.accused && blinded)
  group by l.office_id, o.name
  having count(*) filter (where l.due_by < now()) > 0
  order by 4 desc, o.name, l.office_id
  limit offices_most;
end
$$;

-- The probability that a count is at least `observed` where `seen` were counted before on 1/ratio of the exposure: what was seen is taken as Poisson,
-- its rate as known by Jeffreys' prior, so that the next count is negative binomial with seen + 1/2 and odds `ratio`.
create function count_tail(observed int8, seen int8, ratio float8) returns float8
language plpgsql immutable parallel safe as $$
declare
  precision constant float8 := 1e-9;
  size constant float8 := seen + 0.5;
  share constant float8 := ratio / (1 + ratio);
  logarithm float8 := -size * ln(1 + ratio);
  term float8;
  tail float8 := 0;
  n int8 := 0;
begin
  if observed <= 0 then
    return 1;
  end if;
  while n < observed loop
    logarithm := logarithm + ln((size + n) / (n + 1) * share);
    n := n + 1;
  end loop;
  if logarithm < -700 then
    return 0;
  end if;
  term := exp(logarithm);
  -- Terms grow up to the mean; behind it they fall ever faster than `share`.
  while tail = 0 or term > tail * precision loop
    tail := tail + term;
    term := term * (size + n) / (n + 1) * share;
    n := n + 1;
  end loop;
  return least(tail, 1);
end
$$;

-- What stands out among cells (a place's count of a subject): how likely each count is by its own past and by what its neighbours have, the larger
-- of both, and that adjusted for how many cells were looked at (Benjamini and Hochberg). `past_ratio`: the period's length over the past's;
-- neighbours are the other places, in proportion to what each received of everything else. Cells with fewer than `least_count` are not looked into,
-- but they count.
create function stand_out(places int8[], subjects text[], counts int8[], pasts int8[], past_ratio float8, least_count int4)
returns table (cell int4, expected_past float8, expected_near float8, likelihood float8, adjusted float8)
language plpgsql immutable parallel safe rows 1000 as $$
#variable_conflict use_column
begin
  return query
  with given as materialized (
    select c.cell::int4 as cell, c.place, c.subject, c.n, c.past,
           sum(c.n) over (partition by c.place) as of_place,
           sum(c.n) over (partition by c.subject) as of_subject,
           sum(c.n) over () as of_all
    from unnest(places, subjects, counts, pasts) with ordinality c(place, subject, n, past, cell)
  ),
  compared as materialized (
    select g.*, l.cells,
           past_ratio * g.past as by_past,
           ((g.of_place - g.n + 1) / (g.of_all - g.of_place - g.of_subject + g.n + l.places - 1))::float8 as near_ratio,
           (g.of_subject - g.n)::int8 as near
    from given g
    cross join (select count(distinct place) as places, count(distinct place) * count(distinct subject) as cells from given) l
    where g.n >= least_count
      and l.places > 1
  ),
  judged as materialized (
    select c.cell, c.cells, c.by_past, c.near_ratio * c.near as by_near,
           case
             when c.n <= c.by_past or c.n <= c.near_ratio * c.near then 1
             else greatest(count_tail(c.n, c.past, past_ratio), count_tail(c.n, c.near, c.near_ratio))
           end as likelihood
    from compared c
  )
  select j.cell, j.by_past, j.by_near, j.likelihood,
         least(min(j.likelihood * j.cells / j.place) over (order by j.place desc), 1)
  from (select *, row_number() over (order by likelihood) as place from judged) j;
end
$$;

-- HotSpots: for supervisors by type and cause, for analysts by type or by cause alone, out of what they are told by the year: what follows from that
-- follows from what they have. The past is the year before the period (for analysts the calendar year before it).
create function hot_spots(asked int8, level text, from_day date, until_day date, rate float8, least_count int4)
returns table (code int8, name text, type text, cause text, type_name text, cause_name text, n int8, expected_past float8, expected_near float8,
  likelihood float8, adjusted float8)
language plpgsql stable security definer rows 100 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  spots_most constant int4 := 500;
  past_from constant date := (from_day - interval '1 year')::date;
  ratio constant float8 := (until_day - from_day)::float8 / (from_day - past_from);
  calendar_past constant date := (date_trunc('year', from_day) - interval '1 year')::date;
  calendar_ratio constant float8 := (until_day - from_day)::float8 / (date_trunc('year', from_day)::date - calendar_past);
  least_given constant int8 := least_told();
  cells record;
begin
  if figures_exact(asked) then
    select array_agg(c.code) as places, array_agg(c.type) as types, array_agg(c.cause) as causes, array_agg(c.n) as counts, array_agg(c.past) as pasts
    into cells
    from (
      select c.keys[1]::int8 as code, c.keys[2] as type, c.keys[3] as cause,
             coalesce(sum(c.counts[1]) filter (where p.now), 0)::int8 as n,
             coalesce(sum(c.counts[1]) filter (where not p.now), 0)::int8 as past
      from (values (true, from_day, until_day), (false, past_from, from_day)) p(now, from_day, until_day)
      cross join lateral counted_by(analysis_spans(asked, p.from_day, p.until_day), array[level, 'type', 'cause'], '{received}') c
      where c.by = level || ',type,cause'
        and c.keys[1]::int8 in (select r.code from regions_ranked(asked, level) r)
      group by 1, 2, 3
    ) c;
  else
    select array_agg(c.code) as places, array_agg(c.type) as types, array_agg(c.cause) as causes, array_agg(c.n) as counts, array_agg(c.past) as pasts
    into cells
    from (
      select now.keys[1]::int8 as code,
             case when d.name = 'type' then now.keys[2] end as type,
             case when d.name = 'cause' then now.keys[2] end as cause,
             now.counts[1] as n, past.counts[1] as past
      from (values ('type'), ('cause')) d(name)
      cross join lateral told_by(asked, from_day, until_day, array[level, d.name]) now
      join lateral told_by(asked, calendar_past, date_trunc('year', from_day)::date, array[level, d.name]) past
        on (past.by, past.keys) = (now.by, now.keys)
      where now.by = level || ',' || d.name
    ) c;
  end if;
  if cells.places is null then
    return;
  end if;
  return query
  select cells.places[s.cell], r.name, cells.types[s.cell], cells.causes[s.cell], t.name, c.name, cells.counts[s.cell],
         round(s.expected_past::numeric, 1)::float8, round(s.expected_near::numeric, 1)::float8, s.likelihood, s.adjusted
  from stand_out(
    cells.places,
    array(select coalesce(u.type, '') || '/' || coalesce(u.cause, '') from unnest(cells.types, cells.causes) with ordinality u(type, cause, place) order by u.place),
    cells.counts, cells.pasts,
    case when figures_exact(asked) then ratio else calendar_ratio end,
    greatest(least_count, least_given::int4)
  ) s
  join region r on r.code = cells.places[s.cell]
  left join term t on t.vocabulary = 2 and t.code = cells.types[s.cell]
  left join term c on c.vocabulary = 3 and c.code = cells.causes[s.cell]
  where s.adjusted <= rate
  order by s.adjusted, s.likelihood, s.cell
  limit spots_most;
end
$$;

call settle_definers();
revoke all on function regions_ranked, regions_standing, ranked_regions, is_visited, backlog_bands, backlog_open, backlog_steps, backlog_offices,
  count_tail, stand_out, hot_spots from public;
grant execute on function ranked_regions, backlog_bands, backlog_open, backlog_steps, backlog_offices, hot_spots to zoufang;
grant execute on function count_tail, stand_out, is_visited to zoufang_definer;
