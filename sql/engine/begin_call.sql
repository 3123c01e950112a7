-- Begins the transaction of a signed-in call: the engine alone, first in the pipeline. Finds the session by the keyed hash of its token and sets,
-- for this transaction alone, who calls, his sight, the statement timeout and, where the method changes nothing, read-only. One row: who calls.
-- UNAUTHENTICATED where the session is dead, FORBIDDEN where no grant of his that holds now has one of the roles.
-- $1 token's hash · $2 roles, a bit (1 << number) each, 0: everybody signed in · $3 read-only · $4 timeout in ms · $5 method · $6 the call's id · $7 the client's address
select user_id,
       office_id,
       session_id
from begin_call($1::bytea, $2::int4, $3::boolean, $4::int4, $5::text, $6::uuid, $7::text)
