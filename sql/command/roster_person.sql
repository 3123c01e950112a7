-- users import: each person of the roster once, as the account is to be. What the roster has no column for stays.
create temporary table roster_person on commit drop as
select distinct on (l.username)
       a.id as account_id,
       l.username,
       l.name,
       case when l.tells_phone then l.phone else a.phone end as phone,
       l.office_id,
       case when l.tells_leader then coalesce(l.leader = 'yes', false) else coalesce(a.leader, false) end as leader
from roster_line l
left join account a on a.username = l.username
order by l.username, l.line;
