-- ListSteps: the table of steps. Everybody who is signed in.
select s.from_state as "steps.from",
       s.to_state as "steps.to",
       s.role as "steps.role",
       s.needs as "steps.needs",
       s.from_state as "page.from_state",
       s.to_state as "page.to_state",
       s.role as "page.role"
from lead_step s
where true
  and s.from_state = :from --? from
  and (s.from_state, s.to_state, s.role) > (:page.from_state, :page.to_state, :page.role) --? page
order by s.from_state, s.to_state, s.role
limit :page.size;
