-- seal reindex: the next reporters, behind lead $2, whose values are recognised otherwise than new ones ($1: their algorithm and key's version).
select r.lead_id::text as lead_id,
       encode(r.key, 'hex') as key,
       encode(r.phone, 'hex') as phone,
       encode(r.identity_number, 'hex') as identity_number
from lead_reporter r
where (substr(r.phone_index, 1, 2) <> decode($1, 'hex') or substr(r.identity_index, 1, 2) <> decode($1, 'hex'))
  and r.lead_id > $2::uuid
order by r.lead_id
limit 500;
