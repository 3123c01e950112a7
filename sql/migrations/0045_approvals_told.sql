-- What waits for a second person is told to those who may decide it, by Pull and, where they watch, by WatchLeads; and what admins ask for, and what
-- becomes of it, is told to auditors. Both are reminders (0016).
set local search_path = zoufang;

-- Something waits. Kind 8 is for who decides it: the supervisors of all the records or of the region, those who confirm codes, or the admins.
create function approval_waits() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into reminder (id, kind, record_kind, record_id, at, told_code, told_role, told_users, actor_id, note)
  select
    reminder_id(8::int2, new.id, new.requested_at), 8, 5, new.id, new.requested_at,
    case new.kind
      when 6 then r.current_code
      when 8 then new.region_code
      when 10 then r.current_code
      when 11 then new.region_code
    end,
    case when new.kind not in (2, 6, 8, 10, 11) then 5 end,
    case when new.kind = 2 then array(select confirmers_of(new.user_id, new.requested_by)) end,
    new.requested_by, new.reason
  from (select) one
  left join (
    select p.current_code
    from approval_records(new) a
    join record_place p on p.record_class = a.record_class and p.record_id = a.record_id
    limit 1
  ) r on true;
  return null;
end
$$;
create trigger approval_waits after insert on approval for each row execute function approval_waits();

-- Kind 9 is for auditors, as it was asked for and as it was decided. What is about records and persons is not theirs to know, and what is published is told to all.
create function approval_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into reminder (id, kind, record_kind, record_id, at, told_role, actor_id, note)
  select reminder_id(9::int2, new.id, w.at), 9, 5, new.id, w.at, 4, coalesce(new.decided_by, new.requested_by),
         case when new.decided_at is null then new.reason else new.decision_reason end
  from (select coalesce(new.decided_at, new.requested_at)) w(at)
  on conflict do nothing;
  return null;
end
$$;
create trigger approval_told after insert or update of state on approval for each row when (new.kind in (1, 2, 3, 4, 5, 9)) execute function approval_told();

-- `records_at`: of a request about records, where all of them lie. `concerned`: whom it is about.
create or replace view reminder_standing with (security_invoker) as
select r.*,
       coalesce(l.current_code, r.told_code) as current_code,
       case when r.record_kind = 5 then r.told_users else array[l.raised_by, l.handler_id, l.office_id, l.offered_to] end as people,
       case when a.kind in (6, 10) then (
         select array_agg(who)
         from approval_records(a) asked
         join record_place of on of.record_class = asked.record_class and of.record_id = asked.record_id
         cross join unnest(of.accused) who
       ) else l.accused end as accused,
       case when a.kind in (6, 10) then (
         select range_agg(int8range(of.current_code, of.current_code, '[]'))
         from approval_records(a) asked
         join record_place of on of.record_class = asked.record_class and of.record_id = asked.record_id
       ) end as records_at,
       a.user_id as concerned
from reminder r
left join lead l on r.record_kind = 3 and l.id = r.record_id
left join visit v on r.record_kind = 1 and v.id = r.record_id
left join approval a on r.record_kind = 5 and a.id = r.record_id
where case r.kind
  when 1 then v.state = 2 and v.written_at = r.at
  when 2 then l.due_at = r.at
  when 3 then l.answer_due_at = r.at
  when 8 then a.state = 1 and a.expires_at > now()
  else true
end;

-- Whether somebody with this sight is reminded of it while he watches: nobody of what he did himself, or what is about himself.
create function is_reminded(r reminder_standing, who uuid, scope int8multirange, ways uuid[], blind uuid[]) returns boolean
language sql immutable parallel safe as $$
  select r.actor_id is distinct from who
    and r.concerned is distinct from who
    and (r.told_code is null or r.told_code <@ scope)
    and (r.records_at is null or r.records_at <@ scope)
    and sees(scope, ways, blind, r.current_code, r.people, r.accused)
$$;

drop policy see on reminder;
create policy see on reminder for select to zoufang using (
  (told_code <@ (select scope()) or has_role(told_role) or (select me()) = any (told_users))
  and actor_id is distinct from (select me())
  and case record_kind
    when 1 then exists (select from visit v where v.id = record_id)
    when 3 then exists (select from lead l where l.id = record_id)
    when 5 then exists (select from approval a where a.id = record_id and (reminder.kind <> 8 or is_decider(a)))
    else true
  end
);

call settle_definers();
revoke all on function approval_waits, approval_told, is_reminded from public;
grant execute on function is_reminded to zoufang, zoufang_definer;
