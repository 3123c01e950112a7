-- GetLatestSeal: the last seal. Auditors. The server adds the public key.
select audit_read('audit', null);

select s.number,
       s.made_at,
       s.last_id,
       s.rows,
       s.schema_hash,
       s.previous_hash,
       s.hash,
       s.signature
from audit_seal s
order by s.number desc
limit 1;
