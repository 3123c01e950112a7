-- One sealer at a time: whether this transaction is the one. The number is the lock's name.
select pg_try_advisory_xact_lock(7305808869231650)
