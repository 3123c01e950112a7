-- seal reindex: the next reporters, behind lead $2, whose values are recognised otherwise than new ones ($1: their algorithm and key's version);
-- and whom requests for a person's data are about (the request's id stands for the lead's).
select r.lead_id::text as lead_id,
       encode(r.key, 'hex') as key,
       encode(r.phone, 'hex') as phone,
       encode(r.identity_number, 'hex') as identity_number
from lead_reporter r
where (substr(r.phone_index, 1, 2) <> decode($1, 'hex') or substr(r.identity_index, 1, 2) <> decode($1, 'hex'))
  and r.lead_id > $2::uuid
union all
select q.id::text,
       encode(q.key, 'hex'),
       encode(q.phone, 'hex'),
       encode(q.identity_number, 'hex')
from personal_data_request q
where (substr(q.phone_index, 1, 2) <> decode($1, 'hex') or substr(q.identity_index, 1, 2) <> decode($1, 'hex'))
  and q.id > $2::uuid
order by lead_id
limit 500;
