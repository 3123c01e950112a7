-- Whether a migration was applied, and as this text: `zoufang migrate` alone. No row: it was not.
-- $1 number · $2 its text
select hash = sha256($2::bytea) as is_same
from zoufang.migration
where number = $1::int4
