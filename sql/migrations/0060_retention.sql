-- Retention: how long each class of records is kept, and which records are held back from erasing.
set local search_path = zoufang;

-- Classes: 1 visits, 2 metadata of photos, 3 leads, 4 cases. Empty at first: what has no term is kept for good.
create table retention_term (
  record_class int2 primary key check (record_class between 1 and 4),
  years int4 not null check (years between 1 and 100)
);

-- 法律保全. A hold stays where it was lifted, and its record may be held again.
create table legal_hold (
  id uuid primary key default gen_random_uuid(),
  record_class int2 not null check (record_class between 1 and 4),
  record_id uuid not null,
  reason text not null check (char_length(reason) between 1 and 500),
  set_by uuid not null references account,
  set_at timestamptz not null default now(),
  lifted_by uuid references account,
  lifted_at timestamptz check (lifted_at >= set_at),
  lifted_reason text check (char_length(lifted_reason) between 1 and 500),
  constraint legal_hold_lifted_by_somebody check (num_nonnulls(lifted_by, lifted_at, lifted_reason) in (0, 3))
);
create unique index legal_hold_in_force on legal_hold (record_class, record_id) where lifted_at is null;
create index legal_hold_set on legal_hold (set_at, id);

-- Sets a term, or takes it out of the table.
create function carry_out_retention(a approval) returns void
language plpgsql as $$
declare
  of_class constant int2 := a.payload ->> 'record_class';
begin
  if (a.payload ->> 'remove')::boolean then
    delete from retention_term t where t.record_class = of_class;
    perform refuse_unless(found, 'NOT_FOUND', 'record_class');
    return;
  end if;
  insert into retention_term (record_class, years)
  values (of_class, (a.payload ->> 'years')::int4)
  on conflict on constraint retention_term_pkey do update set years = excluded.years;
end
$$;

alter table retention_term enable row level security;
create policy read on retention_term for select to zoufang using (true);
create policy definer on retention_term to zoufang_definer using (true) with check (true);
grant select on retention_term to zoufang;
grant select, insert, update, delete on retention_term to zoufang_definer;

alter table legal_hold enable row level security;
create policy see on legal_hold for select to zoufang using (supervises_record(record_class, record_id));
create policy add on legal_hold for insert to zoufang with check (set_by = (select me()) and supervises_record(record_class, record_id));
create policy lift on legal_hold for update to zoufang
  using (lifted_at is null and supervises_record(record_class, record_id))
  with check (lifted_by = (select me()));
create policy definer on legal_hold to zoufang_definer using (true);
grant select on legal_hold to zoufang;
grant insert (record_class, record_id, reason, set_by), update (lifted_by, lifted_at, lifted_reason) on legal_hold to zoufang;
grant select, delete on legal_hold to zoufang_definer;

call audit_table('retention_term', 'retention', 'record_class');
call audit_table('legal_hold', 'hold');
call settle_definers();
revoke all on function carry_out_retention from public;
grant execute on function carry_out_retention to zoufang_definer;
