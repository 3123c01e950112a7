-- The figures of a work report: where and when they count, and what they read.
--
-- A figure is counted over windows: the region asked for, as far as the caller's grants reach, in ranges of recorded codes, each with the days on
-- which records of these codes count for it, cut to the periods that are compared. The functions look as definers, for analysts see no rows; what
-- blinds the caller they leave out.
set local search_path = zoufang;

-- Where the caller may have figures: in his grants as supervisor or analyst. What is published counts everywhere (published_figures).
create function figure_scope() returns int8multirange
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  if current_setting('zoufang.figures', true) = 'published' then
    return '{[100000000000,1000000000000)}';
  end if;
  return coalesce((
    select range_agg(int8range(g.first, g.last, '[]'))
    from role_grant g
    where g.user_id = me()
      and g.role in (2, 3)
      and g.starts_at <= now()
      and (g.ends_at is null or g.ends_at > now())
  ), '{}');
end
$$;

create index region_ended on region (code) where successor_code is not null;
create index region_succeeded on region (successor_code) where successor_code is not null;

-- The recorded codes that count for a region, as far as the caller's grants reach: ranges, and the days from from_day to before until_day on which
-- they do. Codes that ended stand alone: such a code is itself before it ended, and its successor from then on.
create function figure_land(asked int8) returns table (first int8, last int8, from_day date, until_day date)
language plpgsql stable security definer rows 5 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  chain_most constant int4 := 50;
  granted constant int8multirange := figure_scope();
  land int8range;
begin
  select int8range(r.first, r.last, '[]') into land from region r where r.code = asked;
  return query
  with recursive ended as (
    select r.code, r.successor_code, r.ended_on, r.current_code
    from region r
    where r.successor_code is not null
      and r.code >= lower(land)
      and r.code < upper(land)
    union
    select r.code, r.successor_code, r.ended_on, r.current_code
    from region r
    where r.successor_code >= lower(land)
      and r.successor_code < upper(land)
    union
    select r.code, r.successor_code, r.ended_on, r.current_code
    from ended e
    join region r on r.successor_code = e.code
  ),
  stood as (
    select e.code, e.code as stands, '-infinity'::date as from_day, e.ended_on as until_day, 1 as link
    from ended e
    where e.current_code <@ granted
    union all
    select s.code, n.code, s.until_day, greatest(s.until_day, coalesce(n.ended_on, 'infinity')), s.link + 1
    from stood s
    join region o on o.code = s.stands
    join region n on n.code = o.successor_code
    where s.link < chain_most
  )
  select lower(p.codes), upper(p.codes) - 1, '-infinity'::date, 'infinity'::date
  from unnest(
    int8multirange(land) * granted - coalesce((select range_agg(int8range(e.code, e.code, '[]')) from ended e), '{}')
  ) p(codes)
  union all
  select s.code, s.code, s.from_day, s.until_day
  from stood s
  where s.stands <@ land
    and s.from_day < s.until_day;
end
$$;

-- The same day a year before; 29 February becomes 1 March.
create function year_before(day date) returns date
language sql immutable parallel safe as $$
  select (case when to_char(day, 'MMDD') = '0229' then day + 1 else day end - interval '1 year')::date
$$;

-- Codes and days over which is counted: for period `k`, from `first` to `last`, from from_at (from_day) to before until_at (until_day). ends_at and
-- ends_on are the period's end: a window reaches it where until_day = ends_on. `county` is that of all its codes; NULL where windows are not cut by
-- counties.
create type figure_window as (
  k int4, county int8, first int8, last int8, from_at timestamptz, until_at timestamptz, from_day date, until_day date, ends_at timestamptz,
  ends_on date
);

-- The windows of a region: k 0 the period, 1 the one a year before, 2 two years before; 10 the full year before the period's, 11 to 13 those before
-- it.
create function figure_windows(asked int8, from_day date, until_day date, by_county boolean) returns figure_window[]
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return array(
    select row(
      p.k, c.county, greatest(l.first, c.first), least(l.last, c.last), day_start(d.from_day), day_start(d.until_day), d.from_day, d.until_day,
      day_start(p.until_day), p.until_day
    )::figure_window
    from (
      values
        (0, figure_windows.from_day, figure_windows.until_day),
        (1, year_before(figure_windows.from_day), year_before(figure_windows.until_day)),
        (2, year_before(year_before(figure_windows.from_day)), year_before(year_before(figure_windows.until_day)))
      union all
      select 9 + n, (y.starts - n * interval '1 year')::date, (y.starts - (n - 1) * interval '1 year')::date
      from date_trunc('year', figure_windows.from_day::timestamp) y(starts)
      cross join generate_series(1, 4) n
    ) p(k, from_day, until_day)
    cross join figure_land(asked) l
    cross join lateral (
      select distinct r.code / 1000000 as county, r.code / 1000000 * 1000000 as first, r.code / 1000000 * 1000000 + 999999 as last
      from region r
      where by_county
        and r.level <= 3
        and r.code between l.first and l.last
      union
      select l.first / 1000000, l.first / 1000000 * 1000000, l.first / 1000000 * 1000000 + 999999
      where by_county
      union all
      select null::int8, 0::int8, 999999999999
      where not by_county
    ) c
    cross join lateral (select greatest(p.from_day, l.from_day) as from_day, least(p.until_day, l.until_day) as until_day) d
    where greatest(l.first, c.first) <= least(l.last, c.last)
      and d.from_day < d.until_day
  );
end
$$;

-- What is counted for some periods `ks`: all codes that are for the same time, or `codes` NULL and all of the counties. A statement that takes spans as
-- values reads an index by what is known when it is planned, and several processes may share the reading; windows it would have to join.
create type figure_span as (
  ks int4[], counties int8[], codes int8multirange, from_at timestamptz, until_at timestamptz, ends_at timestamptz
);

create function figure_spans(windows figure_window[]) returns figure_span[]
language plpgsql immutable parallel safe as $$
begin
  return array(
    select row(array_agg(s.k), s.counties, s.codes, s.from_at, s.until_at, s.ends_at)::figure_span
    from (
      select w.k, array_agg(distinct w.county) as counties, case when not c.whole then range_agg(int8range(w.first, w.last, '[]')) end as codes,
             w.from_at, w.until_at, w.ends_at
      from unnest(windows) w
      cross join lateral (select w.first = w.county * 1000000 and w.last = w.first + 999999 as whole) c
      group by w.k, c.whole, w.from_at, w.until_at, w.ends_at
    ) s
    group by s.counties, s.codes, s.from_at, s.until_at, s.ends_at
  );
end
$$;

-- That a record of `name` lies in a span, $1[place], by its moment `at`. Of ranges of codes the planner believes that they hold next to nothing; of
-- coalesce it believes the half, which is nearer. Where all of the counties counts nothing of it is left to be looked at.
create function in_span(name text, at text, place int4) returns text
language sql immutable parallel safe as $$
  select format(
    '%1$s.region_code / 1000000 = any (($1[%3$s]).counties) and %1$s.%2$s >= ($1[%3$s]).from_at and %1$s.%2$s < ($1[%3$s]).until_at
     and coalesce(%1$s.region_code <@ ($1[%3$s]).codes, true)',
    name, at, place
  )
$$;

-- A statement over spans, $1, one after another: `each` is of one, with its number for %1$s and for %2$s that a record of `name` lies in it by its moment
-- `at`. Without any span it is of one that holds nothing.
create function over_spans(each text, name text, at text, spans figure_span[]) returns text
language sql immutable parallel safe as $$
  select string_agg(format(each, i, in_span(name, at, i)), ' union all ')
  from generate_series(1, greatest(cardinality(spans), 1)) i
$$;

-- The facts of some kinds that count in windows, and the leads received in them, without what blinds. Of a fact whether its conclusion was approved
-- before the period's end, and still in force then. Both are inlined where they are read: a statement that names its kinds is planned for the
-- index that has these.
create function facts_within(windows figure_window[], kinds int2[], blinded uuid[])
returns table (
  k int4, kind int2, holder_id uuid, concluded boolean, in_force boolean, channel int2, state int2, campaign_id uuid, sweep boolean, linked boolean,
  result int2, solved boolean, satisfaction int2, form int2, disciplined boolean, once uuid, led_by uuid
)
language sql stable parallel safe rows 1000 as $$
  select w.k, f.kind, f.holder_id, f.approved_at < w.ends_at, f.undone_at is null or f.undone_at >= w.ends_at, f.channel, f.state, f.campaign_id,
         f.sweep, f.linked, f.result, f.solved, f.satisfaction, f.form, f.disciplined, f.once, f.led_by
  from unnest(windows) w
  join fact f
    on f.region_code / 1000000 = w.county
   and f.kind = any (kinds)
   and f.at >= w.from_at
   and f.at < w.until_at
   and f.region_code between w.first and w.last
  where f.accused is null
     or not f.accused && blinded
$$;

create function leads_within(windows figure_window[], blinded uuid[])
returns table (k int4, region_code int8, channel int2, occurrence int2, sweep_round int4)
language sql stable parallel safe rows 1000 as $$
  select w.k, l.region_code, l.channel, l.occurrence, l.sweep_round
  from unnest(windows) w
  join lead l
    on l.region_code / 1000000 = w.county
   and l.received_at >= w.from_at
   and l.received_at < w.until_at
   and l.region_code between w.first and w.last
  where l.state <> 11
    and (l.accused is null or not l.accused && blinded)
$$;

-- What of a region is counted for the caller: whether that is less than all of it, and the topmost regions that are.
create function figure_sight(asked int8, out narrowed boolean, out counted int8[])
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  granted constant int8multirange := figure_scope();
begin
  select bool_or(not r.current_code <@ granted),
         coalesce(
           array_agg(r.code order by r.code)
             filter (where r.current_code <@ granted and (r.code = asked or not coalesce(p.current_code <@ granted, false))),
           '{}'
         )
  into narrowed, counted
  from region a
  join region r on r.code >= a.first and r.code <= a.last
  left join region p on p.code = r.parent_code
  where a.code = asked;
end
$$;

-- Refuses unless the caller may have figures of this region and period.
create function check_figures_asked(asked int8, from_day date, until_day date) returns void
language plpgsql stable as $$
declare
  years_most constant int4 := 20;
begin
  perform refuse_unless(exists (select from region r where r.code = asked), 'NO_SUCH_REGION', 'region_code');
  perform refuse_unless(from_day between '2000-01-01' and '2199-12-31', 'OUT_OF_RANGE', 'from');
  perform refuse_unless(until_day > from_day and until_day <= from_day + years_most * interval '1 year', 'NOT_A_PERIOD', 'to');
  perform refuse_unless((select s.counted <> '{}' from figure_sight(asked) s), 'FORBIDDEN', 'region_code');
end
$$;

-- What leads are counted by: the recorded county and the time they were received, of all that count.
create index lead_figures on lead ((region_code / 1000000), received_at) include (region_code, class, occurrence, channel, accused)
  where state <> 11;
create index lead_of_round on lead ((region_code / 1000000), received_at) include (region_code, id, accused)
  where sweep_round is not null and state <> 11;

-- Which two periods (k of figure_windows) each change compares. A change is a rate: what was gained ÷ what was there before. Each next row is the year
-- before of the one above it.
create function figure_changes() returns table (key text, k int4, now int4, before int4)
language sql immutable parallel safe rows 6 as $$
  values
    ('reports_change', 0, 0, 1),
    ('reports_change', 1, 1, 2),
    ('reports_change_year_1', 0, 10, 11),
    ('reports_change_year_1', 1, 11, 12),
    ('reports_change_year_2', 0, 11, 12),
    ('reports_change_year_2', 1, 12, 13)
$$;

-- 受理信访举报 and 检举控告.
-- Leads received, accusations and initial ones among them, by period.
create function reports_counted(windows figure_window[]) returns table (k int4, received int8, accusations int8, initial int8)
language plpgsql stable security definer rows 7 set search_path = zoufang, pg_temp set max_parallel_workers_per_gather = 2 as $$
#variable_conflict use_column
declare
  spans constant figure_span[] := figure_spans(windows);
begin
  return query execute format(
    'select k, sum(c.received)::int8, sum(c.accusations)::int8, sum(c.initial)::int8
     from (%s) c
     cross join lateral unnest(($1[c.span]).ks) k
     group by k',
    over_spans(
      'select %1$s as span, count(*) as received, count(*) filter (where l.class = 1) as accusations,
              count(*) filter (where l.class = 1 and l.occurrence = 1) as initial
       from lead l
       where %2$s and l.state <> 11 and l.channel <> 7 and (l.accused is null or not l.accused && $2)',
      'l', 'received_at', spans
    )
  ) using spans, blind();
end
$$;

create function figures_received(windows figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 20 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with counted as materialized (
    select * from reports_counted(windows)
  ),
  received as (
    select k, coalesce(c.received, 0) as n
    from unnest('{0,1,2,10,11,12,13}'::int4[]) k
    left join counted c using (k)
  )
  select v.key, c.k, v.value
  from counted c
  cross join lateral (
    values ('reports_received', c.received), ('accusations_received', c.accusations), ('accusations_initial', c.initial)
  ) v(key, value)
  where c.k < 2
  union all
  select v.key, g.k, v.value
  from figure_changes() g
  join received n on n.k = g.now
  join received b on b.k = g.before
  cross join lateral (values (g.key || '_gained', n.n - b.n), (g.key || '_before', b.n)) v(key, value);
end
$$;

-- What came of leads of sweep rounds, by conclusions and by what was told.
create function figures_of_rounds(windows figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  select 'sweep_problems', l.k, count(*)
  from leads_within(windows, blinded) l
  where l.sweep_round is not null
  group by l.k
  union all
  select v.key, t.k, v.value
  from (
    select f.k,
           count(*) filter (where f.kind = 1) as concluded,
           count(*) filter (where f.kind = 4 and f.satisfaction <= 2) as satisfied,
           count(*) filter (where f.kind = 4 and f.satisfaction <= 4) as asked
    from facts_within(windows, '{1,4}', blinded) f
    where f.sweep
      and f.state <> 11
      and f.in_force
    group by f.k
  ) t
  cross join lateral (values ('sweep_concluded', t.concluded), ('sweep_satisfied', t.satisfied), ('sweep_asked', t.asked)) v(key, value);
end
$$;

-- 件 of leads: each matter once, however many leads are linked to it. What is counted has no lead where a problem was listed without one.
create function figures_of_matters(windows figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 20 set search_path = zoufang, pg_temp set work_mem = '64MB' as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
  hidden constant uuid[] := array(select l.id from lead l where l.accused && blinded);
  leaders constant uuid[] := array(select a.id from account a where a.leader);
begin
  return query
  with recursive counted as materialized (
    select 'reception_problems_solved' as key, w.k, l.id, true as linked
    from unnest(windows) w
    join visit v
      on v.region_code / 1000000 = w.county
     and v.started_at >= w.from_at
     and v.started_at < w.until_at
     and v.region_code between w.first and w.last
    cross join lateral unnest(array_remove(v.solved_leads, null)) s(lead_id)
    left join lead l on l.id = s.lead_id and l.id <> all (hidden)
    where v.state = 1
      and v.kind = 2
      and array_remove(v.solved_leads, null) <> '{}'
      and v.led_by = any (leaders)
    union all
    select 'reception_problems_solved', f.k, f.holder_id, f.linked
    from facts_within(windows, '{6}', blinded) f
    where f.state <> 11
      and f.concluded
      and f.in_force
      and f.led_by = any (leaders)
    union all
    select 'down_visit_leads', f.k, f.holder_id, true
    from facts_within(windows, '{5}', blinded) f
    where f.linked
      and f.state <> 11
    union all
    select 'false_accusations', f.k, f.holder_id, true
    from facts_within(windows, '{1}', blinded) f
    where f.result in (3, 4)
      and f.linked
      and f.state <> 11
      and f.in_force
    union all
    select 'business_problems_rectified', f.k, f.holder_id, f.linked
    from facts_within(windows, '{1}', blinded) f
    where f.channel = 7
      and f.solved
      and f.state <> 11
      and f.in_force
      and f.campaign_id in (select g.id from campaign g where g.domain = 'business')
    union all
    select 'sweep_reported_back', f.k, f.holder_id, f.linked
    from facts_within(windows, '{4}', blinded) f
    where f.sweep
      and f.state <> 11
  ),
  reached as (
    select distinct c.id as start, c.id
    from counted c
    where c.linked
      and c.id is not null
    union
    select r.start, n.id
    from reached r
    cross join lateral (
      select n.other_id from lead_link n where n.lead_id = r.id
      union all
      select n.lead_id from lead_link n where n.other_id = r.id
    ) n(id)
    where n.id <> all (hidden)
  ),
  matter as (
    select distinct on (r.start) r.start, r.id
    from reached r
    order by r.start, r.id
  )
  select s.key, s.k, sum(s.n)::int8
  from (
    select c.key, c.k, count(distinct coalesce(m.id, c.id)) + count(*) filter (where c.id is null) as n
    from counted c
    left join matter m on m.start = c.id
    group by c.key, c.k
    union all
    -- Leads that are linked to none are a matter each, and brought or concluded once.
    select 'down_visit_leads', f.k, count(*)
    from facts_within(windows, '{5}', blinded) f
    where not f.linked
      and f.state <> 11
    group by f.k
    union all
    select 'false_accusations', f.k, count(*)
    from facts_within(windows, '{1}', blinded) f
    where f.result in (3, 4)
      and not f.linked
      and f.state <> 11
      and f.in_force
    group by f.k
  ) s
  group by s.key, s.k;
end
$$;

call settle_definers();
revoke all on function figure_scope, figure_land, year_before, figure_windows, figure_spans, in_span, over_spans, facts_within,
  leads_within, reports_counted, figure_sight, check_figures_asked, figure_changes, figures_received, figures_of_rounds, figures_of_matters from public;
grant execute on function year_before, figure_sight, check_figures_asked to zoufang;
grant execute on function year_before, day_start, local_day, local_zone, figure_changes, figure_spans, in_span, over_spans, facts_within,
  leads_within to zoufang_definer;
