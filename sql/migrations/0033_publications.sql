-- What is made public: disclosure items, notices, publicised cases.
set local search_path = zoufang;

create table publication (
  id uuid primary key,
  kind int2 not null check (kind between 1 and 3),
  office_id uuid not null references office,
  region_code int8 not null references region,
  current_code int8 references region,
  title text not null check (char_length(title) between 1 and 200),
  body text check (char_length(body) between 1 and 50000),
  link text check (char_length(link) between 1 and 500),
  published_on date not null check (published_on between '2000-01-01' and '2199-12-31'),
  matter int2 check (matter between 1 and 3),
  in_force_to date check (in_force_to >= published_on and in_force_to < '2200-01-01'),
  views int8 check (views between 0 and 1000000000000),
  views_read_on date check (views_read_on >= published_on and views_read_on < '2200-01-01'),
  case_id uuid references case_file,
  check (kind = 1 or num_nonnulls(matter, in_force_to) = 0),
  check (kind = 2 or num_nonnulls(views, views_read_on) = 0),
  check ((views is null) = (views_read_on is null)),
  check ((kind = 3) = (case_id is not null))
);
comment on column publication.kind is '1 disclosure item (三务公开), 2 notice (公告), 3 publicised case (通报曝光).';
comment on column publication.published_on is 'The day it was made public; of a disclosure item the first day that it is in force.';
comment on column publication.matter is 'Of a disclosure item: 1 党务, 2 村(居)务, 3 财务.';
comment on column publication.in_force_to is 'The last day that a disclosure item is in force; NULL: still.';
comment on column publication.views is '点击量 of a notice: the running number as read on views_read_on.';
comment on column publication.case_id is 'The case that is publicised.';
create index publication_code on publication (current_code, published_on, id);
create index publication_case on publication (case_id) where case_id is not null;
call records_table('publication', 'publication',
  'current_code <@ (select case_land()) and (case_id is null or not follows_from_hidden(null, case_id))');

-- Refuses what is wrong with a publication beyond what field rules say. `known_case` is the case that it names already.
create function check_publication(
  kind int2, published_on date, matter int2, in_force_to date, views int8, views_read_on date, case_id uuid, known_case uuid default null
) returns void
language plpgsql stable as $$
begin
  perform refuse_unless(kind = 1 or matter is null, 'NOT_OF_THIS_KIND', 'publication.matter');
  perform refuse_unless(kind = 1 or in_force_to is null, 'NOT_OF_THIS_KIND', 'publication.in_force_to');
  perform refuse_unless(kind = 2 or views is null, 'NOT_OF_THIS_KIND', 'publication.views');
  perform refuse_unless(kind = 2 or views_read_on is null, 'NOT_OF_THIS_KIND', 'publication.views_read_on');
  perform refuse_unless(kind = 3 or case_id is null, 'NOT_OF_THIS_KIND', 'publication.case_id');
  perform refuse_unless(in_force_to is null or in_force_to between published_on and '2199-12-31', 'OUT_OF_RANGE', 'publication.in_force_to');
  perform refuse_unless(
    (views is null) = (views_read_on is null), 'REQUIRED', case when views is null then 'publication.views' else 'publication.views_read_on' end
  );
  perform refuse_unless(
    views_read_on is null or views_read_on between published_on and local_day(now()), 'OUT_OF_RANGE', 'publication.views_read_on'
  );
  perform refuse_unless(kind <> 3 or case_id is not null, 'REQUIRED', 'publication.case_id');
  perform refuse_unless(
    case_id is null or case_id = known_case or exists (select from case_file c where c.id = check_publication.case_id),
    'UNKNOWN_REFERENCE', 'publication.case_id'
  );
end
$$;

-- A publication as the API gives it.
create view publication_answer with (security_invoker) as
select r.id,
       r.kind,
       r.office_id,
       r.title,
       r.body,
       r.link,
       r.published_on,
       r.matter,
       r.in_force_to,
       r.views,
       r.views_read_on,
       (select c.id from case_file c where c.id = r.case_id) as case_id,
       r.etag,
       r.region_code,
       r.current_code as current_region_code,
       r.created_by as "history.created_by",
       r.created_at as "history.created_at",
       r.written_by as "history.updated_by",
       r.written_at as "history.updated_at",
       r.withdrawn_by as "history.withdrawn_by",
       r.withdrawn_at as "history.withdrawn_at",
       r.withdrawn_reason as "history.withdrawn_reason"
from publication r;
grant select on publication_answer to zoufang;

revoke all on function check_publication from public;
grant execute on function check_publication to zoufang;
