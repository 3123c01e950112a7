-- Where a work report says to look: for who supervises all that it counts.
set local search_path = zoufang;

create function figures_look(asked int8, from_day date, until_day date) returns table (
  township_names text[], township_received int8[], repeats int8, skips int8, received int8, open_leads int8, open_quarter int8, open_year int8,
  items_overdue int8, villages int8, villages_unvisited int8
)
language plpgsql stable security definer rows 1 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  townships_most constant int4 := 5;
  blinded constant uuid[] := blind();
  granted constant int8multirange := scope();
  windows figure_window[];
  land int8range;
begin
  if asked is null or not figures_exact(asked) then
    return;
  end if;
  windows := array(select w from unnest(figure_windows(asked, from_day, until_day, true)) w where w.k = 0);
  select int8range(r.first, r.last, '[]') into land from region r where r.code = asked;
  return query
  with report as materialized (
    select l.region_code / 1000 as township, count(*) as n,
           count(*) filter (where l.occurrence = 2) as repeats,
           count(*) filter (where l.occurrence = 3) as skips
    from leads_within(windows, blinded) l
    where l.channel <> 7
    group by 1
  ),
  waiting as (
    select count(*) as n,
           count(*) filter (where l.received_at < now() - interval '3 months') as quarter,
           count(*) filter (where l.received_at < now() - interval '1 year') as year
    from lead l
    where l.open
      and l.current_code >= lower(land)
      and l.current_code < upper(land)
      and l.current_code <@ granted
      and (l.accused is null or not l.accused && blinded)
  ),
  village as (
    select count(*) as n,
           count(*) filter (where not is_visited(r.code, from_day, until_day)) as unvisited
    from region r
    where r.level = 5
      and r.successor_code is null
      and r.code >= lower(land)
      and r.code < upper(land)
      and r.code <@ granted
  ),
  item as (
    select count(*) as n
    from recommendation m
    cross join lateral unnest(m.item_due_on, m.item_rectified) i(due_on, rectified)
    where m.withdrawn_at is null
      and m.current_code >= lower(land)
      and m.current_code < upper(land)
      and m.current_code <@ granted
      and (num_nonnulls(m.lead_id, m.case_id) = 0 or not follows_from_hidden(m.lead_id, m.case_id))
      and i.due_on < local_day(now())
      and i.rectified is not true
  )
  select t.names, t.counts, s.repeats, s.skips, s.n, o.n, o.quarter, o.year, i.n, v.n, v.unvisited
  from (select coalesce(sum(r.n), 0)::int8 as n, coalesce(sum(r.repeats), 0)::int8 as repeats, coalesce(sum(r.skips), 0)::int8 as skips from report r) s
  cross join waiting o
  cross join village v
  cross join item i
  cross join (
    select array_agg(b.name order by b.n desc, b.name) as names, array_agg(b.n order by b.n desc, b.name) as counts
    from (
      select g.name, r.n
      from report r
      join region g on g.code = r.township * 1000 and g.level = 4
      order by r.n desc, g.name
      limit townships_most
    ) b
  ) t;
end
$$;

call settle_definers();
revoke all on function figures_look from public;
grant execute on function figures_look to zoufang;
