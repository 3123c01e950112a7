-- users import: how many persons there are in the good lines, and whom of them, and of others, something is done to.
select (select count(*) from roster_person) as persons,
       count(*) filter (where c.kind = 'joins') as joins,
       count(*) filter (where c.kind = 'moves') as moves,
       count(distinct c.username) filter (
         where c.kind not in ('leaves', 'stays')
           and c.username not in (select m.username from roster_change m where m.kind in ('joins', 'moves'))
       ) as changes,
       count(*) filter (where c.kind = 'leaves') as leaves,
       count(*) filter (where c.kind = 'stays') as stays
from roster_change c;
