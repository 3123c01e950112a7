-- Exports: what the audit says of them, and whose sight they are of. Rows are read under the caller's own policies.
set local search_path = zoufang;

-- The caller's sight: who has another one than when his export began is told no more of it.
create function export_sight() returns uuid
language sql stable security definer set search_path = zoufang, pg_temp as $$
  select sight_mark(scope(), ways(), blind())
$$;

-- Writes to the audit that the caller's export begins.
create function export_begun(told text) returns void
language sql security definer set search_path = zoufang, pg_temp as $$
  select audit_write('opened', 'export', current_setting('zoufang.call'), null, told)
$$;

-- Writes to the audit how an export ended. Nobody calls: the session that began it, known by its token, may be over.
create function export_ended(token_hash bytea, export uuid, peer text, told text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, result)
  select s.user_id, s.user_id::text, s.id, nullif(export_ended.peer, ''), export::text, current_setting('zoufang.method'), 'opened',
    'export', export::text, told
  from session s
  where s.access_hash = export_ended.token_hash;
end
$$;

-- A moment with its offset from UTC, in the time zone of the transaction.
create function local_text(at timestamptz) returns text
language sql stable parallel safe as $$ select to_char(at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') $$;

call settle_definers();
revoke all on function export_sight, export_begun, export_ended, local_text from public;
grant execute on function export_sight, export_begun, export_ended, local_text to zoufang;
grant execute on function sight_mark to zoufang_definer;
