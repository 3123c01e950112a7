-- What the schema of hash $1 consisted of. Auditors, and the owner.
select o.name,
       encode(o.definition, 'hex') as definition
from audit_schema s
cross join lateral unnest(s.objects, s.definitions) with ordinality o (name, definition, place)
where s.hash = decode($1, 'hex')
order by o.place
