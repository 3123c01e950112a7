-- What somebody still answers for. His account ends once all of it is handed over; the one place that says what that is.
set local search_path = zoufang;

-- Whether a case is not done: one of its leads is open, or one of its persons has no final handling.
create function case_is_open(case_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (
      select
      from case_lead k
      join lead l on l.id = k.lead_id
      where k.case_id = case_is_open.case_id
        and l.open
    )
    or exists (
      select
      from case_person p
      where p.case_id = case_is_open.case_id
        and not exists (
          select
          from handling h
          where (h.case_id, h.person_id) = (p.case_id, p.person_id)
            and h.approved_at is not null
        )
    );
end
$$;

-- Whether a lead is of a case that is not done: it is handed over with the case, though it is concluded itself.
create function is_of_open_case(lead_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (select from case_lead k where k.lead_id = is_of_open_case.lead_id and case_is_open(k.case_id));
end
$$;

-- The open leads and cases that a user answers for, the oldest first. Until a lead that was transferred is accepted, he does.
create function open_work_of(user_id uuid, out leads uuid[], out cases uuid[])
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  leads := array(
    select l.id
    from lead l
    where l.handler_id = open_work_of.user_id
      and (l.open or l.state = 12)
    order by l.received_at, l.id
  );
  cases := array(
    select c.id
    from case_file c
    where c.handler_id = open_work_of.user_id
      and case_is_open(c.id)
    order by c.filed_at, c.id
  );
end
$$;

-- The same in words, for the host's command line: '1 lead: …; 2 cases: … …'; empty where there is nothing.
create function open_work_told(user_id uuid) returns text
language sql stable as $$
  select coalesce(string_agg(
    format('%s %s%s: %s', cardinality(w.ids), w.noun, case when cardinality(w.ids) > 1 then 's' end, array_to_string(w.ids, ' ')),
    '; ' order by w.noun desc
  ), '')
  from open_work_of(user_id) o
  cross join lateral (values ('lead', o.leads), ('case', o.cases)) w(noun, ids)
  where w.ids <> '{}'
$$;

-- Refuses where a user who is still active would end, and still answers for something. Who asks hears how much, and not what.
create function refuse_leaving(user_id uuid, ends boolean, field text) returns void
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  work record;
begin
  if ends is not true or not exists (select from account a where a.id = user_id and a.disabled_at is null) then
    return;
  end if;
  work := open_work_of(user_id);
  if work.leads <> '{}' or work.cases <> '{}' then
    raise exception using
      errcode = 'ZF412',
      message = 'LEAVES_OPEN_WORK',
      detail = field,
      hint = concat_ws(' ', cardinality(work.leads), cardinality(work.cases));
  end if;
end
$$;

call settle_definers();
revoke all on function case_is_open, is_of_open_case, open_work_of, open_work_told, refuse_leaving from public;
grant execute on function is_of_open_case, refuse_leaving to zoufang;
