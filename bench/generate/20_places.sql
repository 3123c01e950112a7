-- Which days are busy, and which villages: seasons, working days, growth from year to year, and places that differ widely.
set search_path = generate, zoufang;

-- The holidays of every year, where nobody entered any: deadlines go by them.
insert into holiday (day, kind, name)
select make_date(y, m, d), 1, n
from generate_series(2016, 2036) y
cross join (
  values (1, 1, '元旦'), (5, 1, '劳动节'), (5, 2, '劳动节'), (5, 3, '劳动节'), (10, 1, '国庆节'), (10, 2, '国庆节'), (10, 3, '国庆节'), (10, 4, '国庆节'),
    (10, 5, '国庆节'), (10, 6, '国庆节'), (10, 7, '国庆节')
) h(m, d, n)
on conflict do nothing;

-- Work on a day: nobody goes out at the new year, many in spring and autumn; a Saturday has little of it, a Sunday hardly any.
create function day_numbers(records int8, salt int4) returns table (day date, first int8, last int8)
language sql stable as $$
  with weighed as (
    select d::date as day,
           (0.75 + 0.1 * (extract(year from d) - extract(year from s.since)))
             * (array[0.6, 0.4, 1.1, 1.3, 1.2, 1.0, 0.8, 0.9, 1.2, 1.2, 1.3, 1.0])[extract(month from d)::int4]
             * case extract(isodow from d) when 6 then 0.12 when 7 then 0.05 else 1 end
             * case when exists (select from holiday h where h.day = d::date and h.kind = 1) then 0.05 else 1 end
             * (0.7 + 0.6 * dice(d::date - '2000-01-01'::date, salt)) as weight
    from setting s
    cross join generate_series(s.since, s.until - 1, interval '1 day') d
  ),
  summed as (
    select w.day, sum(w.weight) over (order by w.day) / sum(w.weight) over () as share
    from weighed w
  ),
  cut as (
    select s.day, coalesce(lag(round(s.share * records)) over (order by s.day), 0)::int8 + 1 as first, round(s.share * records)::int8 as last
    from summed s
  )
  select c.day, c.first, c.last
  from cut c
  where c.last >= c.first
$$;

-- Villages, townships as places of their own where a reception is held, and how much happens there. One village in fifty is never visited.
create table place as
select row_number() over (order by v.code) as number,
       v.code,
       v.name,
       t.code as township,
       t.name as township_name,
       c.code as county,
       c.name as county_name,
       43.0 + 2.5 * dice(v.code, 11) as latitude,
       117.5 + 3 * dice(v.code, 12) as longitude,
       (0.25 + 3 * dice(t.code, 13) ^ 3) * (0.3 + dice(v.code, 14) ^ 2) * (dice(v.code, 15) > 0.02)::int4 as weight
from region v
join region t on t.code = v.parent_code
join region c on c.code = t.parent_code
where v.level = 5
  and v.successor_code is null;

-- A ticket for each share of what happens: whoever draws one draws its place, as often as its weight says.
create table ticket (number int4 primary key, place int8 not null);
insert into ticket (number, place)
select n, p.number
from (
  select o.number,
         32768 * (sum(o.weight) over w - o.weight) / sum(o.weight) over () as low,
         32768 * sum(o.weight) over w / sum(o.weight) over () as high
  from place o
  window w as (order by o.number)
) p
cross join lateral generate_series(ceil(p.low - 0.5)::int4, ceil(p.high - 0.5)::int4 - 1) n;

create function drawn(luck float8) returns int4
language sql immutable parallel safe
return floor(luck * 32768)::int4;
