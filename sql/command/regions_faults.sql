-- regions import: what is wrong between rows, the first line first. A region lies in its parent's range and below its level; the parent is in
-- the file or was imported before; only the top has none. A region ends no sooner than what lies in it.
with known as (
  select i.code, i.level from incoming i
  union
  select r.code, r.level from region r where not exists (select from incoming i where i.code = r.code)
),
width as (
  select *
  from (values (1, 10000000000), (2, 100000000), (3, 1000000), (4, 1000), (5, 1)) w(level, codes)
),
faults as (
  select d.line, format('code %s stands here a second time', d.code) as fault
  from (select i.line, i.code, row_number() over (partition by i.code order by i.line) as nth from incoming i) d
  where d.nth > 1
  union all
  select i.line, format('code %s is not that of a level %s', i.code, i.level)
  from incoming i
  join width w on w.level = i.level
  where i.code % w.codes <> 0
  union all
  select i.line, format('parent_code %s is not known', i.parent_code)
  from incoming i
  where i.parent_code is not null
    and not exists (select from known k where k.code = i.parent_code)
  union all
  select i.line, format('%s does not lie in its parent %s', i.code, i.parent_code)
  from incoming i
  join known k on k.code = i.parent_code
  join width w on w.level = k.level
  where i.code not between k.code and k.code + w.codes - 1
     or i.level <= k.level
  union all
  select i.line, format('only provinces and the city at the top have no parent, not %s', i.code)
  from incoming i
  where i.parent_code is null
    and i.level > 2
  union all
  select i.line, format('%s was imported as another level', i.code)
  from incoming i
  join region r on r.code = i.code and r.level <> i.level
  union all
  select i.line, format('successor_code %s is not known', i.successor_code)
  from incoming i
  where i.successor_code is not null
    and not exists (select from known k where k.code = i.successor_code)
  union all
  select i.line, format('%s is of another level than its successor %s', i.code, i.successor_code)
  from incoming i
  join known k on k.code = i.successor_code and k.level <> i.level
  union all
  select i.line, format('the successors of %s lead to no region that stands', i.code)
  from incoming i
  join heir h on h.code = i.code
  join known k on k.code = h.successor_code
  where h.stands is null
  union all
  -- Told at the region that ends, where the file names it; else at what stands in it.
  select coalesce(p.line, c.line),
         format(
           '%s ends on %s while %s %s still stands in it', e.code, e.ended_on, i.code, coalesce(c.name, r.name)
         )
  from heir e
  join (
    select c.code, c.parent_code from incoming c
    union all
    select o.code, o.parent_code from region o where not exists (select from incoming c where c.code = o.code)
  ) n on n.parent_code = e.code
  join heir i on i.code = n.code and (i.ended_on is null or i.ended_on > e.ended_on)
  left join incoming p on p.code = e.code
  left join incoming c on c.code = i.code
  left join region r on r.code = i.code
  where e.ended_on is not null
    and (p.code is not null or c.code is not null)
)
select f.line,
       f.fault
from faults f
order by f.line, f.fault
limit 1;
