-- regions import: what people gave to regions that have ended and has to be given anew: grants that hold or will, of enabled accounts, and open
-- offices. A sentence each.
select format(
         '%s has a grant as %s for %s %s, which ended on %s: %s %s stands for it now', a.username,
         (array['officer', 'supervisor', 'analyst', 'auditor', 'admin'])[g.role], r.code, r.name, r.ended_on, n.code, n.name
       ) as told
from role_grant g
join account a on a.id = g.user_id
join region r on r.code = g.region_code
join region n on n.code = r.current_code
where r.successor_code is not null
  and a.disabled_at is null
  and (g.ends_at is null or g.ends_at > now())
union all
select format(
         'the office %s lies in %s %s, which ended on %s: %s %s stands for it now', o.name, r.code, r.name, r.ended_on, n.code, n.name
       )
from office o
join region r on r.code = o.region_code
join region n on n.code = r.current_code
where r.successor_code is not null
  and o.closed_on is null
order by told;
