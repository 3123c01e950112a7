-- seal reindex: the next reporters, behind lead $2, whose values are recognised by another index key than the newest ($1: its version).
select r.lead_id::text as lead_id,
       encode(r.key, 'hex') as key,
       encode(r.phone, 'hex') as phone,
       encode(r.identity_number, 'hex') as identity_number
from lead_reporter r
where (get_byte(r.phone_index, 0) <> $1::int4 or get_byte(r.identity_index, 0) <> $1::int4)
  and r.lead_id > $2::uuid
order by r.lead_id
limit 500;
