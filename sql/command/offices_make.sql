-- offices make: an office for every region of one level ($1: 2 city, 3 county, 4 township) that has none of that kind yet, under the nearest
-- one above, whose code is known from its own. Cities and counties get a commission, townships a supervisory office.
with made as (
  insert into office (id, name, kind, region_code, parent_id, opened_on)
  select gen_random_uuid(),
         r.name || case when r.level = 4 then '监察办公室' else '监察委员会' end,
         r.level - 1,
         r.code,
         (
           select o.id
           from office o
           where o.region_code in (r.code / 1000000 * 1000000, r.code / 100000000 * 100000000, r.code / 10000000000 * 10000000000)
             and o.region_code < r.code
             and o.kind in (1, 2)
             and o.closed_on is null
           order by o.region_code desc, o.opened_on, o.id
           limit 1
         ),
         current_date
  from region r
  where r.level = $1::int2
    and r.successor_code is null
    and not exists (select from office o where o.region_code = r.code and o.kind = r.level - 1 and o.closed_on is null)
  order by r.code
  returning id
)
select count(*) as made
from made;
