-- The seals after number $1, in order: at most 500, and so many that they cover at most 20,000 rows; one at least. Auditors, and the owner.
select s.number,
       (extract(epoch from s.made_at) * 1000000)::int8 as made_us,
       encode(s.previous_hash, 'hex') as previous_hash,
       s.ids,
       s.open,
       s.last_id,
       s.rows,
       encode(s.commitments, 'hex') as commitments,
       encode(s.schema_hash, 'hex') as schema_hash,
       s.version,
       encode(s.hash, 'hex') as hash,
       encode(s.signature, 'hex') as signature
from (
  select n.*, sum(n.rows) over (order by n.number) as covered, row_number() over (order by n.number) as place
  from (select * from audit_seal where number > $1 order by number limit 500) n
) s
where s.covered <= 20000
   or s.place = 1
order by s.number
