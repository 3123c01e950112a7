-- seal rotate: a reporter's key wrapped anew. $1 lead or request · $2 when it was replaced, '' for the present one · $3 the key as it was · $4 as it is to be
with present as (
  update lead_reporter r
  set key = decode($4, 'hex')
  where r.lead_id = $1::uuid
    and $2 = ''
    and r.key = decode($3, 'hex')
), asked as (
  update personal_data_request q
  set key = decode($4, 'hex')
  where q.id = $1::uuid
    and $2 = ''
    and q.key = decode($3, 'hex')
)
update lead_reporter_version v
set key = decode($4, 'hex')
where v.lead_id = $1::uuid
  and v.replaced_at = nullif($2, '')::timestamptz
  and v.key = decode($3, 'hex');
