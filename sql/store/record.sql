-- Remembers a migration as applied: `zoufang migrate` alone, in the migration's own transaction. One that leaves programs of before what they use has
-- said so by `set local zoufang.oldest_program = …`; any other is for programs that know it.
-- $1 number · $2 name · $3 its text
insert into zoufang.migration (number, name, hash, oldest_program)
values ($1::int4, $2::text, sha256($3::bytea), coalesce(nullif(current_setting('zoufang.oldest_program', true), '')::int4, $1))
