-- Every command's transaction begins so: who runs it ($1) and what ($2), for the audit.
select set_config('search_path', 'zoufang, pg_temp', true),
       set_config('zoufang.operator', $1, true),
       set_config('zoufang.method', $2, true),
       set_config('lock_timeout', '30s', true);
