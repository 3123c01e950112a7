-- Publishing: what a report said of a region and a year, frozen, for anyone to read once a second supervisor approved it.
set local search_path = zoufang;

-- A report. It counts all of its region, whoever publishes it, and holds no small counts. What it says stays as it is.
create table report (
  id uuid primary key,
  region_code int8 not null references region,
  region_name text not null check (char_length(region_name) between 1 and 100),
  from_day date not null,
  until_day date not null check (until_day > from_day),
  figures jsonb not null check (jsonb_typeof(figures) = 'array'),
  requested_by uuid not null default me() references account,
  counted_at timestamptz not null default now(),
  published_at timestamptz check (published_at >= counted_at)
);
comment on column report.figures is 'In the order of a report: key, and where they may be told value, before, change.';
comment on column report.published_at is 'NULL: it waits for its approval, or did not get it.';
create index report_published on report (published_at, id) where published_at is not null;
create index report_counted on report (counted_at, id);
create index report_region on report (region_code);

-- Whether the caller supervises all of a region.
create function supervises(region_code int8) returns boolean
language plpgsql stable as $$
begin
  return coalesce(
    (select int8range(r.first, r.last, '[]') <@ scope() from region c join region r on r.code = c.current_code where c.code = supervises.region_code),
    false
  );
end
$$;

-- What was counted and published is never changed; publishing sets its time, once.
create function report_kept() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.published_at is null and new.published_at is not null
    and to_jsonb(new) - 'published_at' = to_jsonb(old) - 'published_at'
  then
    return new;
  end if;
  raise exception 'a report stays as it was published' using errcode = '42501';
end
$$;
create trigger report_kept before update or delete on report for each row execute function report_kept();
create trigger report_not_emptied before truncate on report for each statement execute function report_kept();

alter table report enable row level security;
create policy see on report for select to zoufang using (published_at is not null or supervises(region_code));
create policy add on report for insert to zoufang with check (published_at is null and requested_by = me() and supervises(region_code));
create policy definer on report to zoufang_definer using (true) with check (true);
grant select, insert (id, region_code, region_name, from_day, until_day, figures) on report to zoufang;
grant select, update (published_at) on report to zoufang_definer;
call audit_table('report', 'report');

-- What a report says, in its order.
create function report_figures(figures jsonb) returns table (place int8, key text, value float8, before float8, change float8)
language sql immutable parallel safe rows 57 as $$
  select o.place, f.key, f.value, f.before, f.change
  from jsonb_array_elements(figures) with ordinality o(figure, place)
  cross join lateral jsonb_to_record(o.figure) f(key text, value float8, before float8, change float8)
$$;

-- What was published: of each region and period the newest report.
create view report_newest with (security_invoker) as
select distinct on (r.region_code, r.from_day, r.until_day) r.*
from report r
where r.published_at is not null
order by r.region_code, r.from_day, r.until_day, r.published_at desc, r.id desc;
grant select on report_newest to zoufang;

-- The figures of a region and a year as they are published: over all of it, whoever asks, without small counts and what shows them.
create function published_figures(asked int8, from_day date, until_day date)
returns table (place int4, key text, value float8, before float8, change float8)
language plpgsql stable security definer rows 57
set search_path = zoufang, pg_temp set zoufang.figures = 'published' set zoufang.scope = '{}' set zoufang.blind = '{}' as $$
begin
  perform check_figures_asked(asked, from_day, until_day);
  perform check_figures_told(asked, from_day, until_day);
  return query select f.* from work_figures(asked, from_day, until_day) f;
end
$$;

-- Counts, freezes, and asks a second supervisor.
create function freeze_report(id uuid, asked int8, from_day date, until_day date, reason text) returns void
language plpgsql as $$
begin
  perform refuse_unless(exists (select from region r where r.code = asked), 'NO_SUCH_REGION', 'region_code');
  perform refuse_unless(supervises(asked), 'FORBIDDEN', 'region_code');
  perform refuse_unless(until_day <= local_day(now()), 'NOT_OVER', 'to');
  perform refuse_unless(not exists (select from report r where r.id = freeze_report.id), 'ALREADY_EXISTS', 'id');
  insert into report (id, region_code, region_name, from_day, until_day, figures)
  select freeze_report.id, r.code, r.name, freeze_report.from_day, freeze_report.until_day, (
    select jsonb_agg(jsonb_strip_nulls(to_jsonb(f) - 'place') order by f.place)
    from published_figures(asked, freeze_report.from_day, freeze_report.until_day) f
  )
  from region r
  where r.code = asked;
  perform request_approval(8::int2, null, asked, jsonb_build_object('id', freeze_report.id, 'from', from_day, 'to', until_day), reason);
end
$$;

-- Publishes what was counted when it was requested.
create function carry_out_report(a approval) returns void
language plpgsql as $$
begin
  update report r
  set published_at = now()
  where r.id = (a.payload ->> 'id')::uuid
    and r.published_at is null;
  perform refuse_unless(found, 'PRECONDITION', 'id');
end
$$;

call settle_definers();
revoke all on function supervises, report_kept, report_figures, published_figures, freeze_report, carry_out_report from public;
grant execute on function supervises, report_figures, published_figures, freeze_report to zoufang;
grant execute on function supervises, carry_out_report, check_figures_asked to zoufang_definer;
