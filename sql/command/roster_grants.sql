-- users import, after the accounts: ends the grants that the roster has not, and gives those that are not there. A grant that has not begun yet
-- ends as it begins.
with ended as (
  update role_grant g
  set ends_at = greatest(now(), g.starts_at + interval '1 microsecond')
  from roster_change c
  where c.kind = 'ended'
    and g.id = c.grant_id
)
insert into role_grant (id, user_id, role, region_code, starts_at, ends_at)
select gen_random_uuid(), a.id, c.role, c.region_code, coalesce(day_start(c.starts_on), now()), day_start(c.ends_on)
from roster_change c
join account a on a.username = c.username
where c.kind = 'given'
order by c.username, c.role, c.region_code;
