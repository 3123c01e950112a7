-- What a next release may bring while the programs of before serve on: columns that may be empty, a table, another body for what every call runs.
set local search_path = zoufang;
set local zoufang.oldest_program = 70;

alter table visit add column weather text check (char_length(weather) between 1 and 50);
alter table visit_version add column weather text;

create table visit_remark (
  id uuid primary key,
  visit_id uuid not null references visit,
  remark text not null check (char_length(remark) between 1 and 500)
);
alter table visit_remark enable row level security;
create policy see on visit_remark for select to zoufang using (exists (select from visit v where v.id = visit_remark.visit_id));
create policy audited on visit_remark for select to zoufang_definer using (true);
grant select, insert on visit_remark to zoufang;
grant select on visit_remark to zoufang_definer;
call audit_table('visit_remark', 'visit_remark');

do $$
declare
  called regprocedure;
begin
  for called in
    select p.oid from pg_proc p where p.pronamespace = 'zoufang'::regnamespace and p.proname in ('begin_call', 'claim', 'visit_changed')
  loop
    execute pg_get_functiondef(called);
  end loop;
end
$$;
call settle_definers();
