-- Those of the seals $1 to $2 that the audit's rows do not fit: the rows that were there when it was made, and in no other, must be those that it covers,
-- with their commitments. Auditors, and the owner.
select s.number
from audit_seal s
left join audit_seal p on p.number = s.number - 1
cross join lateral (
  select range_agg(int8range(a.id, a.id, '[]')) as ids,
         string_agg(audit_commitment(a), '' order by a.id) as commitments
  from audit_within(audit_spoken_for(p.open, p.last_id, s.open, s.last_id)) a
) found
where s.number between $1 and $2
  and (coalesce(found.ids, '{}') <> s.ids or coalesce(found.commitments, '') <> s.commitments)
order by s.number
