-- The first row in which the audit differs from seal $1, and how. An erased row counts as what it was, if its erasing was told. Auditors, and the owner.
with seal as (
  select s.ids, s.commitments, audit_spoken_for(p.open, p.last_id, s.open, s.last_id) as spoken_for
  from audit_seal s
  left join audit_seal p on p.number = s.number - 1
  where s.number = $1
),
expected as (
  select i.id, substr(s.commitments, (32 * (row_number() over (order by i.id) - 1) + 1)::int4, 32) as commitment
  from seal s
  cross join unnest(s.ids) r
  cross join lateral generate_series(lower(r), upper(r) - 1) i (id)
),
present as (
  select a.id, audit_commitment(a) as commitment, a.erased
  from seal s
  cross join lateral audit_within(s.spoken_for) a
)
select id,
       case when p.commitment is null then 'removed' when e.commitment is null then 'inserted' else 'changed' end as what
from expected e
full join present p using (id)
where e.commitment is distinct from p.commitment
  and not (
    p.erased is true and e.commitment is not null
    and exists (select from audit t where t.kind = 'audit' and t.action = 'removed' and t.record = p.id::text)
  )
order by id
limit 1
