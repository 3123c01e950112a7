-- Reading from a standby.
set local search_path = zoufang;

-- How far the primary's log must be replayed for all that was acknowledged to be seen: where it is written; where commits are acknowledged
-- before that, where it will be.
create function acknowledged_at() returns pg_lsn
language sql volatile set search_path = zoufang, pg_temp as $$
  select case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn() else pg_current_wal_lsn() end
$$;

-- Waits, a tenth of a second at most, until this standby has replayed the log up to `written`. OBJECT_NOT_IN_PREREQUISITE_STATE where it has
-- not by then, or where this is no standby: a server that was promoted by mistake has a log of its own, whose positions say nothing.
create function stand_at(written pg_lsn) returns void
language plpgsql set search_path = zoufang, pg_temp as $$
declare
  until constant timestamptz := clock_timestamp() + interval '100 ms';
begin
  loop
    if not pg_is_in_recovery() then
      raise object_not_in_prerequisite_state using message = 'this is no standby';
    end if;
    exit when pg_last_wal_replay_lsn() >= written;
    if clock_timestamp() > until then
      raise object_not_in_prerequisite_state using message = 'this standby is behind';
    end if;
    perform pg_sleep(0.001);
  end loop;
end
$$;

revoke all on function acknowledged_at, stand_at from public;
grant execute on function acknowledged_at, stand_at to zoufang;
