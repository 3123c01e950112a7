-- Who sees what: row-level security on every table that holds case data or sessions, and what the serving role may touch at
-- all.
--
-- Policies of the large tables are InitPlans over the caller's scope, ways and blindness and columns of the row itself, never a
-- look into another table for each row. Who writes a row sees it until the end of that transaction, also where the write puts
-- it out of his sight: naming himself as complained of, or handing over, must not fail and must not tell him anything.
set local search_path = zoufang;

-- What everybody who is signed in reads.
grant select on region, office, term to zoufang;

alter table account enable row level security;
create policy read on account for select to zoufang using ((select me()) is not null);
create policy add on account for insert to zoufang with check ((select has_role(5)));
create policy change on account for update to zoufang using ((select has_role(5)));
-- But for the phone number, which told_phone tells.
grant select (id, username, name, office_id, leader, disabled_at, etag, created_at, updated_at) on account to zoufang;
grant insert (id, username, name, phone, office_id, leader, disabled_at, etag) on account to zoufang;
grant update (name, phone, office_id, leader, disabled_at, etag, updated_at) on account to zoufang;

alter table account_password enable row level security;
create policy own on account_password for update to zoufang using (user_id = (select me()));
create policy read on account_password for select to zoufang using (user_id = (select me()));
-- A first password is set by who uses a confirmed code (0028), or on the host.
grant select, update on account_password to zoufang;

alter table office_member enable row level security;
create policy read on office_member for select to zoufang using ((select me()) is not null);
grant select on office_member to zoufang;

-- Grants are given by two, as approvals (0024). An admin ends them, and prolongs none.
alter table role_grant enable row level security;
create policy read on role_grant for select to zoufang
  using (user_id = (select me()) or (select has_role(4)) or (select has_role(5)));
create policy finish on role_grant for update to zoufang using ((select has_role(5)));
grant select on role_grant to zoufang;
grant update (ends_at) on role_grant to zoufang;

-- A leader sees, and may end, the sessions of his office's members. The tokens' hashes are nobody's to read.
alter table session enable row level security;
create function leads_office_of(member uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (
    select
    from account leader
    join account a on a.office_id = leader.office_id
    where leader.id = me()
      and leader.leader
      and a.id = member
  );
end
$$;
create policy read on session for select to zoufang
  using (user_id = (select me()) or (select has_role(5)) or leads_office_of(user_id));
create policy finish on session for update to zoufang
  using (user_id = (select me()) or (select has_role(5)) or leads_office_of(user_id))
  with check (revoked_at is not null and revoked_by = (select me()));
grant select (id, user_id, device_id, device_name, platform, app_version, access_expires_at, expires_at, created_at, refreshed_at,
  revoked_at, revoked_by) on session to zoufang;
grant update (revoked_at, revoked_by) on session to zoufang;

-- Visits.
alter table visit enable row level security;
create policy see on visit for select to zoufang using (
  (
    current_code <@ (select scope())
    or recorder_id = any ((select ways())::uuid[])
    or office_id = any ((select ways())::uuid[])
    or team && (select ways())
  ) and erased_at is null
  or changed = pg_current_xact_id_if_assigned()
);
create policy add on visit for insert to zoufang with check (recorder_id = (select me()) and written_by = (select me()));
create policy change on visit for update to zoufang
  using ((current_code <@ (select scope()) or recorder_id = (select me())) and erased_at is null)
  with check (true);
grant select, insert on visit to zoufang;
grant update (kind, region_code, current_code, team, started_at, ended_at, latitude, longitude, accuracy, place, visitor_names,
  visitor_units, led_by, purpose, people_met, material_names, material_copies, findings, solved_descriptions, solved_leads,
  survey_questions, survey_answers, survey_counts, campaign_id, sweep_round, state, hold_reason, etag, reason) on visit to zoufang;

alter table visit_member enable row level security;
create policy see on visit_member for select to zoufang
  using (user_id = any ((select ways())::uuid[]) or exists (select from visit v where v.id = visit_id));
grant select on visit_member to zoufang;

alter table visit_version enable row level security;
create policy see on visit_version for select to zoufang using (exists (select from visit v where v.id = visit_version.id));
grant select on visit_version to zoufang;

-- Leads: none of those complained of sees it, whatever else they may see.
alter table lead enable row level security;
create policy see on lead for select to zoufang using (
  (
    current_code <@ (select scope())
    or raised_by = any ((select ways())::uuid[])
    or handler_id = any ((select ways())::uuid[])
    or office_id = any ((select ways())::uuid[])
    or offered_to = any ((select ways())::uuid[])
  ) and (accused is null or not accused && (select blind())) and erased_at is null
  or changed = pg_current_xact_id_if_assigned()
);
create policy add on lead for insert to zoufang with check (raised_by = (select me()) and written_by = (select me()));
create policy change on lead for update to zoufang
  using (
    (
      current_code <@ (select scope())
      or handler_id = (select me())
      or raised_by = (select me())
      or handler_id is null and office_id = (select my_office())
      or offered_to = any ((select ways())::uuid[])
    ) and (accused is null or not accused && (select blind())) and erased_at is null
  )
  with check (true);
grant select, insert on lead to zoufang;
grant update (region_code, current_code, channel, class, occurrence, domain, problem_type, cause, received_at, visit_id, accused_names,
  accused_units, accused_posts, accused_users, accused_offices, amount_fen, narrative, campaign_id, sweep_round, confidential,
  has_reporter, etag, reason) on lead to zoufang;

alter table lead_version enable row level security;
create policy see on lead_version for select to zoufang using (exists (select from lead l where l.id = lead_version.id));
grant select on lead_version to zoufang;

-- The sealed reporter: written by who may write the lead, read only by who handles it and by supervisors of its region.
alter table lead_reporter enable row level security;
create policy see on lead_reporter for select to zoufang using (exists (
  select
  from lead l
  where l.id = lead_id
    and (l.handler_id = (select me()) or l.current_code <@ (select scope()) or l.changed = pg_current_xact_id_if_assigned())
));
create policy add on lead_reporter for insert to zoufang
  with check (written_by = (select me()) and exists (select from lead l where l.id = lead_id));
create policy change on lead_reporter for update to zoufang
  using (exists (
    select
    from lead l
    where l.id = lead_id
      and (l.current_code <@ (select scope()) or l.handler_id = (select me()) or l.raised_by = (select me()))
  ))
  with check (written_by = (select me()));
grant select, insert, update on lead_reporter to zoufang;

alter table lead_reporter_version enable row level security;

alter table lead_event enable row level security;
create policy see on lead_event for select to zoufang using (exists (select from lead l where l.id = lead_id));
create policy add on lead_event for insert to zoufang with check (
  actor_id = (select me())
  and exists (
    select
    from lead l
    where l.id = lead_id
      and (l.current_code <@ (select scope()) or l.handler_id = (select me()))
  )
);
grant select on lead_event to zoufang;
grant insert (id, lead_id, kind, actor_id, note) on lead_event to zoufang;

-- Photos: as the visit or lead they belong to.
alter table photo enable row level security;
create policy see on photo for select to zoufang using (
  exists (select from visit v where v.id = visit_id)
  or exists (select from lead l where l.id = lead_id)
  or changed = pg_current_xact_id_if_assigned()
);
create policy add on photo for insert to zoufang with check (recorder_id = (select me()));
grant select, insert on photo to zoufang;

-- What only definer functions touch: no policy for the serving role, and no grant.
alter table session_past enable row level security;
alter table login_failure enable row level security;
alter table request_claim enable row level security;
alter table audit enable row level security;
alter table sight_past enable row level security;

-- The definer functions ask for themselves what the caller may know.
do $$
declare
  guarded regclass;
begin
  for guarded in
    select c.oid
    from pg_class c
    where c.relnamespace = 'zoufang'::regnamespace
      and c.relkind = 'r'
      and c.relrowsecurity
      and has_table_privilege('zoufang_definer', c.oid, 'select')
  loop
    execute format('create policy definer on %s to zoufang_definer using (true) with check (true)', guarded);
  end loop;
end
$$;

alter function leads_office_of owner to zoufang_definer;
revoke all on function leads_office_of from public;
grant execute on function leads_office_of to zoufang;
