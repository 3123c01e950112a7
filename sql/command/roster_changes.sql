-- users import: what differs, as it is told: by person, leavers last.
select c.kind,
       c.username,
       c.told
from roster_change c
order by c.kind in ('leaves', 'stays'), c.username, c.place, c.told;
