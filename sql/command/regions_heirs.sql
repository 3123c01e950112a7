-- regions import: what each region's successor will be, and which code will stand for it: its own, or that of the last successor. None
-- where the successors lead to no region that stands.
create temporary table heir on commit drop as
with recursive told as (
  select r.code,
         case when i.tells_ends then i.successor_code else r.successor_code end as successor_code,
         case when i.tells_ends then i.ended_on else r.ended_on end as ended_on
  from region r
  left join incoming i on i.code = r.code
  union all
  select i.code, i.successor_code, i.ended_on
  from incoming i
  where not exists (select from region r where r.code = i.code)
),
chain as (
  select t.code, t.successor_code as stands
  from told t
  where t.successor_code is not null
  union
  select c.code, t.successor_code
  from chain c
  join told t on t.code = c.stands
  where t.successor_code is not null
)
select t.code,
       t.successor_code,
       t.ended_on,
       case
         when t.successor_code is null then t.code
         else (select c.stands from chain c join told n on n.code = c.stands where c.code = t.code and n.successor_code is null)
       end as stands
from told t
where t.code not in (select d.code from incoming d group by d.code having count(*) > 1);
