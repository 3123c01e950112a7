-- Deadlines: how many working days each step has, and which days are worked.
set local search_path = zoufang;

-- Days that are not what the week says: 1 a holiday, 2 a make-up working day, 3 an ordinary day again. Admins fill it in.
create table holiday (
  day date primary key check (day >= '2000-01-01' and day < '2200-01-01'),
  kind int2 not null check (kind between 1 and 3),
  name text check (char_length(name) between 1 and 50),
  written_by uuid references account,
  written_at timestamptz not null default now()
);

-- How long a lead may stay in a state, in working days; a row with a domain goes before the one without.
create table lead_deadline (
  state int2 not null check (state between 1 and 15),
  domain text,
  domain_vocabulary int2 not null generated always as (1::int2) stored,
  working_days int4 not null check (working_days between 1 and 500),
  name text not null generated always as (state::text || coalesce('-' || domain, '')) stored unique,
  foreign key (domain_vocabulary, domain) references term (vocabulary, code)
);
create unique index lead_deadline_key on lead_deadline (state, coalesce(domain, ''));

insert into lead_deadline (state, domain, working_days)
values
  (1, null, 15),
  (2, null, 5),
  (3, null, 5),
  (4, null, 30),
  (4, 'livelihood', 20),
  (4, 'poverty', 20),
  (5, null, 20),
  (6, null, 90),
  (7, null, 10),
  (8, null, 15),
  (9, null, 10),
  (12, null, 5),
  (14, null, 15),
  (15, null, 5);

-- Whose days are counted: the setting zoufang.time_zone, Asia/Shanghai unless set.
create function local_zone() returns text
language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('zoufang.time_zone', true), ''), 'Asia/Shanghai')
$$;

create function local_day(at timestamptz) returns date
language sql stable parallel safe as $$ select (at at time zone local_zone())::date $$;

create function is_working_day(asked date) returns boolean
language plpgsql stable as $$
begin
  return coalesce((select case h.kind when 1 then false when 2 then true end from holiday h where h.day = asked), extract(isodow from asked) < 6);
end
$$;

-- The end of the local day that is so many working days after `since`; the day of `since` itself does not count.
create function end_of_working_days(working_days int4, since timestamptz default now()) returns timestamptz
language plpgsql stable as $$
declare
  last_day date;
begin
  select d.day
  into last_day
  from (
    select local_day(since) + n as day
    from generate_series(1, working_days * 2 + 60) n
  ) d
  left join holiday h on h.day = d.day
  where coalesce(case h.kind when 1 then false when 2 then true end, extract(isodow from d.day) < 6)
  order by d.day
  offset working_days - 1
  limit 1;
  return (last_day + 1)::timestamp at time zone local_zone();
end
$$;

-- When a lead that comes into a state now is due; NULL where that state has no deadline.
create function due_after(state int2, domain text) returns timestamptz
language plpgsql stable as $$
begin
  return end_of_working_days((
    select d.working_days
    from lead_deadline d
    where d.state = due_after.state
      and (d.domain is null or d.domain = due_after.domain)
    order by d.domain nulls last
    limit 1
  ));
end
$$;

-- The same as rows, for a statement over many leads: one for each domain with a deadline of its own, one without a domain for the rest.
create function due_dates(state int2) returns table (domain text, due_at timestamptz)
language plpgsql stable rows 2 as $$
begin
  return query
  select d.domain, end_of_working_days(d.working_days)
  from lead_deadline d
  where d.state = due_dates.state;
end
$$;

-- By when a reporter who gave his name is to be told, from now.
create function answer_due() returns timestamptz
language plpgsql stable as $$
declare
  working_days constant int4 := 15;
begin
  return end_of_working_days(working_days);
end
$$;

-- A reporter whose name is known only later is told, too: of the result where there is one, else of acceptance where nobody told of it.
create function lead_reporter_known() returns trigger
language plpgsql as $$
begin
  if new.state in (8, 14)
    or new.state between 2 and 7 and not exists (select from lead_feedback f where f.lead_id = new.id and f.about = 1)
  then
    new.answer_due_at := coalesce(new.answer_due_at, answer_due());
  end if;
  return new;
end
$$;
create trigger lead_reporter_known before update of has_reporter on lead
  for each row when (new.has_reporter and not old.has_reporter) execute function lead_reporter_known();

-- What is overdue (1 only, 2 none), as bounds of due_by: later than `after`, not later than `until`.
create function overdue_bounds(overdue int2) returns table (after timestamptz, until timestamptz)
language plpgsql stable rows 1 as $$
begin
  if overdue = 1 then
    return query select '-infinity'::timestamptz, now();
  else
    return query select now(), 'infinity'::timestamptz;
  end if;
end
$$;

create index lead_due on lead (due_at) where due_at is not null;
create index lead_answer_due on lead (answer_due_at) where answer_due_at is not null;

alter table holiday enable row level security;
create policy read on holiday for select to zoufang using (true);
create policy add on holiday for insert to zoufang with check ((select has_role(5)) and written_by = (select me()));
create policy change on holiday for update to zoufang using ((select has_role(5))) with check (written_by = (select me()));
grant select on holiday to zoufang;
grant insert (day, kind, name, written_by), update (kind, name, written_by, written_at) on holiday to zoufang;

alter table lead_deadline enable row level security;
create policy read on lead_deadline for select to zoufang using (true);
grant select on lead_deadline to zoufang;

call audit_table('holiday', 'holiday', 'day');
call audit_table('lead_deadline', 'deadline', 'name');

revoke all on function local_zone, local_day, is_working_day, end_of_working_days, due_after, due_dates, answer_due, lead_reporter_known, overdue_bounds
  from public;
grant execute on function local_zone, local_day, is_working_day, end_of_working_days, due_after, due_dates, answer_due, overdue_bounds
  to zoufang;
grant execute on function overdue_bounds, local_zone to zoufang_definer;
