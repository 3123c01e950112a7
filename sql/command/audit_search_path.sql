-- Names are looked up in $1 from now on in this transaction, and times are of no zone.
select set_config('search_path', $1, true), set_config('timezone', 'UTC', true)
