-- Claims a request id for the caller: the engine alone, after begin_call and before the statements. Promises that the call is the first with
-- this id. ZF200 where the same content was answered before (the kept answer is read back then), REQUEST_ID_TAKEN where other content was.
-- $1 method · $2 request id · $3 hash of the content
select claim($1::text, $2::uuid, $3::bytea)
