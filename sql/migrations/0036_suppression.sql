-- Small counts: what of a set of counts may be told, so that no count under three follows from it.
--
-- Counts come as cells: of a township and a month, and of a value of one dimension. Told are totals of a city, its counties and townships, for the
-- year and its months, and the same by value; and whole years of other counts. Two rules make all of it, and docs/figures-analysis.md says why they are
-- enough:
-- who is told one part of a whole is told so little of the rest that it is at least two parts and at least three records (told_columns);
-- and what is told of finer parts hangs as a tree on what is told of the whole: a county's months under the county, its values under
-- those, never across. The functions know no table: who calls them counts.
set local search_path = zoufang;

-- A count of one township and month. `series`: which figure; `value`: of the dimension, '' for what has none.
create type count_cell as (series text, value text, township int4, month int2, n int8);

-- The least count that is told.
create function least_told() returns int8
language sql immutable parallel safe as $$ select 3::int8 $$;

-- Which columns of a table of counts may be told in every row, where each row's sum and each column's are known. `counts` row by row. A
-- column is told where it is not small in any row, and `open` where that is given; the columns that are not must be two at least and together
-- not small in any row (nor, of one row, so many that each must be as large as a small count can be): else the weakest of the told is held
-- back with them.
create function told_columns(counts int8[], width int4, open boolean[] default null) returns boolean[]
language plpgsql immutable parallel safe as $$
declare
  least constant int8 := least_told();
  height constant int4 := cardinality(counts) / width;
  told boolean[];
  lowest int8[];
  weakest int4;
  hidden int4;
  rest int8;
  rest_lowest int8;
begin
  for c in 1..width loop
    lowest[c] := counts[c];
    for r in 1..height - 1 loop
      lowest[c] := least(lowest[c], counts[r * width + c]);
    end loop;
    told[c] := lowest[c] >= least and coalesce(open[c], true);
    if told[c] and (weakest is null or lowest[c] < lowest[weakest]) then
      weakest := c;
    end if;
  end loop;
  hidden := cardinality(array_positions(told, false));
  if hidden = 0 or weakest is null then
    return told;
  end if;
  for r in 0..height - 1 loop
    rest := 0;
    for c in 1..width loop
      if not told[c] then
        rest := rest + counts[r * width + c];
      end if;
    end loop;
    rest_lowest := least(rest_lowest, rest);
  end loop;
  if hidden < 2 or rest_lowest < least or (height = 1 and rest = hidden * (least - 1)) then
    told[weakest] := false;
  end if;
  return told;
end
$$;

-- What may be told of places. `townships`: all of one city (9 digits; a record of the county itself or the city itself counts as of a
-- township of their own), `months` of the year that have begun. Answers, for each of the series asked: level 2 the city, 3 a county, 4 a township
-- (as `depth` asks: no deeper than that level), month 0 for the whole year.
create function told_places(cells count_cell[], asked text[], townships int4[], months int4, depth int4 default 4)
returns table (series text, level int2, place int4, month int2, n int8)
language plpgsql immutable parallel safe rows 500 as $$
#variable_conflict use_column
declare
  least constant int8 := least_told();
begin
  return query
  with cell as materialized (
    select c.series, c.township / 1000 as county, c.township, c.month::int2 as month, sum(c.n)::int8 as n
    from (
      select c.series, c.township, c.month, c.n
      from unnest(cells) c
      union all
      select a.series, p.township, m.month, 0
      from unnest(asked) a(series)
      cross join unnest(townships) p(township)
      cross join generate_series(1, months) m(month)
    ) c
    group by c.series, c.township, c.month
  ),
  city as (
    select c.series, (min(c.county) / 100) as place, sum(c.n)::int8 as n
    from cell c
    group by c.series
    having sum(c.n) >= least
  ),
  -- Months of the city; those not told are one row, 0, in what follows.
  city_month as materialized (
    select g.series, u.month, u.told, case when u.told then u.month else 0 end as line, u.n
    from (
      select m.series, array_agg(m.month order by m.month) as months, array_agg(m.n order by m.month) as counts
      from (select c.series, c.month, sum(c.n)::int8 as n from cell c join city using (series) group by c.series, c.month) m
      group by m.series
    ) g
    cross join lateral unnest(g.months, g.counts, told_columns(g.counts, cardinality(g.counts))) u(month, n, told)
  ),
  county as materialized (
    select g.series, u.county, u.told, u.n
    from (
      select m.series, array_agg(m.county order by m.county) as counties, array_agg(m.n order by m.county) as counts
      from (select c.series, c.county, sum(c.n)::int8 as n from cell c join city using (series) group by c.series, c.county) m
      group by m.series
    ) g
    cross join lateral unnest(g.counties, g.counts, told_columns(g.counts, cardinality(g.counts))) u(county, n, told)
  ),
  -- Counties by month.
  county_line as materialized (
    select c.series, m.line, c.county, k.told, sum(c.n)::int8 as n
    from cell c
    join city_month m using (series, month)
    join county k using (series, county)
    group by c.series, m.line, c.county, k.told
  ),
  weak_county as materialized (
    select h.series from county_line h where not h.told group by h.series, h.line having sum(h.n) < least
  ),
  county_by_month as materialized (
    select g.series, u.county
    from (
      select l.series,
             array_agg(l.n order by l.line, l.county) as counts,
             array_agg(distinct l.county order by l.county) as counties
      from county_line l
      where l.told
        and l.series not in (select w.series from weak_county w)
      group by l.series
    ) g
    cross join lateral unnest(g.counties, told_columns(g.counts, cardinality(g.counties))) u(county, told)
    where u.told
  ),
  -- Townships within their counties, and by month where the county is.
  township as materialized (
    select g.series, g.county, u.township, u.told, u.n
    from (
      select m.series, m.county, array_agg(m.township order by m.township) as townships, array_agg(m.n order by m.township) as counts
      from (select c.series, c.county, c.township, sum(c.n)::int8 as n from cell c where depth >= 4 group by c.series, c.county, c.township) m
      join county k using (series, county)
      where k.told
      group by m.series, m.county
    ) g
    cross join lateral unnest(g.townships, g.counts, told_columns(g.counts, cardinality(g.counts))) u(township, n, told)
  ),
  township_line as materialized (
    select c.series, c.county, m.line, c.township, t.told, sum(c.n)::int8 as n
    from cell c
    join city_month m using (series, month)
    join county_by_month b using (series, county)
    join township t using (series, county, township)
    group by c.series, c.county, m.line, c.township, t.told
  ),
  weak_township as materialized (
    select h.series, h.county from township_line h where not h.told group by h.series, h.county, h.line having sum(h.n) < least
  ),
  township_by_month as (
    select g.series, u.township
    from (
      select l.series, l.county,
             array_agg(l.n order by l.line, l.township) as counts,
             array_agg(distinct l.township order by l.township) as townships
      from township_line l
      where l.told
        and (l.series, l.county) not in (select w.series, w.county from weak_township w)
      group by l.series, l.county
    ) g
    cross join lateral unnest(g.townships, told_columns(g.counts, cardinality(g.townships))) u(township, told)
    where u.told
  )
  select c.series, 2::int2, c.place, 0::int2, c.n from city c
  union all
  select m.series, 2::int2, c.place, m.month::int2, m.n from city_month m join city c using (series) where m.told
  union all
  select k.series, 3::int2, k.county, 0::int2, k.n from county k where k.told and depth >= 3
  union all
  select l.series, 3::int2, l.county, l.line::int2, l.n
  from county_line l
  join county_by_month b using (series, county)
  where l.line > 0
    and depth >= 3
  union all
  select t.series, 4::int2, t.township, 0::int2, t.n from township t where t.told
  union all
  select l.series, 4::int2, l.township, l.line::int2, l.n
  from township_line l
  join township_by_month b using (series, township)
  where l.line > 0;
end
$$;

-- What may be told of places by the values of one dimension. `places` are the rows that told_places gave for the same cells without their
-- values, `domain` all values that can be asked for. Answers as told_places, with the value.
create function told_values(cells count_cell[], domain text[], townships int4[], months int4, depth int4 default 4)
returns table (value text, level int2, place int4, month int2, n int8)
language plpgsql immutable parallel safe rows 500 as $$
#variable_conflict use_column
declare
  least constant int8 := least_told();
begin
  return query
  with place as materialized (
    select array_agg(t.place) filter (where t.level = 3 and t.month = 0) as counties,
           array_agg(t.month) filter (where t.level = 2 and t.month > 0) as months,
           array_agg(distinct t.place) filter (where t.level = 3 and t.month > 0) as counties_by_month,
           array_agg(distinct t.place) filter (where t.level = 4 and t.month > 0) as townships_by_month,
           min(t.place) filter (where t.level = 2) as city
    from told_places(array(select row('', '', c.township, c.month, c.n)::count_cell from unnest(cells) c), '{""}', townships, months, depth) t
  ),
  cell as materialized (
    select c.value, c.township / 1000 as county, c.township, c.month::int2 as month, sum(c.n)::int8 as n
    from (
      select c.value, c.township, c.month, c.n
      from unnest(cells) c
      union all
      select v.value, p.township, m.month, 0
      from unnest(domain) v(value)
      cross join unnest(townships) p(township)
      cross join generate_series(1, months) m(month)
    ) c
    where (select p.city from place p) is not null
    group by c.value, c.township, c.month
  ),
  city as materialized (
    select u.value, u.n, u.told
    from (
      select array_agg(m.value order by m.value) as values, array_agg(m.n order by m.value) as counts
      from (select c.value, sum(c.n)::int8 as n from cell c group by c.value) m
      having count(*) > 0
    ) g
    cross join lateral unnest(g.values, g.counts, told_columns(g.counts, cardinality(g.counts))) u(value, n, told)
  ),
  -- Its counties' year: those not told are one row, 0.
  county_line as materialized (
    select case when c.county = any ((select p.counties from place p)::int4[]) then c.county else 0 end as line,
           c.value,
           c.value = any (array(select v.value from city v where v.told)) as told,
           sum(c.n)::int8 as n
    from cell c
    where depth >= 3
    group by 1, 2
  ),
  county as materialized (
    select u.value, u.told
    from (
      select array_agg(l.n order by l.line, l.value) as counts, array_agg(distinct l.value order by l.value) as values
      from county_line l
      where l.told
        and not exists (select from county_line h where not h.told group by h.line having sum(h.n) < least)
      having count(*) > 0
    ) g
    cross join lateral unnest(g.values, told_columns(g.counts, cardinality(g.values))) u(value, told)
  ),
  -- The months of the counties that are told by month; months not told are one row, 0. `step`: where the value is no longer told.
  month_line as materialized (
    select c.county,
           case when c.month = any ((select p.months from place p)::int2[]) then c.month else 0 end as line,
           c.value,
           case
             when c.value = any (array(select k.value from county k where k.told)) then 3
             when c.value = any (array(select v.value from city v where v.told)) then 2
             else 1
           end as step,
           sum(c.n)::int8 as n
    from cell c
    where depth >= 3
      and c.county = any ((select p.counties_by_month from place p)::int4[])
    group by 1, 2, 3
  ),
  weak_month as materialized (
    select h.county from month_line h where h.step < 3 group by h.county, h.line, h.step having sum(h.n) < least
  ),
  by_month as materialized (
    select g.county, u.value
    from (
      select l.county, array_agg(l.n order by l.line, l.value) as counts, array_agg(distinct l.value order by l.value) as values
      from month_line l
      where l.step = 3
        and l.county not in (select w.county from weak_month w)
      group by l.county
    ) g
    cross join lateral unnest(g.values, told_columns(g.counts, cardinality(g.values))) u(value, told)
    where u.told
  ),
  -- The townships of those counties, month by month.
  township_line as materialized (
    select c.county,
           c.month,
           case when c.township = any ((select p.townships_by_month from place p)::int4[]) then c.township else 0 end as line,
           c.value,
           case
             when c.county || c.value = any (array(select b.county || b.value from by_month b)) then 4
             when c.value = any (array(select k.value from county k where k.told)) then 3
             when c.value = any (array(select v.value from city v where v.told)) then 2
             else 1
           end as step,
           sum(c.n)::int8 as n
    from cell c
    where depth >= 4
      and c.month = any ((select p.months from place p)::int2[])
      and c.county = any (array(select distinct b.township / 1000 from place p cross join lateral unnest(p.townships_by_month) b(township)))
    group by 1, 2, 3, 4
  ),
  weak_township as materialized (
    select h.county, h.month
    from township_line h
    where h.step < 4
    group by h.county, h.month, h.line, h.step
    having sum(h.n) < least
  ),
  by_township as (
    select g.county, g.month, u.value
    from (
      select l.county, l.month, array_agg(l.n order by l.line, l.value) as counts, array_agg(distinct l.value order by l.value) as values
      from township_line l
      where l.step = 4
        and (l.county, l.month) not in (select w.county, w.month from weak_township w)
      group by l.county, l.month
    ) g
    cross join lateral unnest(g.values, told_columns(g.counts, cardinality(g.values))) u(value, told)
    where u.told
  ),
  told_month as materialized (
    select l.county, l.line as month, l.value, l.n
    from month_line l
    join by_month b using (county, value)
    where l.line > 0
  ),
  told_township as materialized (
    select l.line as township, l.month, l.value, l.n
    from township_line l
    join by_township b using (county, month, value)
    where l.line > 0
  )
  select v.value, 2::int2, p.city, 0::int2, v.n
  from city v
  cross join place p
  where v.told
  union all
  select l.value, 3::int2, l.line, 0::int2, l.n
  from county_line l
  join county k using (value)
  where k.told
    and l.line > 0
  union all
  select t.value, 3::int2, t.county, t.month::int2, t.n from told_month t
  union all
  -- The city's month by value is the sum of its counties' where all are told.
  select t.value, 2::int2, min(t.county) / 100, t.month::int2, sum(t.n)::int8
  from told_month t
  group by t.value, t.month
  having count(*) = (select count(distinct p / 1000) from unnest(townships) p)
  union all
  select t.value, 4::int2, t.township, t.month, t.n from told_township t
  union all
  select t.value, 4::int2, t.township, 0::int2, sum(t.n)::int8
  from told_township t
  group by t.value, t.township
  having count(*) = months;
end
$$;

-- A part of a count of one city: `place` a county, or 0 for the city, which is counted by itself (persons of two counties are once there).
-- `open`: the whole that it is a part of is told there.
create type told_part as (key text, part int4, place int4, n int8, open boolean);

-- Which counts may be told of a city's year and of its counties, each count by itself. A count that is a part of another that is told comes as
-- two parts, itself and what is left of the whole: both are told or none. All counties come for each part.
create function told_counties(parts told_part[]) returns table (key text, place int4)
language plpgsql immutable parallel safe rows 100 as $$
#variable_conflict use_column
declare
  least constant int8 := least_told();
begin
  return query
  with part as materialized (
    select p.* from unnest(parts) p
  ),
  city as (
    select p.key
    from part p
    where p.place = 0
    group by p.key
    having min(p.n) >= least
       and bool_and(p.open)
  )
  select c.key, 0 from city c
  union all
  select g.key, u.place
  from (
    select p.key,
           array_agg(p.n order by p.part, p.place) as counts,
           array_agg(p.place order by p.place) filter (where p.part = 1) as places,
           array_agg(p.open order by p.place) filter (where p.part = 1) as open
    from part p
    join city using (key)
    where p.place > 0
    group by p.key
  ) g
  cross join lateral unnest(g.places, told_columns(g.counts, cardinality(g.places), g.open)) u(place, told)
  where u.told;
end
$$;

revoke all on function least_told, told_columns, told_places, told_values, told_counties from public;
grant execute on function least_told, told_columns, told_places, told_values, told_counties to zoufang_definer;
