-- The next seal's rows, at most $1. The sealer, and the owner.
select u.number,
       encode(u.previous_hash, 'hex') as previous_hash,
       encode(u.previous_schema, 'hex') as previous_schema,
       u.ids,
       u.open,
       u.last_id,
       u.rows,
       encode(u.commitments, 'hex') as commitments,
       u.horizon
from audit_unsealed($1) u
