-- The way of a lead: the steps as rows, who may take them and what they ask for; outcomes, feedback, links.
set local search_path = zoufang;

-- What a step asks for (`needs`): 1 a reason · 2 a user or an office to assign to · 3 an office · 4 a case · 5 an outcome · 6 feedback
-- · 7 notice to the reporter, where he gave his name · 8 another person than who answers for the lead or proposed the conclusion
-- · 9 that the proposal came from there · 10 that nobody is left to be told.
create table lead_step (
  from_state int2 not null check (from_state between 1 and 15),
  to_state int2 not null check (to_state between 1 and 15),
  role int2 not null check (role between 1 and 3),
  needs int2[] not null default '{}' check (needs <@ '{1,2,3,4,5,6,7,8,9,10}'::int2[]),
  name text not null generated always as (from_state::text || '-' || to_state::text || '-' || role::text) stored unique,
  primary key (from_state, to_state, role),
  check (from_state <> to_state)
);
comment on column lead_step.role is
  '1 who answers for the lead: its handler, or the office''s members where it has none; 2 a supervisor of its region; 3 to whom it was offered.';

insert into lead_step (from_state, to_state, role, needs)
values
  (1, 2, 2, '{}'),
  (1, 11, 2, '{1,7}'),
  (1, 12, 2, '{1,3}'),
  (2, 12, 2, '{1,3}'),
  (12, 1, 2, '{1}'),
  (12, 1, 3, '{1}'),
  (2, 3, 2, '{2}'),
  (3, 4, 1, '{}'),
  (4, 5, 1, '{}'),
  (5, 4, 1, '{}'),
  (4, 6, 2, '{4}'),
  (4, 7, 1, '{5}'),
  (5, 7, 1, '{5}'),
  (6, 7, 1, '{5}'),
  (4, 13, 2, '{1,8}'),
  (4, 14, 2, '{1,8}'),
  (7, 8, 2, '{8}'),
  (7, 4, 2, '{1,8,9}'),
  (7, 5, 2, '{1,8,9}'),
  (7, 6, 2, '{1,8,9}'),
  (8, 9, 1, '{6}'),
  (8, 9, 2, '{6}'),
  (9, 10, 2, '{}'),
  (8, 10, 2, '{1,10}'),
  (14, 10, 2, '{1,10}'),
  (11, 15, 2, '{1}'),
  (13, 15, 2, '{1}'),
  (8, 15, 2, '{1}'),
  (9, 15, 2, '{1}'),
  (10, 15, 2, '{1}'),
  (15, 4, 1, '{}'),
  (15, 4, 2, '{}');

-- The names that clients know states by.
create function lead_state_name(state int2) returns text
language sql immutable parallel safe as $$
  select 'LEAD_STATE_' || (array['RECEIVED', 'ACCEPTED', 'ASSIGNED', 'VERIFYING', 'INQUIRY_BY_LETTER', 'CASE_FILED', 'CONCLUSION_PROPOSED',
    'CONCLUDED', 'REPORTED_BACK', 'CLOSED', 'DECLINED', 'TRANSFERRED', 'SHELVED', 'DISMISSED', 'REOPENED'])[state]
$$;

-- Whether the caller holds a role of lead_step on a lead that he sees.
create function holds_step_role(l lead, role int2) returns boolean
language plpgsql stable as $$
begin
  return case role
    when 1 then l.handler_id = me() or l.handler_id is null and l.office_id = my_office()
    when 2 then l.current_code <@ scope()
    when 3 then l.offered_to = any (ways())
  end;
end
$$;

-- 处置结果: what came of a lead. Proposed by who answers for it, in force once another approved it. Never changed afterwards.
create table lead_outcome (
  id uuid primary key default gen_random_uuid(),
  lead_id uuid not null references lead,
  finding int2 not null check (finding between 1 and 4),
  problem_solved boolean not null default false,
  recovered_fen int8 check (recovered_fen between 0 and 100000000000000),
  person_names text[] not null default '{}',
  person_units text[] not null default '{}',
  cleared_names text[] not null default '{}',
  cleared_units text[] not null default '{}',
  cleared_on date[] not null default '{}',
  person_ids uuid[] not null default '{}',
  cleared_ids uuid[] not null default '{}',
  publicised boolean not null default false,
  note text check (char_length(note) between 1 and 5000),
  proposed_by uuid not null references account,
  proposed_at timestamptz not null default now(),
  approved_by uuid references account,
  approved_at timestamptz,
  returned_at timestamptz,
  constraint lead_outcome_approver_is_another check (approved_by <> proposed_by),
  constraint lead_outcome_approved_by_somebody check ((approved_by is null) = (approved_at is null)),
  constraint lead_outcome_approved_or_returned check (approved_at is null or returned_at is null),
  constraint lead_outcome_persons_fit check (cardinality(person_names) <= 50 and cardinality(person_names) = cardinality(person_units)
    and texts_fit(person_names, 50)),
  constraint lead_outcome_cleared_fit check (cardinality(cleared_names) <= 50 and cardinality(cleared_names) = cardinality(cleared_units)
    and cardinality(cleared_names) = cardinality(cleared_on) and texts_fit(cleared_names, 50))
);
comment on column lead_outcome.finding is '1 substantiated, 2 unfounded, 3 false accusation, 4 disturbing the order of petitioning.';
comment on column lead_outcome.person_names is 'Those dealt with: of a false accusation, those who made it.';
comment on column lead_outcome.person_ids is
  'With cleared_ids, once it is approved: as whom each of them counts (outcome_person), of person_names where figures count them.';
comment on column lead_outcome.cleared_on is
  'The day that each of cleared_names was cleared in public; NULL: the day that the outcome was approved.';
comment on column lead_outcome.returned_at is 'When the proposal was sent back.';
create unique index lead_outcome_proposed on lead_outcome (lead_id) where approved_at is null and returned_at is null;
create index lead_outcome_lead on lead_outcome (lead_id, proposed_at);

-- An outcome is proposed while its lead is at that step, and decided by the step that decides it; who is blinded decides nothing. What was decided
-- loses its texts alone, where they are erased.
create function lead_outcome_follows() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  l lead;
begin
  if tg_op = 'UPDATE' and erases()
    and to_jsonb(new) - '{person_names,person_units,cleared_names,cleared_units,note}'::text[]
      = to_jsonb(old) - '{person_names,person_units,cleared_names,cleared_units,note}'::text[]
  then
    return new;
  end if;
  select o.* into l from lead o where o.id = new.lead_id;
  if tg_op = 'INSERT' then
    perform refuse_unless(l.state = 7 and new.approved_at is null and new.returned_at is null, 'PRECONDITION', 'outcome');
  else
    perform refuse_unless(
      old.approved_at is null and old.returned_at is null
        and to_jsonb(new) - '{approved_at,approved_by,returned_at}'::text[]
          = to_jsonb(old) - '{approved_at,approved_by,returned_at}'::text[]
        and (new.approved_at is null or l.state = 8),
      'PRECONDITION', 'outcome'
    );
    perform refuse_unless(
      new.approved_by is null or not exists (
        select from account a where a.id = new.approved_by and array[a.id, a.office_id] && l.accused
      ),
      'PRECONDITION', 'outcome'
    );
  end if;
  return new;
end
$$;
create trigger lead_outcome_follows before insert or update on lead_outcome for each row execute function lead_outcome_follows();

-- A lead says what was found from the step that concludes it on: what was proposed, which is approved with the step.
create function lead_finds() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  select o.finding into new.finding
  from lead_outcome o
  where o.lead_id = new.id
    and o.approved_at is null
    and o.returned_at is null;
  return new;
end
$$;
create trigger lead_finds before update of state on lead
  for each row when (old.state <> 8 and new.state = 8) execute function lead_finds();

-- 反馈: what was told to the reporter or the villagers. Append-only.
create table lead_feedback (
  id uuid primary key default gen_random_uuid(),
  lead_id uuid not null references lead,
  about int2 not null check (about between 1 and 2),
  told_at timestamptz not null check (told_at >= '2000-01-01'),
  way int2 not null check (way between 1 and 5),
  audience int2 not null check (audience between 1 and 2),
  satisfaction int2 not null check (satisfaction between 1 and 5),
  note text check (char_length(note) between 1 and 2000),
  written_by uuid not null references account,
  written_at timestamptz not null default now()
);
comment on column lead_feedback.about is '1 whether it was accepted, 2 the result.';
create index lead_feedback_lead on lead_feedback (lead_id, written_at);

-- No result is told before there is one.
create function lead_feedback_follows() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform refuse_unless(
    new.about = 1
      or exists (select from lead l where l.id = new.lead_id and l.state = 14)
      or exists (select from lead_outcome o where o.lead_id = new.lead_id and o.approved_at is not null),
    'PRECONDITION', 'feedback'
  );
  return new;
end
$$;
create trigger lead_feedback_follows before insert on lead_feedback for each row execute function lead_feedback_follows();
create function lead_feedback_is_final() returns trigger
language plpgsql as $$
begin
  if tg_op in ('DELETE', 'UPDATE') and erases() then
    return null;
  end if;
  raise exception 'feedback is append-only' using errcode = '42501';
end
$$;
create trigger lead_feedback_is_final before update or delete or truncate on lead_feedback
  for each statement execute function lead_feedback_is_final();

-- 并案: leads that are the same matter. A link is seen by who sees both.
create table lead_link (
  id uuid primary key default gen_random_uuid(),
  lead_id uuid not null references lead,
  other_id uuid not null references lead,
  reason text not null check (char_length(reason) between 1 and 500),
  linked_by uuid not null references account,
  linked_at timestamptz not null default now(),
  unique (lead_id, other_id),
  check (lead_id < other_id)
);
create index lead_link_other on lead_link (other_id);

-- Both timelines tell of it, though who links may write only in one.
create function lead_link_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into lead_event (lead_id, kind, actor_id, note, other_id)
  values
    (new.lead_id, 9, new.linked_by, new.reason, new.other_id),
    (new.other_id, 9, new.linked_by, new.reason, new.lead_id);
  return null;
end
$$;
create trigger lead_link_told after insert on lead_link for each row execute function lead_link_told();

-- Whether a lead belongs to a case. No case is known here; where cases come in, they put this right.
create function case_has_lead(case_id uuid, lead_id uuid) returns boolean
language plpgsql stable as $$
begin
  return false;
end
$$;

-- A lead goes only the ways that lead_step holds, and only by who holds a role for it.
create function lead_step_kept() returns trigger
language plpgsql as $$
begin
  if not exists (
    select
    from lead_step s
    where s.from_state = old.state
      and s.to_state = new.state
      and (me() is null or holds_step_role(old, s.role))
  ) then
    perform refuse('STEP_OUT_OF_ORDER', 'to');
  end if;
  return new;
end
$$;
create trigger lead_step_kept before update of state on lead
  for each row when (old.state <> new.state) execute function lead_step_kept();

-- Whether the caller must leave this to another: he answers for the lead, or proposed its conclusion.
create function is_judge_of_himself(l lead) returns boolean
language plpgsql stable as $$
begin
  return coalesce(l.handler_id = me(), false)
    or exists (
      select
      from lead_outcome o
      where o.lead_id = l.id
        and o.approved_at is null
        and o.returned_at is null
        and o.proposed_by = me()
    );
end
$$;

-- The steps that the caller may take with a lead now, and what each asks for; none where he does not see it.
create function allowed_steps(lead_id uuid) returns table (to_state int2, needs int2[])
language plpgsql stable rows 3 as $$
#variable_conflict use_column
declare
  l lead;
begin
  select o.* into l from lead o where o.id = allowed_steps.lead_id;
  return query
  select distinct on (s.to_state)
         s.to_state,
         array(
           select n
           from unnest(s.needs) n
           where n in (1, 2, 3, 4, 5, 6)
              or n = 7 and l.has_reporter
           order by n
         )
  from lead_step s
  where s.from_state = l.state
    and holds_step_role(l, s.role)
    and not (8 = any (s.needs) and is_judge_of_himself(l))
    and (not 9 = any (s.needs) or s.to_state = (
      select e.from_state
      from lead_event e
      where e.lead_id = l.id
        and e.to_state = l.state
      order by e.at desc
      limit 1
    ))
    and (not 10 = any (s.needs) or l.answer_due_at is null)
  order by s.to_state, cardinality(s.needs);
end
$$;

-- Refuses with the steps that the caller may take: `field` is `to`, or what a step asks for and was not given.
create function refuse_step(lead_id uuid, field text) returns void
language plpgsql as $$
begin
  raise exception using
    errcode = 'ZF412',
    message = case field when 'to' then 'STEP_OUT_OF_ORDER' else 'STEP_INCOMPLETE' end,
    detail = field,
    hint = coalesce((select string_agg(lead_state_name(a.to_state), ', ' order by a.to_state) from allowed_steps(lead_id) a), '');
end
$$;

-- Refuses unless the caller may take this step with what was given (numbers of `needs`).
create function check_step(lead_id uuid, to_state int2, given int2[]) returns void
language plpgsql as $$
declare
  needed int2[];
  missing int2;
begin
  select a.needs into needed from allowed_steps(check_step.lead_id) a where a.to_state = check_step.to_state;
  if needed is null then
    perform refuse_step(lead_id, 'to');
  end if;
  select n into missing from unnest(needed) n where not n = any (given) order by n limit 1;
  if missing is not null then
    perform refuse_step(lead_id, (array['reason', 'handler_id', 'office_id', 'case_id', 'outcome', 'feedback', 'feedback'])[missing]);
  end if;
end
$$;

-- Whether a lead can be handed to a user: he holds a case role, is not disabled, and neither complained of nor recused; NULL where
-- there is no such user.
create function can_answer_for(lead_id uuid, user_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  answer boolean;
begin
  select a.disabled_at is null
         and not coalesce(array[a.id, a.office_id] && (select l.accused from lead l where l.id = can_answer_for.lead_id), false)
         and exists (
           select
           from role_grant g
           where g.user_id = a.id
             and g.role in (1, 2)
             and g.starts_at <= now()
             and (g.ends_at is null or g.ends_at > now())
         )
  into answer
  from account a
  where a.id = can_answer_for.user_id;
  return answer;
end
$$;

-- Refuses unless a lead can be handed to this user or this office; one of them may be NULL.
create function check_receiver(lead_id uuid, user_id uuid, office_id uuid) returns void
language plpgsql as $$
begin
  perform refuse_unless(num_nonnulls(user_id, office_id) < 2, 'ONLY_ONE', 'office_id');
  perform refuse_unless(user_id is null or can_answer_for(lead_id, user_id) is not null, 'NO_SUCH_USER', 'handler_id');
  perform refuse_unless(user_id is null or can_answer_for(lead_id, user_id), 'CANNOT_ANSWER', 'handler_id');
  perform refuse_unless(
    office_id is null or exists (select from office o where o.id = check_receiver.office_id and o.closed_on is null),
    'NO_SUCH_OFFICE', 'office_id'
  );
  perform refuse_unless(
    office_id is null
      or not exists (select from lead l where l.id = check_receiver.lead_id and check_receiver.office_id = any (l.accused)),
    'CANNOT_ANSWER', 'office_id'
  );
end
$$;

-- What was handed in against the leaders of the highest office here: a number and when. Nothing of it is kept; the paper goes to the superior
-- body.
create table receipt (
  number int8 generated always as identity primary key,
  lead_id uuid not null unique,
  received_at timestamptz not null default now()
);

-- The submissions that were accepted of it, by their etags alone, which are keyed hashes: so that a retry is recognised.
create table receipt_submission (
  lead_id uuid not null references receipt (lead_id),
  etag bytea not null check (octet_length(etag) between 16 and 64),
  written_by uuid not null references account,
  primary key (lead_id, etag, written_by)
);

-- Whether one of these users, and not of those `before`, leads the highest office here: a commission without one above.
create function reach_the_highest(users uuid[], before uuid[] default '{}') returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (
    select
    from account a
    join office o on o.id = a.office_id
    where a.id = any (users)
      and not coalesce(a.id = any (before), false)
      and a.leader
      and o.kind in (1, 2)
      and o.parent_id is null
  );
end
$$;

-- What is not kept comes back under no other content either.
create function lead_not_kept() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if new.accused_users = '{}' or not reach_the_highest(new.accused_users) then
    return case when not exists (select from receipt r where r.lead_id = new.id) then new end;
  end if;
  insert into receipt (lead_id) values (new.id) on conflict (lead_id) do nothing;
  if found then
    insert into receipt_submission (lead_id, etag, written_by) values (new.id, new.etag, new.written_by);
  end if;
  return null;
end
$$;
create trigger lead_not_kept before insert on lead for each row execute function lead_not_kept();

-- The number of the receipt of a lead that the caller handed in, or wrote a version of; NULL where there is none. Volatile: it sees what its
-- own statement wrote.
create function receipt_number(lead_id uuid) returns int8
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  return (
    select r.number
    from receipt r
    where r.lead_id = receipt_number.lead_id
      and exists (select from receipt_submission s where s.lead_id = r.lead_id and s.written_by = me())
  );
end
$$;

-- What the caller sees and does of it.
grant select on lead_step to zoufang, zoufang_definer;
grant update (state, handler_id, office_id, offered_user, offered_office, recused, due_at, answer_due_at) on lead to zoufang;

alter table lead_step enable row level security;
create policy read on lead_step for select to zoufang, zoufang_definer using (true);

alter table lead_outcome enable row level security;
create policy see on lead_outcome for select to zoufang using (exists (select from lead l where l.id = lead_id));
create policy add on lead_outcome for insert to zoufang
  with check (proposed_by = (select me()) and exists (select from lead l where l.id = lead_id and holds_step_role(l, 1::int2)));
create policy decide on lead_outcome for update to zoufang
  using (exists (select from lead l where l.id = lead_id and l.current_code <@ (select scope())))
  with check (approved_by is null or approved_by = (select me()));
grant select on lead_outcome to zoufang;
grant insert (id, lead_id, finding, problem_solved, recovered_fen, person_names, person_units, cleared_names, cleared_units, cleared_on,
  publicised, note, proposed_by) on lead_outcome to zoufang;
grant update (approved_by, approved_at, returned_at) on lead_outcome to zoufang;
grant select on lead_outcome to zoufang_definer;
create policy definer on lead_outcome to zoufang_definer using (true) with check (true);

alter table lead_feedback enable row level security;
create policy see on lead_feedback for select to zoufang using (exists (select from lead l where l.id = lead_id));
create policy add on lead_feedback for insert to zoufang
  with check (
    written_by = (select me())
    and exists (select from lead l where l.id = lead_id and (holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2)))
  );
grant select on lead_feedback to zoufang;
grant insert (lead_id, about, told_at, way, audience, satisfaction, note, written_by) on lead_feedback to zoufang;

alter table lead_link enable row level security;
create policy see on lead_link for select to zoufang
  using (exists (select from lead l where l.id = lead_id) and exists (select from lead l where l.id = other_id));
create policy add on lead_link for insert to zoufang
  with check (
    linked_by = (select me())
    and exists (select from lead l where l.id = lead_id)
    and exists (select from lead l where l.id = other_id)
  );
grant select on lead_link to zoufang;
grant insert (id, lead_id, other_id, reason, linked_by) on lead_link to zoufang;

alter table receipt enable row level security;
create policy definer on receipt to zoufang_definer using (true) with check (true);
alter table receipt_submission enable row level security;
create policy definer on receipt_submission to zoufang_definer using (true) with check (true);
grant select, insert on receipt, receipt_submission to zoufang_definer;

call audit_table('receipt', 'receipt', 'number');
call audit_table('lead_step', 'step', 'name');
call audit_table('lead_outcome', 'outcome');
call audit_table('lead_feedback', 'feedback');
call audit_table('lead_link', 'link');

alter function lead_outcome_follows owner to zoufang_definer;
alter function lead_finds owner to zoufang_definer;
alter function lead_feedback_follows owner to zoufang_definer;
alter function lead_link_told owner to zoufang_definer;
alter function reach_the_highest owner to zoufang_definer;
alter function lead_not_kept owner to zoufang_definer;
alter function receipt_number owner to zoufang_definer;
alter function can_answer_for owner to zoufang_definer;
revoke all on function reach_the_highest, lead_not_kept, receipt_number, lead_state_name, holds_step_role, lead_outcome_follows, lead_finds, lead_feedback_follows, lead_feedback_is_final, lead_link_told,
  case_has_lead, lead_step_kept,  is_judge_of_himself, allowed_steps, refuse_step, check_step, can_answer_for, check_receiver from public;
grant execute on function reach_the_highest, receipt_number, lead_state_name, case_has_lead, holds_step_role, is_judge_of_himself, allowed_steps, refuse_step, check_step, can_answer_for,
  check_receiver to zoufang;
grant execute on function holds_step_role to zoufang_definer;
