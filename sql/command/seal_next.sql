-- seal rotate: the next reporters, behind lead $2, whose keys are wrapped by another master key than the newest ($1: its version); those that were
-- replaced too, and whom requests for a person's data are about (the request's id stands for the lead's).
select r.lead_id::text as lead_id,
       '' as replaced_at,
       encode(r.key, 'hex') as key
from lead_reporter r
where substr(r.key, 1, 2) <> decode($1, 'hex')
  and r.lead_id > $2::uuid
union all
select v.lead_id::text,
       v.replaced_at::text,
       encode(v.key, 'hex')
from lead_reporter_version v
where substr(v.key, 1, 2) <> decode($1, 'hex')
  and v.lead_id > $2::uuid
union all
select q.id::text,
       '',
       encode(q.key, 'hex')
from personal_data_request q
where substr(q.key, 1, 2) <> decode($1, 'hex')
  and q.id > $2::uuid
order by lead_id
fetch first 500 rows with ties;
