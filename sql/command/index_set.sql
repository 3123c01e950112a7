-- seal reindex: how a reporter is recognised from now on. $1 lead or request · $2 the key that his values are sealed under · $3 phone's index · $4 identity
-- number's index; '' where there is none
with asked as (
  update personal_data_request q
  set phone_index = case when q.phone is not null then decode($3, 'hex') end,
      identity_index = case when q.identity_number is not null then decode($4, 'hex') end
  where q.id = $1::uuid
    and q.key = decode($2, 'hex')
)
update lead_reporter r
set phone_index = case when r.phone is not null then decode($3, 'hex') end,
    identity_index = case when r.identity_number is not null then decode($4, 'hex') end
where r.lead_id = $1::uuid
  and r.key = decode($2, 'hex');
