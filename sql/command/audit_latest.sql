-- The last seal. Auditors, and the owner.
select s.number,
       (extract(epoch from s.made_at) * 1000000)::int8 as made_us,
       s.last_id,
       s.rows,
       encode(s.schema_hash, 'hex') as schema_hash,
       encode(s.previous_hash, 'hex') as previous_hash,
       encode(s.hash, 'hex') as hash,
       encode(s.signature, 'hex') as signature
from audit_seal s
order by s.number desc
limit 1
