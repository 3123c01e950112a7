-- GetRegion: one region. Everybody who is signed in.
select r.code as "code",
       r.parent_code as "parent_code",
       r.level as "level",
       r.name as "name",
       r.successor_code as "successor_code",
       r.ended_on as "ended_on"
from region r
where r.code = :code;
