-- Reporters: opened for a purpose, recognised across leads.
set local search_path = zoufang;

-- Whether the caller may see a lead: the policy `see` on lead, for definer functions, which no policy stops.
create function lead_in_sight(l lead) returns boolean
language plpgsql stable as $$
begin
  return (
    l.current_code <@ scope()
    or l.raised_by = any (ways())
    or l.handler_id = any (ways())
    or l.office_id = any (ways())
    or l.offered_to = any (ways())
  ) and (l.accused is null or not l.accused && blind()) and l.erased_at is null;
end
$$;

-- How many reporters the caller opened within the last hour.
create function reveals_this_hour() returns int8
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return (
    select count(*)
    from lead_event e
    where e.actor_id = me()
      and e.kind = 20
      and e.at > now() - interval '1 hour'
  );
end
$$;

-- Writes into the timeline of a lead in the caller's sight that its reporter was not opened for him.
create function reveal_refused(lead_id uuid, purpose text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into lead_event (lead_id, kind, actor_id, note)
  select l.id, 21, me(), purpose
  from lead l
  where l.id = reveal_refused.lead_id
    and lead_in_sight(l);
end
$$;

-- The other leads of the same reporter, by phone or identity number, as far as the caller may see them and this one too; newest first.
create function same_reporter(lead_id uuid) returns setof uuid
language plpgsql stable security definer rows 2 set search_path = zoufang, pg_temp as $$
begin
  return query
  select l.id
  from (
    select o.lead_id
    from lead_reporter r
    join lead_reporter o on o.phone_index = r.phone_index
    where r.lead_id = same_reporter.lead_id
    union
    select o.lead_id
    from lead_reporter r
    join lead_reporter o on o.identity_index = r.identity_index
    where r.lead_id = same_reporter.lead_id
  ) s
  join lead l on l.id = s.lead_id
  where l.id <> same_reporter.lead_id
    and lead_in_sight(l)
    and exists (select from lead t where t.id = same_reporter.lead_id and lead_in_sight(t))
  order by l.received_at desc, l.id desc
  limit 50;
end
$$;

-- What a lead's occurrence looks like from what the caller may see: 3 skip-level, where the reporter brought it to an office above the one
-- responsible for its region while that one has not concluded an earlier lead of his, or was never asked; 2 repeat, where an earlier lead
-- of his is known; else 1. A lead without a recognisable reporter is initial. The office responsible is the township's, or the nearest
-- above where there is none; leads that officers found themselves were brought to nobody.
create function proposed_occurrence(lead_id uuid) returns int2
language plpgsql stable as $$
declare
  this lead;
  responsible office;
  receiving office;
  earlier uuid[];
begin
  select l.* into this from lead l where l.id = proposed_occurrence.lead_id;
  earlier := array(
    select s.id
    from same_reporter(this.id) s(id)
    join lead l on l.id = s.id
    where (l.received_at, l.id) < (this.received_at, this.id)
  );
  select o.* into receiving from office o where o.id = this.office_id;
  select o.*
  into responsible
  from office o
  join region r on r.code = o.region_code
  where this.current_code between r.first and r.last
    and o.closed_on is null
    and o.kind in (1, 2, 3)
  order by r.level desc, o.opened_on, o.id
  limit 1;
  if this.has_reporter
    and this.channel in (1, 2, 3, 4)
    and receiving.id <> responsible.id
    and exists (
      select
      from region above
      join region below on below.code = responsible.region_code
      where above.code = receiving.region_code
        and above.level < below.level
        and below.code between above.first and above.last
    )
    and not exists (
      select
      from lead l
      where l.id = any (earlier)
        and l.office_id = responsible.id
        and not l.open
    )
  then
    return 3;
  end if;
  return case when cardinality(earlier) > 0 then 2 else 1 end;
end
$$;

-- The stored narratives and reporters of those leads that the caller may write, for the server: so that a narrative can be cleared of its
-- reporter's values before it is stored. They are sealed here, and never leave the server.
create function reporters_to_mask(ids uuid[])
returns table (
  lead_id uuid, lead_narrative text, anonymous boolean, key bytea, name bytea, phone bytea, identity_number bytea, narrative bytea
)
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select l.id, l.narrative, r.anonymous, r.key, r.name, r.phone, r.identity_number, r.narrative
  from lead l
  left join lead_reporter r on r.lead_id = l.id
  where l.id = any (ids)
    and lead_in_sight(l)
    and (l.raised_by = me() or l.handler_id = me() or l.current_code <@ scope());
end
$$;

call settle_definers();
revoke all on function lead_in_sight, reveals_this_hour, reveal_refused, same_reporter, proposed_occurrence, reporters_to_mask from public;
grant execute on function lead_in_sight, reveals_this_hour, reveal_refused, same_reporter, proposed_occurrence, reporters_to_mask to zoufang;
grant execute on function lead_in_sight to zoufang_definer;
create policy definer on lead_reporter for select to zoufang_definer using (true);
grant select on lead_reporter to zoufang_definer;
