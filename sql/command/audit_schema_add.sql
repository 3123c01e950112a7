-- Notes what the schema of hash $1 consists of: names $2, and the hashes of their definitions $3. The sealer, and the owner.
select audit_schema_add(decode($1, 'hex'), $2, array(select decode(d.hash, 'hex') from unnest($3::text[]) with ordinality d (hash, place) order by d.place))
