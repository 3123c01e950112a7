-- What is done once two agreed, and who confirms another's password: the table of steps and that of deadlines, terms in use, many openings of reporters.
set local search_path = zoufang;

-- Who confirms the code with which somebody sets his password: the leaders of his office; where it has none but himself or who asks, those of the
-- nearest office above; where no office has one, the admins. A leader counts where he holds a case role, for that two gave him: one
-- admin makes accounts, and says who leads, alone.
create function confirmers_of(asked_user uuid, asked_by uuid) returns setof uuid
language plpgsql stable security definer rows 2 set search_path = zoufang, pg_temp as $$
declare
  at uuid;
  roles int2[] := '{1,2}';
begin
  select a.office_id into at from account a where a.id = asked_user;
  for level in 1..20 loop
    return query
    select a.id
    from account a
    where (a.office_id = at and a.leader or at is null)
      and a.disabled_at is null
      and a.id not in (asked_user, asked_by)
      and exists (
        select
        from role_grant g
        where g.user_id = a.id
          and g.role = any (case when at is null then array[5::int2] else roles end)
          and g.starts_at <= now()
          and (g.ends_at is null or g.ends_at > now())
      );
    exit when found or at is null;
    select o.parent_id into at from office o where o.id = at;
  end loop;
end
$$;

-- Nobody moves himself to another office, nor makes himself its leader.
create function account_not_moved_by_itself() returns trigger
language plpgsql as $$
begin
  perform refuse_unless(
    new.id is distinct from me() or new.office_id is not distinct from old.office_id, 'FORBIDDEN', 'user.office_id'
  );
  perform refuse_unless(new.id is distinct from me() or new.leader = old.leader, 'FORBIDDEN', 'user.leader');
  return new;
end
$$;
create trigger account_not_moved_by_itself before update of office_id, leader on account
  for each row execute function account_not_moved_by_itself();

-- What is wrong with a step by itself; NULL: nothing. Leads are concluded from a proposal alone, by another; they are closed, declined, put
-- aside, sent on and taken up again by supervisors; and each way asks for what its state is made of.
create function step_fault(s lead_step) returns text
language sql immutable as $$
  select case
    when s.role <> 2 and (s.from_state = 7 or s.to_state in (2, 3, 6, 8, 10, 11, 12, 13, 14, 15)) then 'STEP_NOT_HIS'
    when not s.from_state = any (case s.to_state
      when 1 then '{12}'
      when 2 then '{1,12}'
      when 7 then '{4,5,6}'
      when 8 then '{7}'
      when 9 then '{8}'
      when 10 then '{8,9,14}'
      else '{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15}'
    end::int2[]) or s.from_state = 7 and s.to_state not in (4, 5, 6, 8) then 'STEP_SKIPS_APPROVAL'
    when not s.needs @> case
      when s.to_state = 8 then '{8}'
      when s.from_state = 7 then '{1,8,9}'
      when s.to_state = 10 and s.from_state <> 9 then '{1,10}'
      else case s.to_state
        when 3 then '{2}'
        when 6 then '{4}'
        when 7 then '{5}'
        when 9 then '{6}'
        when 11 then '{1,7}'
        when 12 then '{1,3}'
        when 13 then '{1,8}'
        when 14 then '{1,8}'
        when 15 then '{1}'
        else '{}'
      end
    end::int2[] then 'STEP_LACKS_NEED'
  end
$$;

-- Refuses a table of steps that leads nowhere: from every state that a lead can come to, or is in, there is a way to the archive.
create function check_steps(field text) returns void
language plpgsql as $$
begin
  perform refuse('STEP_STRANDS', field)
  from (
    with recursive reached(state) as (
      select 1::int2
      union
      select s.to_state from reached r join lead_step s on s.from_state = r.state
    ),
    ends(state) as (
      select 10::int2
      union
      select s.from_state from ends e join lead_step s on s.to_state = e.state
    )
    select n.state
    from generate_series(1, 15) n(state)
    where n.state not in (select e.state from ends e)
      and (n.state in (select r.state from reached r) or exists (select from lead l where l.state = n.state))
    limit 1
  ) stranded;
end
$$;

-- Sets a step, or takes it out of the table.
create function carry_out_step(a approval) returns void
language plpgsql as $$
declare
  s lead_step;
begin
  s.from_state := (a.payload ->> 'from')::int2;
  s.to_state := (a.payload ->> 'to')::int2;
  s.role := (a.payload ->> 'role')::int2;
  lock table lead_step in share row exclusive mode;
  if (a.payload ->> 'remove')::boolean then
    delete from lead_step o where (o.from_state, o.to_state, o.role) = (s.from_state, s.to_state, s.role);
    perform refuse_unless(found, 'NOT_FOUND', 'to');
    perform check_steps('to');
    return;
  end if;
  s.needs := array(select distinct n::int2 from jsonb_array_elements_text(a.payload -> 'needs') n order by 1);
  perform refuse_unless(s.from_state <> s.to_state, 'STEP_OUT_OF_ORDER', 'step.to');
  perform refuse(step_fault(s), case step_fault(s) when 'STEP_LACKS_NEED' then 'step.needs' when 'STEP_NOT_HIS' then 'step.role' else 'step.to' end)
  where step_fault(s) is not null;
  insert into lead_step (from_state, to_state, role, needs)
  values (s.from_state, s.to_state, s.role, s.needs)
  on conflict (from_state, to_state, role) do update set needs = excluded.needs;
  perform check_steps('step.to');
end
$$;

-- Sets a deadline, or takes it out of the table. Deadlines that leads have stay.
create function carry_out_deadline(a approval) returns void
language plpgsql as $$
declare
  of_state constant int2 := a.payload ->> 'state';
  of_domain constant text := a.payload ->> 'domain';
begin
  if (a.payload ->> 'remove')::boolean then
    delete from lead_deadline d where d.state = of_state and d.domain is not distinct from of_domain;
    perform refuse_unless(found, 'NOT_FOUND', 'state');
    return;
  end if;
  perform refuse_unless(
    of_domain is null or exists (select from term t where t.vocabulary = 1 and t.code = of_domain), 'NO_SUCH_TERM', 'deadline.domain'
  );
  insert into lead_deadline (state, domain, working_days)
  values (of_state, of_domain, (a.payload ->> 'working_days')::int4)
  on conflict (state, coalesce(domain, '')) do update set working_days = excluded.working_days;
end
$$;

-- Whether records use a term: then it is changed by two.
create function term_in_use(of_vocabulary int2, of_code text) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return case of_vocabulary
    when 1 then exists (select from lead l where l.domain = of_code)
      or exists (select from case_file c where c.domain = of_code)
      or exists (select from lead_deadline d where d.domain = of_code)
      or exists (select from campaign c where c.domain = of_code)
    when 2 then exists (select from lead l where l.problem_type = of_code)
    when 3 then exists (select from lead l where l.cause = of_code)
  end;
end
$$;

-- Changes a term, where nobody changed it since.
create function carry_out_term(a approval) returns void
language plpgsql as $$
begin
  update term t
  set name = a.payload ->> 'name',
      place = (a.payload ->> 'place')::int4,
      retired = (a.payload ->> 'retired')::boolean,
      etag = decode(a.payload ->> 'new_etag', 'hex')
  where t.vocabulary = (a.payload ->> 'vocabulary')::int2
    and t.code = a.payload ->> 'code'
    and t.etag = decode(a.payload ->> 'etag', 'hex');
  perform refuse_unless(found, 'STALE_ETAG', 'term.etag');
end
$$;

-- Where each record of the classes that are kept for a term (1 visits, 2 photos, 3 leads, 4 cases) belongs, and who must not see it.
create view record_place with (security_invoker) as
select 1::int2 as record_class, v.id as record_id, v.current_code, null::uuid[] as accused
from visit v
union all
select 2::int2, p.id, coalesce(v.current_code, l.current_code), l.accused
from photo p
left join visit v on v.id = p.visit_id
left join lead l on l.id = p.lead_id
union all
select 3::int2, l.id, l.current_code, l.accused
from lead l
union all
select 4::int2, c.id, c.current_code, c.accused
from case_file c;
grant select on record_place to zoufang, zoufang_definer;

-- Whether the caller supervises the region of a record, and nothing of it is about him or his office.
create function supervises_record(record_class int2, record_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (
    select
    from record_place p
    where p.record_class = supervises_record.record_class
      and p.record_id = supervises_record.record_id
      and p.current_code <@ scope()
      and (p.accused is null or not p.accused && blind())
  );
end
$$;

-- The records that an approval is about.
create function approval_records(a approval) returns table (record_class int2, record_id uuid)
language sql stable as $$
  select 3::int2, asked.id::uuid from jsonb_array_elements_text(a.payload -> 'lead_ids') asked(id)
  union all
  select (a.payload ->> 'record_class')::int2, asked.id::uuid from jsonb_array_elements_text(a.payload -> 'record_ids') asked(id)
$$;

-- Whether the caller supervises all records of an approval that are still there.
create function supervises_records(a approval) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return not exists (
    select
    from approval_records(a) r
    where not supervises_record(r.record_class, r.record_id)
      and not exists (select from erased_record e where e.record_id = r.record_id)
  );
end
$$;

-- Nothing but the decision itself opens them: RevealReporter looks for it. Who asks must supervise them as who decides does.
create function carry_out_reveal(a approval) returns void
language plpgsql as $$
begin
  perform refuse_unless(supervises_records(a), 'UNKNOWN_REFERENCE', 'lead_ids');
end
$$;

-- Whether this lead's reporter may be opened by somebody beyond the bound at that time: within a day of the decision.
create function reveal_was_approved(of_lead uuid, asker uuid, at timestamptz) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (
    select
    from approval p
    where p.kind = 6
      and p.state = 2
      and p.requested_by = asker
      and at between p.decided_at and p.decided_at + interval '24 hours'
      and p.payload -> 'lead_ids' ? of_lead::text
  );
end
$$;
create index approval_reveals on approval (requested_by, decided_at) where kind = 6 and state = 2;

-- That many are to be opened stands in the timeline of each of their leads: as it was asked for, and as it was decided.
create function reveal_request_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into lead_event (lead_id, kind, actor_id, note)
  select l.id,
         case new.state when 1 then 22 when 2 then 23 else 24 end,
         coalesce(new.decided_by, new.requested_by),
         case new.state when 1 then new.reason else new.decision_reason end
  from approval_records(new) r
  join lead l on l.id = r.record_id and l.erased_at is null;
  return null;
end
$$;
create trigger reveal_request_told after insert or update of state on approval
  for each row when (new.kind = 6) execute function reveal_request_told();

-- How many reporters the caller opened within the last hour, beside those that another approved.
create or replace function reveals_this_hour() returns int8
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return (
    select count(*)
    from lead_event e
    where e.actor_id = me()
      and e.kind = 20
      and e.at > now() - interval '1 hour'
      and not reveal_was_approved(e.lead_id, me(), e.at)
  );
end
$$;

-- Only who decides writes these tables.
grant insert, update, delete on lead_step, lead_deadline to zoufang_definer;
-- Who decides reads them too, so that the audit's check needs no policy of its own.
drop policy audited on lead_deadline;
drop policy audited on term;
create policy definer on lead_step to zoufang_definer using (true) with check (true);
create policy definer on lead_deadline to zoufang_definer using (true) with check (true);
create policy definer on term to zoufang_definer using (true) with check (true);
drop policy change on term;
create policy change on term for update to zoufang using ((select has_role(5)) and not term_in_use(vocabulary, code));

call settle_definers();
revoke all on function confirmers_of, account_not_moved_by_itself, step_fault, check_steps, carry_out_step, carry_out_deadline, term_in_use, carry_out_term, supervises_record, approval_records, supervises_records, carry_out_reveal, reveal_was_approved,
  reveal_request_told from public;
grant execute on function term_in_use, supervises_record, approval_records, reveal_was_approved to zoufang;
grant execute on function confirmers_of, step_fault, check_steps, carry_out_step, carry_out_deadline, carry_out_term,
  supervises_record, approval_records, supervises_records, carry_out_reveal, request_approval, approval_requested, reveal_was_approved to zoufang_definer;
