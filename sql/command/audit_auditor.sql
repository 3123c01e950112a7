-- The rest of the transaction is the auditor's whose token's hash is $1: read-only, at most $2 ms a statement; for the call $3 from address $4.
select begin_call(decode($1, 'hex'), 1 << 4, true, $2, 'AuditService/Verify', $3, $4)
