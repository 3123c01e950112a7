-- Says whose days are counted (local_zone()), for this transaction: the engine alone, before who-am-I, where a pooler may run each transaction in
-- another session. Otherwise it is said once to each connection.
-- $1 the time zone's name
select set_config('zoufang.time_zone', $1::text, true)
