-- ListHolidays: the days that are not what the week says, in order. Everybody who is signed in.
select h.day as "holidays.day",
       h.kind as "holidays.kind",
       h.name as "holidays.name",
       h.day as "page.day"
from holiday h
where true
  and h.day >= :from --? from
  and h.day < :to --? to
  and h.day > :page.day --? page
order by h.day
limit :page.size;
