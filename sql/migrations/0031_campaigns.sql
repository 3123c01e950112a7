-- 专项整治: campaigns in full. Visits, leads, cases and plans may belong to one, and to one of its sweep rounds.
set local search_path = zoufang;

-- Rounds of a campaign: each with a number of its own and a first and a last day; a name where it has one.
create function rounds_fit(numbers int4[], first_days date[], last_days date[], names text[]) returns boolean
language sql immutable parallel safe as $$
  select cardinality(numbers) <= 100
     and cardinality(numbers) = cardinality(first_days)
     and cardinality(numbers) = cardinality(last_days)
     and cardinality(numbers) = cardinality(names)
     and coalesce((
       select bool_and(r.number between 1 and 1000 and r.first_day <= r.last_day and r.first_day >= '2000-01-01' and r.last_day < '2200-01-01'
                and coalesce(char_length(r.name) between 1 and 100, true))
              and count(distinct r.number) = count(*)
       from unnest(numbers, first_days, last_days, names) r(number, first_day, last_day, name)
     ), true)
$$;

alter table campaign
  add column domain text,
  add column domain_vocabulary int2 not null generated always as (1::int2) stored,
  add column plan text check (char_length(plan) between 1 and 20000),
  add column region_codes int8[] not null check (cardinality(region_codes) between 1 and 200),
  add column land int8multirange not null,
  add column starts_on date not null check (starts_on between '2000-01-01' and '2199-12-31'),
  add column ends_on date check (ends_on >= starts_on and ends_on < '2200-01-01'),
  add column round_numbers int4[] not null default '{}',
  add column round_first_days date[] not null default '{}',
  add column round_last_days date[] not null default '{}',
  add column round_names text[] not null default '{}',
  add column closed_on date check (closed_on >= starts_on),
  add constraint campaign_rounds_fit check (rounds_fit(round_numbers, round_first_days, round_last_days, round_names)),
  add foreign key (domain_vocabulary, domain) references term (vocabulary, code);
comment on table campaign is '专项整治. Its figures are those of the leads, visits and cases that name it; a domain''s are those of all campaigns of it.';
comment on column campaign.domain is 'The domain''s term; NULL where it is of none or of several.';
comment on column campaign.region_codes is 'Where it is carried out, each with its subtree.';
comment on column campaign.land is 'The ranges of those regions as they stand now.';
comment on column campaign.ends_on is 'The last day that is planned for; NULL: open.';
comment on column campaign.round_numbers is
  '轮次: its sweep rounds; what belongs to one counts as a sweep. First and last day, and name (or NULL), stand at the same place of the other lists.';
comment on column campaign.closed_on is 'The day it was closed. What was recorded on the way and comes late may still name it.';

-- Where a campaign is carried out, as a range. No foreign key reaches into a list.
create function campaign_placed() returns trigger
language plpgsql as $$
begin
  if exists (select from unnest(new.region_codes) c(code) where not exists (select from region r where r.code = c.code)) then
    raise exception 'campaign % is in a region that there is not', new.id using errcode = 'foreign_key_violation';
  end if;
  new.land := (
    select range_agg(int8range(n.first, n.last, '[]'))
    from region r
    join region n on n.code = r.current_code
    where r.code = any (new.region_codes)
  );
  return new;
end
$$;
create trigger campaign_placed before insert or update on campaign for each row execute function campaign_placed();

call records_table('campaign', 'campaign', 'land && (select case_land())', 'land <@ (select scope())');
create index campaign_order on campaign (starts_on, id);

-- What belongs to a campaign.
create index visit_campaign on visit (campaign_id, started_at, id, sweep_round) where campaign_id is not null;
create index lead_campaign on lead (campaign_id, received_at, id, sweep_round) where campaign_id is not null;
create index case_file_campaign on case_file (campaign_id, sweep_round) where campaign_id is not null;
create index visit_plan_campaign on visit_plan (campaign_id) where campaign_id is not null;

-- What is wrong with naming a campaign, and one of its rounds; NULL where nothing is. A campaign may be named by who does not see it: he was told of
-- it where he worked then.
create function campaign_fault(campaign_id uuid, sweep_round int4, out field text, out reason text)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  rounds int4[];
begin
  if campaign_id is null then
    if sweep_round is not null then
      field := 'campaign_id';
      reason := 'REQUIRED';
    end if;
    return;
  end if;
  select c.round_numbers
  into rounds
  from campaign c
  where c.id = campaign_fault.campaign_id
    and c.withdrawn_at is null;
  if rounds is null then
    field := 'campaign_id';
    reason := 'UNKNOWN_REFERENCE';
  elsif sweep_round is not null and not sweep_round = any (rounds) then
    field := 'sweep_round';
    reason := 'NO_SUCH_ROUND';
  end if;
end
$$;

-- The campaign that a list asks for, where it asks for one. Refused where the caller does not see it.
create function campaign_asked(asked uuid) returns uuid
language plpgsql stable as $$
begin
  perform refuse_unless(asked is null or exists (select from campaign c where c.id = asked), 'UNKNOWN_REFERENCE', 'campaign_id');
  return asked;
end
$$;

-- Whether anything belongs to a campaign; with `rounds`, to a round other than these.
create function campaign_in_use(asked uuid, rounds int4[] default null) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (select from visit v where v.campaign_id = asked and (rounds is null or not v.sweep_round = any (rounds)))
    or exists (select from lead l where l.campaign_id = asked and (rounds is null or not l.sweep_round = any (rounds)))
    or exists (select from visit_plan p where p.campaign_id = asked and rounds is null);
end
$$;

-- Refuses what is wrong with a campaign beyond what field rules say.
create function check_campaign(
  domain text, region_codes int8[], starts_on date, ends_on date, closed_on date, round_numbers int4[], round_first_days date[], round_last_days date[]
) returns void
language plpgsql stable as $$
begin
  perform refuse_unless(
    domain is null or exists (select from term t where t.vocabulary = 1 and t.code = check_campaign.domain),
    'NO_SUCH_TERM', 'campaign.domain'
  );
  perform refuse_unless(
    not exists (select from unnest(region_codes) c(code) where not exists (select from region r where r.code = c.code)),
    'NO_SUCH_REGION', 'campaign.region_codes'
  );
  perform refuse_unless(
    (
      select bool_and(int8multirange(int8range(n.first, n.last, '[]')) <@ scope())
      from region r
      join region n on n.code = r.current_code
      where r.code = any (region_codes)
    ),
    'FORBIDDEN', 'campaign.region_codes'
  );
  perform refuse_unless(starts_on between '2000-01-01' and '2199-12-31', 'OUT_OF_RANGE', 'campaign.starts_on');
  perform refuse_unless(ends_on is null or ends_on between starts_on and '2199-12-31', 'OUT_OF_RANGE', 'campaign.ends_on');
  perform refuse_unless(closed_on is null or closed_on between starts_on and local_day(now()), 'OUT_OF_RANGE', 'campaign.closed_on');
  perform refuse_unless(
    (select count(*) = count(distinct r.number) from unnest(round_numbers) r(number)), 'NOT_UNIQUE', 'campaign.rounds'
  );
  perform refuse_unless(
    (
      select coalesce(bool_and(coalesce(r.first_day >= '2000-01-01' and r.first_day <= r.last_day and r.last_day < '2200-01-01', false)), true)
      from unnest(round_first_days, round_last_days) r(first_day, last_day)
    ),
    'OUT_OF_RANGE', 'campaign.rounds'
  );
end
$$;

-- A campaign as the API gives it.
create view campaign_answer with (security_invoker) as
select r.id,
       r.name,
       r.domain,
       r.plan,
       r.region_codes,
       r.starts_on,
       r.ends_on,
       r.round_numbers as "rounds.number",
       r.round_first_days as "rounds.first_day",
       r.round_last_days as "rounds.last_day",
       r.round_names as "rounds.name",
       r.closed_on,
       r.etag,
       r.created_by as "history.created_by",
       r.created_at as "history.created_at",
       r.written_by as "history.updated_by",
       r.written_at as "history.updated_at",
       r.withdrawn_by as "history.withdrawn_by",
       r.withdrawn_at as "history.withdrawn_at",
       r.withdrawn_reason as "history.withdrawn_reason"
from campaign r;
grant select on campaign_answer to zoufang;

call settle_definers();
revoke all on function rounds_fit, campaign_placed, campaign_fault, campaign_asked, campaign_in_use, check_campaign from public;
grant execute on function rounds_fit, campaign_fault, campaign_asked, campaign_in_use, check_campaign to zoufang;
