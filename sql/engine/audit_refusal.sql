-- Writes to the audit that a call was refused for want of identity, role or sight: the engine alone, in a transaction of its own that follows
-- the refused one. $1 token's hash, NULL where there was no token · $2 method · $3 the call's id · $4 status code · $5 reason · $6 the client's address
-- $7 the ids that were asked for or named, a line each, '' where the request names none
select audit_refusal($1::bytea, $2::text, $3::uuid, $4::int4, $5::text, $6::text, string_to_array($7::text, e'\n'))
