-- ListDeadlines: how many working days each state has. Everybody who is signed in.
select d.state as "deadlines.state",
       d.domain as "deadlines.domain",
       d.working_days as "deadlines.working_days",
       d.state as "page.state",
       coalesce(d.domain, '') as "page.domain"
from lead_deadline d
where true
  and (d.state, coalesce(d.domain, '')) > (:page.state, :page.domain) --? page
order by d.state, coalesce(d.domain, '')
limit :page.size;
