-- 监察建议书: what an office recommends to a unit, what became of each item, and which rules the unit revised.
set local search_path = zoufang;

-- Whether a record that follows from a lead or a case is hidden from the caller, because that is about him or his office.
create function follows_from_hidden(lead_id uuid, case_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (select from lead l where l.id = follows_from_hidden.lead_id and l.accused && blind())
    or exists (select from case_file c where c.id = follows_from_hidden.case_id and c.accused && blind());
end
$$;

-- Items of a recommendation: each due on a day, and verified with a verdict or neither.
create function items_fit(texts text[], due date[], verified date[], rectified boolean[]) returns boolean
language sql immutable parallel safe as $$
  select cardinality(texts) between 1 and 50
     and cardinality(texts) = cardinality(due)
     and cardinality(texts) = cardinality(verified)
     and cardinality(texts) = cardinality(rectified)
     and (
       select bool_and(coalesce(char_length(i.item) between 1 and 2000 and i.due_on between '2000-01-01' and '2199-12-31', false)
                and (i.verified_on is null) = (i.rectified is null)
                and coalesce(i.verified_on between '2000-01-01' and '2199-12-31', true))
       from unnest(texts, due, verified, rectified) i(item, due_on, verified_on, rectified)
     )
$$;

-- Rules that were revised: each with its name and the day.
create function revisions_fit(names text[], days date[]) returns boolean
language sql immutable parallel safe as $$
  select cardinality(names) <= 50
     and cardinality(names) = cardinality(days)
     and coalesce((
       select bool_and(coalesce(char_length(r.name) between 1 and 200 and r.day between '2000-01-01' and '2199-12-31', false))
       from unnest(names, days) r(name, day)
     ), true)
$$;

create table recommendation (
  id uuid primary key,
  office_id uuid not null references office,
  region_code int8 not null references region,
  current_code int8 references region,
  number text not null check (char_length(number) between 1 and 100),
  addressed_to text not null check (char_length(addressed_to) between 1 and 100),
  issued_on date not null check (issued_on between '2000-01-01' and '2199-12-31'),
  reply_due_on date check (reply_due_on >= issued_on and reply_due_on < '2200-01-01'),
  lead_id uuid references lead,
  case_id uuid references case_file,
  item_texts text[] not null,
  item_due_on date[] not null,
  item_verified_on date[] not null,
  item_rectified boolean[] not null,
  replied_on date check (replied_on >= issued_on),
  reply text check (char_length(reply) between 1 and 20000),
  institution_names text[] not null default '{}',
  institution_revised_on date[] not null default '{}',
  check (num_nonnulls(lead_id, case_id) < 2),
  check ((replied_on is null) = (reply is null)),
  constraint recommendation_items_fit check (items_fit(item_texts, item_due_on, item_verified_on, item_rectified)),
  constraint recommendation_institutions_fit check (revisions_fit(institution_names, institution_revised_on))
);
comment on table recommendation is '监察建议书. Counts in the period of issued_on; its items in that of item_due_on; institutions in that of institution_revised_on.';
comment on column recommendation.office_id is 'The office that issued it.';
comment on column recommendation.number is '文号, of its office''s own count.';
comment on column recommendation.addressed_to is 'The unit.';
comment on column recommendation.reply_due_on is 'The deadline for the unit''s reply.';
comment on column recommendation.lead_id is 'The lead that it follows from; or case_id; or neither.';
comment on column recommendation.item_texts is 'What is to be done, an item each; the other item_ lists run along.';
comment on column recommendation.item_due_on is 'By when each item is to be rectified; never NULL.';
comment on column recommendation.item_verified_on is 'When it was looked at; NULL: not yet.';
comment on column recommendation.item_rectified is '整改到位: whether it was found rectified then; NULL: not verified yet.';
comment on column recommendation.institution_names is '修订完善制度: rules that were revised; institution_revised_on, never NULL, runs along.';
create index recommendation_code on recommendation (current_code, issued_on, id);
call records_table('recommendation', 'recommendation',
  'current_code <@ (select case_land()) and (num_nonnulls(lead_id, case_id) = 0 or not follows_from_hidden(lead_id, case_id))');
create unique index recommendation_number on recommendation (office_id, number) where withdrawn_at is null;

-- Whether something is late: an item past its day that was not found rectified, or the reply past its deadline.
create function recommendation_overdue(r recommendation) returns boolean
language sql stable parallel safe as $$
  select coalesce(r.reply_due_on < local_day(now()) and r.replied_on is null, false)
      or exists (
        select
        from unnest(r.item_due_on, r.item_rectified) i(due_on, rectified)
        where i.due_on < local_day(now())
          and i.rectified is not true
      )
$$;

-- Days, with another one in the place of those that were left out.
create function filled(days date[], instead date) returns date[]
language sql immutable parallel safe as $$
  select array(select coalesce(d.day, instead) from unnest(days) with ordinality d(day, place) order by d.place)
$$;

-- Refuses what is wrong with a recommendation beyond what field rules say. `lead_id` and `case_id` are those that are given anew, `id` is that of a
-- recommendation that is there already.
create function check_recommendation(
  office_id uuid, number text, issued_on date, reply_due_on date, lead_id uuid, case_id uuid, item_due_on date[], item_verified_on date[],
  item_rectified boolean[], replied_on date, reply text, institution_revised_on date[], id uuid default null
) returns void
language plpgsql stable as $$
declare
  today constant date := local_day(now());
begin
  perform refuse_unless(
    not exists (
      select
      from recommendation r
      where r.office_id = check_recommendation.office_id
        and r.number = check_recommendation.number
        and r.withdrawn_at is null
        and r.id is distinct from check_recommendation.id
    ),
    'ALREADY_EXISTS', 'recommendation.number'
  );
  perform refuse_unless(reply_due_on is null or reply_due_on between issued_on and '2199-12-31', 'OUT_OF_RANGE', 'recommendation.reply_due_on');
  perform refuse_unless(num_nonnulls(lead_id, case_id) < 2, 'ONE_ORIGIN', 'recommendation.case_id');
  perform refuse_unless(
    lead_id is null or exists (select from lead l where l.id = check_recommendation.lead_id), 'UNKNOWN_REFERENCE', 'recommendation.lead_id'
  );
  perform refuse_unless(
    case_id is null or exists (select from case_file c where c.id = check_recommendation.case_id), 'UNKNOWN_REFERENCE', 'recommendation.case_id'
  );
  perform refuse(i.reason, 'recommendation.items')
  from (
    select case
             when o.due_on is null or (o.verified_on is null) <> (o.rectified is null) then 'REQUIRED'
             when o.due_on not between issued_on and '2199-12-31' or o.verified_on not between issued_on and today then 'OUT_OF_RANGE'
           end
    from unnest(item_due_on, item_verified_on, item_rectified) o(due_on, verified_on, rectified)
  ) i(reason)
  where i.reason is not null;
  perform refuse_unless((replied_on is null) = (reply is null), 'REQUIRED', case when reply is null then 'recommendation.reply' else 'recommendation.replied_on' end);
  perform refuse_unless(replied_on is null or replied_on between issued_on and today, 'OUT_OF_RANGE', 'recommendation.replied_on');
  perform refuse_unless(
    (select coalesce(bool_and(coalesce(d.day between '2000-01-01' and today, false)), true) from unnest(institution_revised_on) d(day)),
    'OUT_OF_RANGE', 'recommendation.institutions'
  );
end
$$;

-- A recommendation as the API gives it.
create view recommendation_answer with (security_invoker) as
select r.id,
       r.office_id,
       r.number,
       r.addressed_to,
       r.issued_on,
       r.reply_due_on,
       (select l.id from lead l where l.id = r.lead_id) as lead_id,
       (select c.id from case_file c where c.id = r.case_id) as case_id,
       r.item_texts as "items.text",
       r.item_due_on as "items.due_on",
       r.item_verified_on as "items.verified_on",
       r.item_rectified as "items.rectified",
       r.replied_on,
       r.reply,
       r.institution_names as "institutions.name",
       r.institution_revised_on as "institutions.revised_on",
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
from recommendation r;
grant select on recommendation_answer to zoufang;

call settle_definers();
revoke all on function follows_from_hidden, items_fit, revisions_fit, recommendation_overdue, filled, check_recommendation from public;
grant execute on function follows_from_hidden, items_fit, revisions_fit, recommendation_overdue, filled, check_recommendation to zoufang;
