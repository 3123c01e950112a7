-- Lets a reading call wait until this standby has got where the primary's log was when it came: the engine alone, before who-am-I, on standbys.
-- Fails where it takes too long, and where this is no standby: the primary is asked then.
-- $1 the position
select stand_at($1::text::pg_lsn)
