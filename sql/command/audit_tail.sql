-- How many rows no seal covers yet, and since when the first of them waits. Auditors, and the owner.
with last as (
  select s.open, s.last_id from audit_seal s union all select '{}'::int8multirange, 0 order by last_id desc limit 1
)
select count(*) as rows,
       (extract(epoch from min(t.at)) * 1000000)::int8 as since_us
from last l
cross join lateral (
  select a.at from audit_within(l.open) a
  union all
  select a.at from audit a where a.id > l.last_id
) t
