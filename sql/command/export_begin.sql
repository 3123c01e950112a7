-- The rest of the transaction is the supervisor's whose token's hash is $1: read-only, at most $2 ms a statement, and as long between two; for
-- method $3 and the call $4 from address $5, with times in time zone $6.
select begin_call(decode($1, 'hex'), 1 << 2, true, $2, $3, $4, $5),
       set_config('TimeZone', $6, true),
       set_config('idle_in_transaction_session_timeout', $2::int4::text, true),
       set_config('jit', 'off', true)
