-- Puts a seal behind the last one: number, when, the hash of the one before, rows (ids, open ids, last id, how many, commitments), schema (hash, version),
-- horizon, hash, signature. The sealer, and the owner.
select audit_seal_add($1, $2, decode($3, 'hex'), $4, $5, $6, $7, decode($8, 'hex'), decode($9, 'hex'), $10, $11, decode($12, 'hex'), decode($13, 'hex'))
