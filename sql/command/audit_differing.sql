-- Those of the seals $1 to $2 that the audit's rows do not fit: the rows that were there when it was made, and in no other, must be those that it covers,
-- with their commitments. Auditors, and the owner.
select s.number
from audit_seal s
left join audit_seal p on p.number = s.number - 1
cross join lateral (
  select range_agg(int8range(a.id, a.id, '[]')) as ids,
         string_agg(audit_commitment(a), '' order by a.id) as commitments
  from (
    select a.*
    from unnest(coalesce(p.open, '{}')) o
    join audit a on a.id >= lower(o) and a.id < upper(o)
    union all
    select a.*
    from audit a
    where a.id > coalesce(p.last_id, -9223372036854775808)
      and a.id <= s.last_id
  ) a
  where not a.id <@ s.open
) found
where s.number between $1 and $2
  and (coalesce(found.ids, '{}') <> s.ids or coalesce(found.commitments, '') <> s.commitments)
order by s.number
