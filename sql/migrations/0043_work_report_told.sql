-- Work reports as analysts and the public are told them: whole years of cities and counties, of counts by every date. Leads received come from the cells
-- that breakdowns are told from (0040); every other count is protected over the counties of its city, a part of another together with what is left of it.
set local search_path = zoufang;

-- What of a work report is a part of what: `key` of `whole`, which is told by itself (`shown`) or by a rate alone; `rest` is what is left of it. Where
-- `if_any` names a count that the city does not have, nothing is left, or the two have nothing in common.
create function figure_parts() returns table (key text, whole text, shown boolean, rest text, if_any text)
language sql immutable parallel safe rows 10 as $$
  values
    ('accusations_initial', 'accusations_received', true, 'accusations_further', null),
    ('sweep_problems', 'reports_received', true, 'reports_outside_rounds', null),
    ('first_form', 'four_forms', true, 'other_forms', null),
    ('items_rectified', 'items_due', false, 'items_waiting', null),
    ('sweep_satisfied', 'sweep_asked', false, 'sweep_dissatisfied', null),
    ('sweep_satisfied', null, false, 'sweep_not_asked', 'sweep_not_asked'),
    ('sweep_cases', null, false, 'cases_outside_rounds', 'cases_of_both'),
    ('sweep_disciplined', null, false, 'disciplined_outside_rounds', 'disciplined_of_both'),
    ('sweep_transferred', null, false, 'transferred_outside_rounds', 'transferred_of_both')
$$;

-- What is left of wholes beside rounds and satisfaction, in windows of one city's year. Of cases and persons of the domains that a report tells and that
-- have some of a round: those which are of no round (`outside`), and those which are of both.
create function figures_outside(windows figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 100 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
  told constant text[] := array(select f.key from figure_list() f);
begin
  return query
  with dealt_with as (
    select (array['cases', 'disciplined', 'transferred'])[f.kind - 6] as what, f.k, g.domain, f.sweep, case f.kind when 7 then f.holder_id else coalesce(p.same_as, f.once) end as counted
    from facts_within(windows, '{7,8,9}', blinded) f
    left join campaign g on g.id = f.campaign_id
    left join person p on p.id = f.once and p.same_as is not null
    where f.kind <> 8
       or f.disciplined
  ),
  shared as (
    select distinct d.what, d.domain from dealt_with d where d.sweep and d.domain || '_' || d.what = any (told)
  ),
  each as (
    select d.what, d.k, bool_or(s.domain is not null) as in_domain, bool_or(d.sweep) as in_round
    from dealt_with d
    left join shared s using (what, domain)
    group by d.what, d.k, d.counted
  )
  select v.key, e.k, v.value
  from (
    select e.what, e.k, count(*) filter (where not e.in_round) as outside, count(*) filter (where e.in_round) as of_both
    from each e
    where e.in_domain
    group by e.what, e.k
  ) e
  cross join lateral (values (e.what || '_outside_rounds', e.outside), (e.what || '_of_both', e.of_both)) v(key, value)
  union all
  select 'reports_outside_rounds', l.k, count(*)
  from leads_within(windows, blinded) l
  where l.sweep_round is null
    and l.channel <> 7
  group by l.k
  union all
  select 'sweep_not_asked', f.k, count(*)
  from facts_within(windows, '{4}', blinded) f
  where f.satisfaction = 5
    and f.sweep
    and f.state <> 11
  group by f.k;
end
$$;

-- The true counts of a city's year: of the city (place 0), of each of its counties, and of what is recorded for the city itself (150400). `received` are
-- its leads received, by class and occurrence.
create function counts_of_places(city int8, year int4, received count_cell[]) returns table (key text, place int4, n int8)
language plpgsql stable security definer
set search_path = zoufang, pg_temp set zoufang.figures = 'published' set zoufang.scope = '{}' set zoufang.blind = '{}' as $$
#variable_conflict use_column
declare
  whole constant figure_window[] := array(
    select w from unnest(figure_windows(city, make_date(year, 1, 1), make_date(year + 1, 1, 1), false)) w where w.k = 0
  );
  cut constant figure_window[] := array(
    select w from unnest(figure_windows(city, make_date(year, 1, 1), make_date(year + 1, 1, 1), true)) w where w.k = 0
  );
  by_county constant figure_window[] := array(
    select row(
      code_standing(w.first, w.from_day) / 1000000, w.county, w.first, w.last, w.from_at, w.until_at, w.from_day, w.until_day, w.ends_at, w.ends_on
    )::figure_window
    from unnest(cut) w
  );
begin
  return query
  with counted as materialized (
    select c.key, c.k as place, c.value as n from figures_of_all(cut || by_county, whole || by_county) c
    union all
    select o.key, o.k, o.value from figures_outside(cut || by_county) o
    union all
    select case split_part(c.value, '/', 2) when 'initial' then 'accusations_initial' else 'accusations_further' end, p.place, sum(c.n)::int8
    from unnest(received) c
    cross join lateral (values (0), (c.township / 1000)) p(place)
    where c.value like 'LEAD\_CLASS\_ACCUSATION/%'
    group by 1, 2
  )
  select c.key, c.place, c.n from counted c
  union all
  select p.rest, w.place, w.n - coalesce(c.n, 0)
  from figure_parts() p
  join counted w on w.key = p.whole
  left join counted c on c.key = p.key and c.place = w.place;
end
$$;

-- What may be told of a city's year: counts, each of the city and of its counties by their codes. What may not be is not there. Numbers of offices,
-- which everybody may list, are told as they are.
create function told_counts(city int8, year int4) returns table (code int8, key text, n int8)
language plpgsql stable security definer rows 500 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  offices constant text[] := '{township_offices,stationed_agencies}';
  class record := keys_of('class');
  cells constant count_cell[] := cells_of_city(
    city, year, class.expression || ' || case when l.occurrence = 1 then ''/initial'' else ''/further'' end'
  );
begin
  return query
  with counted as materialized (
    select c.* from counts_of_places(city, year, cells) c
  ),
  place as materialized (
    select 0 as place
    union
    select (r.code / 1000000)::int4
    from region r
    where r.level = 3
      and r.code between city and city + 99999999
      and (r.ended_on is null or r.ended_on > make_date(year, 1, 1))
    union
    select c.place from counted c
  ),
  received as materialized (
    select 'reports_received' as key, t.level, t.code, t.n from told_cells(city, year, cells, null, 12, 3) t where t.month = 0
    union all
    select 'accusations_received', t.level, t.code, t.n
    from told_cells(
      city, year, array(select row(c.series, split_part(c.value, '/', 1), c.township, c.month, c.n)::count_cell from unnest(cells) c), class.keys, 12, 3
    ) t
    where t.month = 0
      and t.value = 'LEAD_CLASS_ACCUSATION'
  ),
  part as materialized (
    select distinct c.key, 1 as part, c.key as counted, null as whole
    from counted c
    where c.key <> all (offices)
      and not exists (
        select from figure_parts() p where c.key in (p.key, p.rest, p.if_any) or c.key = p.whole and not p.shown
      )
    union all
    select p.key, 1, p.key, max(p.whole) filter (where p.shown) from figure_parts() p group by p.key
    union all
    select p.key, (1 + row_number() over (partition by p.key order by p.rest))::int4, p.rest, case when p.shown then p.whole end
    from figure_parts() p
    where p.if_any is null
       or exists (select from counted c where c.key = p.if_any and c.place = 0 and c.n > 0)
  ),
  -- What is recorded for the city itself is a place where there is any of it.
  cell as materialized (
    select a.key, a.part, p.place, coalesce(c.n, 0) as n, a.whole
    from part a
    cross join place p
    left join counted c on c.key = a.counted and c.place = p.place
    where p.place <> city / 1000000
       or exists (select from part b join counted o on o.key = b.counted where b.key = a.key and o.place = p.place)
  ),
  whole as materialized (
    select t.key, t.place
    from told_counties(array(select row(c.key, c.part, c.place, c.n, true)::told_part from cell c where c.whole is null)) t
    union all
    select r.key, case r.level when 2 then 0 else r.code / 1000000 end::int4 from received r
  ),
  told as (
    select w.key, w.place from whole w
    union all
    select t.key, t.place
    from told_counties(array(
      select row(c.key, c.part, c.place, c.n, exists (select from whole w where w.key = c.whole and w.place = c.place))::told_part
      from cell c
      where c.whole is not null
    )) t
  )
  select case t.place when 0 then city else t.place * 1000000::int8 end, c.key, c.n
  from told t
  join counted c
    on c.place = t.place
   and (c.key = t.key or exists (select from figure_parts() p where p.key = t.key and p.whole = c.key and not p.shown))
  where t.place <> city / 1000000
  union all
  select r.code, r.key, r.n
  from received r
  where r.level = 2
     or r.code <> city
  union all
  select case p.place when 0 then city else p.place * 1000000::int8 end, o.key, coalesce(c.n, 0)
  from place p
  cross join unnest(offices) o(key)
  left join counted c on c.key = o.key and c.place = p.place
  where p.place <> city / 1000000;
end
$$;

-- The counts of a work report that may be told, as figures_counted has them; what may not is not there. Of several cities or counties it is the sum of
-- what each is told.
create function figures_told(asked int8, from_day date, until_day date) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 120 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  places constant int8[] := array(select figure_places(asked));
  cities constant int8[] := array(select distinct p / 100000000 * 100000000 from unnest(places) p);
  year constant int4 := extract(year from from_day);
begin
  return query
  with told as materialized (
    select t.key, y.back, sum(t.n)::int8 as n
    from generate_series(0, 4) y(back)
    cross join unnest(cities) c(city)
    cross join lateral (
      select o.code, o.key, o.n from told_counts(c.city, year - y.back) o where y.back < 2
      union all
      select o.code, 'reports_received', o.n
      from told_of(array[c.city], year - y.back, null, 3) o
      where y.back >= 2
        and o.month = 0
        and (o.level = 2) = (o.code = c.city)
    ) t
    where t.code = any (places)
    group by t.key, y.back
    having count(*) = cardinality(places)
  ),
  -- The full years of changes are those before the period's: 10 the first.
  received as (
    select p.k, t.n from told t cross join lateral (values (t.back), (t.back + 9)) p(k) where t.key = 'reports_received'
  )
  select t.key, t.back, t.n from told t where t.back < 2
  union all
  select v.key, g.k, v.value
  from figure_changes() g
  join received n on n.k = g.now
  join received b on b.k = g.before
  cross join lateral (values (g.key || '_gained', n.n - b.n), (g.key || '_before', b.n)) v(key, value)
  union all
  select * from figures_entered(asked, from_day, until_day);
end
$$;

-- The figures as a report states them: of the period, of the one a year before, and the change. Computed exactly and rounded once. What an analyst may not
-- be told is absent.
create function work_figures(asked int8, from_day date, until_day date)
returns table (place int4, key text, value float8, before float8, change float8)
language plpgsql stable rows 57 as $$
#variable_conflict use_column
declare
  exact constant boolean := figures_exact(asked);
  -- What is not counted is 0 to who is told everything.
  nothing constant numeric := case when exact then 0 end;
begin
  return query
  with counted as materialized (
    select c.key,
           max(c.value) filter (where c.k = 0)::numeric as now,
           max(c.value) filter (where c.k = 1)::numeric as before
    from (
      select e.* from figures_counted(asked, from_day, until_day) e where exact
      union all
      select t.* from figures_told(asked, from_day, until_day) t where not exact
    ) c
    group by c.key
  ),
  -- 29 February alone has no year before.
  compared as (
    select year_before(from_day) < year_before(until_day) as ok
  ),
  stated as (
    select f.*,
           case when f.form = 3 then o.now else coalesce(o.now, nothing) end as over_now,
           case when f.form = 3 then o.before when f.form = 2 or p.ok then coalesce(o.before, nothing) end as over_before,
           nullif(u.now, 0) as under_now,
           nullif(u.before, 0) as under_before
    from figure_list() f
    cross join compared p
    left join counted o on o.key = f.over
    left join counted u on u.key = f.under
  )
  select s.place,
         s.key,
         (case s.form when 2 then round(100 * s.over_now / s.under_now, s.decimals) else s.over_now end)::float8,
         (case s.form when 2 then round(100 * s.over_before / s.under_before, s.decimals) else s.over_before end)::float8,
         (case s.form
           when 1 then round(100 * (s.over_now - s.over_before) / nullif(s.over_before, 0), s.decimals)
           when 2 then round(
             100 * (s.over_now * s.under_before - s.over_before * s.under_now) / (s.under_now * s.under_before), s.decimals
           )
           else s.over_now - s.over_before
         end)::float8
  from stated s;
end
$$;

call settle_definers();
revoke all on function figure_parts, figures_outside, counts_of_places, told_counts, figures_told, work_figures from public;
grant execute on function figures_told, work_figures to zoufang;
grant execute on function figure_parts, figure_list, work_figures to zoufang_definer;
