-- The figures of a work report as they are told: to supervisors of all that was counted as they are, to analysts without small counts.
set local search_path = zoufang;

-- Whether the caller supervises all that is counted for him: then nothing is held back.
create function figures_are_his(asked int8) returns boolean
language plpgsql stable as $$
begin
  return not exists (
    select
    from figure_sight(asked) s
    cross join lateral unnest(s.counted) c(code)
    join region r on r.code = c.code
    where (r.current_code <@ scope()) is not true
  );
end
$$;

-- Refuses what an analyst may not ask: he has figures of counties or wider, and of whole calendar years, so that no difference of two of them is
-- small.
create function check_figures_told(asked int8, from_day date, until_day date) returns void
language plpgsql stable as $$
begin
  if figures_are_his(asked) then
    return;
  end if;
  perform refuse_unless((select r.level <= 3 from region r where r.code = asked), 'TOO_NARROW', 'region_code');
  perform refuse_unless(from_day = date_trunc('year', from_day::timestamp)::date, 'NOT_A_YEAR', 'from');
  perform refuse_unless(until_day = (from_day + interval '1 year')::date, 'NOT_A_YEAR', 'to');
end
$$;

-- The figures (k 0: of the year, 1: of the one before) that may not be told, for they are small or a small one follows from them: of a county beside
-- those of its city that the caller has figures of as well, of a part beside what is left of the whole.
create function figures_hidden(asked int8, from_day date, until_day date) returns table (key text, k int4)
language plpgsql stable rows 60 as $$
#variable_conflict use_column
begin
  if figures_are_his(asked) then
    return;
  end if;
  return query
  with place as materialized (
    select s.code
    from region a
    join region s on s.code = a.code or (a.level = 3 and s.level = 3 and s.parent_code = a.parent_code)
    cross join lateral figure_sight(s.code) g
    where a.code = asked
      and g.counted <> '{}'
  ),
  counted as materialized (
    select p.code, c.key, c.k, c.value
    from place p
    cross join lateral figures_counted(p.code, from_day, until_day) c
  ),
  part as (
    select f.key, k.k, p.code, n.part, n.size
    from figure_list() f
    cross join (values (0), (1)) k(k)
    cross join place p
    left join counted o on o.key = f.over and o.k = k.k and o.code = p.code
    left join counted u
      on u.key = case f.key when 'accusations_received' then 'reports_received' when 'accusations_initial' then 'accusations_received' else f.under end
     and u.k = k.k
     and u.code = p.code
    cross join lateral (select coalesce(o.value, 0) as over, coalesce(u.value, 0) as under) v
    cross join lateral (
      values
        (1, case when f.over like '%\_gained' then v.over + v.under else v.over end),
        (
          2,
          case
            when f.over like '%\_gained' then v.under
            when f.form = 2 or f.key like 'accusations\_%' then v.under - v.over
          end
        )
    ) n(part, size)
    where f.form < 3
      and f.key not in ('township_offices', 'stationed_agencies')
      and n.size is not null
  )
  select distinct g.key, g.k
  from (
    select p.key, p.k, p.part, array_agg(p.code order by p.code) as codes, array_agg(p.size order by p.code) as sizes
    from part p
    group by p.key, p.k, p.part
  ) g
  cross join lateral unnest(g.codes, told_columns(g.sizes, cardinality(g.sizes))) t(code, told)
  where t.code = asked
    and not t.told;
end
$$;

-- The figures as a report states them: of the period, of the one a year before, and the change. Computed exactly and rounded once. What an analyst may not be told is
-- absent.
create function work_figures(asked int8, from_day date, until_day date)
returns table (place int4, key text, value float8, before float8, change float8)
language plpgsql stable rows 57 as $$
#variable_conflict use_column
begin
  return query
  with counted as materialized (
    select c.key,
           max(c.value) filter (where c.k = 0)::numeric as now,
           max(c.value) filter (where c.k = 1)::numeric as before
    from figures_counted(asked, from_day, until_day) c
    group by c.key
  ),
  -- 29 February alone has no year before.
  compared as (
    select year_before(from_day) < year_before(until_day) as ok
  ),
  hidden as materialized (
    select * from figures_hidden(asked, from_day, until_day)
  ),
  stated as (
    select f.*,
           not exists (select from hidden h where h.key = f.key and h.k = 0) as now_told,
           not exists (select from hidden h where h.key = f.key and h.k = 1) as before_told,
           case when f.form = 3 then o.now else coalesce(o.now, 0) end as over_now,
           case when f.form = 3 then o.before when f.form = 2 or p.ok then coalesce(o.before, 0) end as over_before,
           nullif(u.now, 0) as under_now,
           nullif(u.before, 0) as under_before
    from figure_list() f
    cross join compared p
    left join counted o on o.key = f.over
    left join counted u on u.key = f.under
  )
  select s.place,
         s.key,
         (case when not s.now_told then null when s.form = 2 then round(100 * s.over_now / s.under_now, s.decimals) else s.over_now end)::float8,
         (case when not s.before_told then null when s.form = 2 then round(100 * s.over_before / s.under_before, s.decimals) else s.over_before end)::float8,
         (case
           when not (s.now_told and s.before_told) then null
           when s.form = 1 then round(100 * (s.over_now - s.over_before) / nullif(s.over_before, 0), s.decimals)
           when s.form = 2 then round(
             100 * (s.over_now * s.under_before - s.over_before * s.under_now) / (s.under_now * s.under_before), s.decimals
           )
           else s.over_now - s.over_before
         end)::float8
  from stated s;
end
$$;

revoke all on function figures_are_his, check_figures_told, figures_hidden, work_figures from public;
grant execute on function figures_are_his, check_figures_told, figures_hidden, work_figures to zoufang;
grant execute on function least_told, told_columns to zoufang;
