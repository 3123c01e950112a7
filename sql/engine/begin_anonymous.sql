-- Begins the transaction of a call without a caller: the engine alone, first in the pipeline. Sets the statement timeout for this transaction;
-- nobody calls, so no row of anybody's is in sight.
-- $1 timeout in ms · $2 method · $3 the call's id · $4 the client's address
select begin_anonymous($1::int4, $2::text, $3::uuid, $4::text)
