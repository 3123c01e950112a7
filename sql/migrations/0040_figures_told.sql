-- What analysts and the public are told: one path for breakdowns, hot spots, rankings, the work report and what is published of it (0043). What may be
-- told 0036 says, of counts that hang on nobody: all of a city's year, whoever asks. docs/figures-analysis.md has the reasons.
set local search_path = zoufang;

-- --- What may be asked ---

-- Refuses what analysts cannot ask: a period that is no calendar month, quarter, half-year or year, or of a year that goes on.
create function check_calendar_period(asked int8, from_day date, until_day date) returns void
language plpgsql stable as $$
begin
  if figures_exact(asked) then
    return;
  end if;
  perform refuse_unless(
    exists (
      select
      from unnest('{1,3,6,12}'::int4[]) n
      where from_day = date_trunc('month', from_day)
        and (extract(month from from_day)::int4 - 1) % n = 0
        and until_day = from_day + n * interval '1 month'
    ),
    'NOT_A_CALENDAR_PERIOD', 'to'
  );
  perform refuse_unless(date_trunc('year', from_day) + interval '1 year' <= local_day(now()), 'NOT_OVER', 'to');
end
$$;

-- The same of a work report: of analysts it is of whole years that are over, and what is counted of counties or wider.
create function check_figures_told(asked int8, from_day date, until_day date) returns void
language plpgsql stable as $$
begin
  if figures_exact(asked) then
    return;
  end if;
  perform refuse_unless(
    not exists (
      select
      from figure_sight(asked) s
      cross join lateral unnest(s.counted) c(code)
      join region r on r.code = c.code
      where r.level > 3
    ),
    'TOO_NARROW', 'region_code'
  );
  perform refuse_unless(from_day = date_trunc('year', from_day::timestamp)::date, 'NOT_A_YEAR', 'from');
  perform refuse_unless(until_day = (from_day + interval '1 year')::date, 'NOT_A_YEAR', 'to');
  perform refuse_unless(until_day <= local_day(now()), 'NOT_OVER', 'to');
end
$$;

-- --- Leads received: cells of places, months and values ---

-- The code that stood on a day for a recorded one.
create function code_standing(code int8, day date) returns int8
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  chain_most constant int4 := 50;
  stands int8 := code;
  next int8;
begin
  for link in 1..chain_most loop
    select r.successor_code into next from region r where r.code = stands and r.successor_code is not null and r.ended_on <= day;
    exit when not found;
    stands := next;
  end loop;
  return stands;
end
$$;

-- The leads that a city received in a year, by townships (of the code that stood on the day), months, and `value`, an expression of a lead l.
create function cells_of_city(city int8, year int4, value text) returns count_cell[]
language plpgsql stable security definer
set search_path = zoufang, pg_temp set zoufang.figures = 'published' set zoufang.scope = '{}' set zoufang.blind = '{}' as $$
declare
  cells count_cell[];
begin
  execute format(
    'select coalesce(array_agg(row(%L, c.value, c.township, c.month, c.n)::count_cell), %L)
     from (
       select case when w.first = w.last then code_standing(w.first, w.from_day) else l.region_code end / 1000 as township,
              extract(month from l.received_at at time zone local_zone()) as month, %s as value, count(*) as n
       from unnest($1) w
       join lead l
         on l.region_code / 1000000 = w.county
        and l.received_at >= w.from_at
        and l.received_at < w.until_at
        and l.region_code between w.first and w.last
       where l.state <> 11
         and l.channel <> 7
       group by 1, 2, 3
     ) c',
    '', '{}', value
  )
  into cells
  using array(select w from unnest(figure_windows(city, make_date(year, 1, 1), make_date(year + 1, 1, 1), true)) w where w.k = 0);
  return cells;
end
$$;

-- All keys of a content dimension, '' for what is not stated, and the expression of a lead's key.
create function keys_of(dim text, out keys text[], out expression text)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  d record;
begin
  select * into d from dimensions() o where o.name = dim;
  execute format('select array(%s union select %L)', d.domain, '') into keys;
  expression := format('coalesce(%s, %L)', format(d.key, '(' || d.expression || ')'), '');
end
$$;

-- What may be told of what is counted in cells: by places, or with `keys` by all values that there can be.
create function told_cells(city int8, year int4, cells count_cell[], keys text[], months int4, depth int4)
returns table (value text, level int2, code int8, month int2, n int8)
language plpgsql stable security definer rows 500 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  townships constant int4[] := array(
    select (r.code / 1000)::int4
    from region r
    where r.level = 4
      and r.code between city and city + 99999999
      and (r.ended_on is null or r.ended_on > make_date(year, 1, 1))
    union
    select c.township from unnest(cells) c
  );
begin
  return query
  select t.value, t.level, t.place * case t.level when 2 then 100000000::int8 when 3 then 1000000 else 1000 end, t.month, t.n
  from (
    select '' as value, p.level, p.place, p.month, p.n
    from told_places(cells, '{""}', townships, months, depth) p
    where keys is null
    union all
    select v.value, v.level, v.place, v.month, v.n
    from told_values(cells, array(select k from unnest(keys) k union select c.value from unnest(cells) c), townships, months, depth) v
    where keys is not null
  ) t;
end
$$;

-- The leads received that may be told of cities in a year that is over, by places or also by a content dimension. Level 2 a city, 3 a county (what
-- is recorded for a city itself has its code), 4 a township; month 0 for the whole year.
create function told_of(cities int8[], year int4, dim text, depth int4)
returns table (value text, level int2, code int8, month int2, n int8)
language plpgsql stable security definer rows 500 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  of_dim record;
begin
  select null::text[] as keys, '''''' as expression into of_dim;
  if dim is not null then
    of_dim := keys_of(dim);
  end if;
  return query
  select t.*
  from unnest(cities) c(city)
  cross join lateral told_cells(c.city, year, cells_of_city(c.city, year, of_dim.expression), of_dim.keys, 12, depth) t;
end
$$;

-- The villages of cities that may be told as visited within a period. How many there are everybody knows.
create function told_visited(cities int8[], from_day date, until_day date, depth int4) returns table (level int2, code int8, n int8)
language plpgsql stable security definer rows 100 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select t.level, t.code, t.n
  from unnest(cities) c(city)
  cross join lateral told_cells(
    c.city, extract(year from from_day)::int4,
    array(
      select row('', v.value, v.township, 1, count(*))::count_cell
      from (
        select (r.code / 1000)::int4 as township, case when is_visited(r.code, from_day, until_day) then 'visited' else 'waiting' end as value
        from region r
        where r.level = 5
          and r.successor_code is null
          and r.code between c.city and c.city + 99999999
      ) v
      group by v.value, v.township
    ),
    '{visited,waiting}', 1, depth
  ) t
  where t.value = 'visited'
    and t.month = 0;
end
$$;

-- What an analyst is told of a breakdown by leads received: sums of what may be told, where all that they add up may be. Rows as of counted_by.
create function told_by(asked int8, from_day date, until_day date, dims text[])
returns table (by text, keys text[], key_names text[], counts int8[])
language plpgsql stable security definer rows 1000 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  places constant int8[] := array(select figure_places(asked));
  cities constant int8[] := array(select distinct p / 100000000 * 100000000 from unnest(places) p);
  year constant int4 := extract(year from from_day);
  whole_year constant boolean := until_day = from_day + interval '1 year';
  about constant text := (select d.name from dimensions() d where d.content and d.name = any (dims));
  stage constant text := (select d from unnest(dims) d where d in ('city', 'county', 'township'));
  stage_level constant int4 := array_position('{city,county,township}', stage) + 1;
  stage_width constant int8 := case stage_level when 2 then 100000000 when 3 then 1000000 else 1000 end;
  depth constant int4 := case when stage_level = 4 or exists (select from region r where r.code = any (places) and r.level > 3) then 4 else 3 end;
begin
  return query
  with told as materialized (
    select '' as dim, t.* from told_of(cities, year, null, depth) t
    union all
    select about, t.* from told_of(cities, year, about, depth) t where about is not null
  ),
  -- Wholes: what is asked for, and where it is broken down by places the parts that each of them has.
  unit as (
    select u.*, count(*) over (partition by u.dim, u.code) as parts
    from (
      select null as dim, null::int8 as code, r.level as part_level, r.code as part
      from region r
      where r.code = any (places)
      union all
      select stage, r.code / stage_width * stage_width, r.level, r.code from region r where r.code = any (places) and r.level >= stage_level
      union all
      select distinct stage, t.code, t.level, t.code
      from region r
      join told t on t.code between r.first and r.last and t.level = stage_level
      where r.code = any (places)
        and r.level < stage_level
    ) u
  ),
  span as (
    select null as month, null::int4 as at, m.month::int2 as part, count(*) over () as parts
    from generate_series(
      case when whole_year then 0 else extract(month from from_day)::int4 end,
      case when whole_year then 0 else extract(month from until_day - 1)::int4 end
    ) m(month)
    union all
    select 'month', m.month, m.month, 1
    from generate_series(extract(month from from_day)::int4, extract(month from until_day - 1)::int4) m(month)
  ),
  -- By all dimensions, by each, and of all.
  grouped as (
    select 0 as nth, told_by.dims as by_dims
    union all
    select d.nth, array[d.dim] from unnest(dims) with ordinality d(dim, nth) where cardinality(dims) > 1
    union all
    select 4, '{}'
  ),
  stated as (
    select g.nth, g.by_dims, u.code, s.at, t.value, sum(t.n)::int8 as n
    from grouped g
    join unit u on u.dim is not distinct from case when stage = any (g.by_dims) then stage end
    join span s on s.month is not distinct from case when 'month' = any (g.by_dims) then 'month' end
    join told t
      on t.dim = case when about = any (g.by_dims) then about else '' end
     and t.level = u.part_level
     and t.code = u.part
     and t.month = s.part
    group by g.nth, g.by_dims, u.code, s.at, t.value
    having count(*) = max(u.parts) * max(s.parts)
  )
  select array_to_string(s.by_dims, ','),
         array(
           select case p.named when stage then s.code::text when 'month' then year || '-' || lpad(s.at::text, 2, '0') else s.value end
           from unnest(s.by_dims) with ordinality p(named, nth)
           order by p.nth
         ),
         array(
           select coalesce(case p.named when stage then r.name when about then m.name end, '')
           from unnest(s.by_dims) with ordinality p(named, nth)
           order by p.nth
         ),
         array[s.n]
  from stated s
  left join region r on r.code = s.code
  left join term m on m.vocabulary = array_position('{domain,type,cause}', about) and m.code = s.value
  order by s.nth, 2;
end
$$;

call settle_definers();
revoke all on function check_calendar_period, check_figures_told, code_standing, cells_of_city, keys_of, told_cells, told_of, told_visited, told_by
  from public;
grant execute on function check_calendar_period, check_figures_told to zoufang;
grant execute on function check_figures_told to zoufang_definer;
