-- Remembers a migration as applied: `zoufang migrate` alone, in the migration's own transaction.
-- $1 number · $2 name · $3 its text
insert into zoufang.migration (number, name, hash)
values ($1::int4, $2::text, sha256($3::bytea))
