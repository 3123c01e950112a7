-- How the schema is guarded: what the serving role may touch, and who owns the functions that look where the caller may not.
set search_path = test, zoufang;

-- What the serving role may: the tables that later migrations add say so in their own files.
insert into allowed (privilege, name)
values
  ('writes whole', 'account_password.update'),
  ('writes whole', 'lead.insert'),
  ('writes whole', 'lead_reporter.insert'),
  ('writes whole', 'lead_reporter.update'),
  ('writes whole', 'photo.insert'),
  ('writes whole', 'visit.insert'),
  ('writes in part', 'account.insert'),
  ('writes in part', 'account.update'),
  ('writes in part', 'holiday.insert'),
  ('writes in part', 'holiday.update'),
  ('writes in part', 'lead.update'),
  ('writes in part', 'lead_event.insert'),
  ('writes in part', 'lead_feedback.insert'),
  ('writes in part', 'lead_link.insert'),
  ('writes in part', 'lead_outcome.insert'),
  ('writes in part', 'lead_outcome.update'),
  ('writes in part', 'office.insert'),
  ('writes in part', 'office.update'),
  ('writes in part', 'role_grant.update'),
  ('writes in part', 'session.update'),
  ('writes in part', 'term.insert'),
  ('writes in part', 'term.update'),
  ('writes in part', 'visit.update'),
  ('writes in part', 'visit_plan.insert'),
  ('writes in part', 'visit_plan.update'),
  ('reads nothing', 'lead_reporter_version'),
  ('reads nothing', 'login_failure'),
  ('reads nothing', 'receipt'),
  ('reads nothing', 'receipt_submission'),
  ('reads nothing', 'request_claim'),
  ('reads nothing', 'session_past'),
  ('reads nothing', 'sight_past'),
  ('reads nothing', 'sync_marker'),
  ('calls', 'account_to_sign_in'),
  ('calls', 'audit_altered'),
  ('calls', 'audit_read'),
  ('calls', 'audit_refusal'),
  ('calls', 'audit_refused'),
  ('calls', 'audit_schema_add'),
  ('calls', 'audit_seal_add'),
  ('calls', 'audit_unsealed'),
  ('calls', 'begin_call'),
  ('calls', 'can_answer_for'),
  ('calls', 'case_land'),
  ('calls', 'change_my_password'),
  ('calls', 'claim'),
  ('calls', 'export_begun'),
  ('calls', 'export_ended'),
  ('calls', 'export_sight'),
  ('calls', 'forget_old'),
  ('calls', 'keep_answer'),
  ('calls', 'kept_answer'),
  ('calls', 'lead_known'),
  ('calls', 'leads_asked'),
  ('calls', 'leads_for_photos'),
  ('calls', 'leads_office_of'),
  ('calls', 'login_failed'),
  ('calls', 'my_case_grants'),
  ('calls', 'my_land'),
  ('calls', 'my_password'),
  ('calls', 'office_in_use'),
  ('calls', 'open_session'),
  ('calls', 'photo_known'),
  ('calls', 'photos_of_lost'),
  ('calls', 'reach_the_highest'),
  ('calls', 'receipt_number'),
  ('calls', 'records_gone'),
  ('calls', 'reporters_to_mask'),
  ('calls', 'reveal_refused'),
  ('calls', 'reveals_this_hour'),
  ('calls', 'rotate_session'),
  ('calls', 'same_reporter'),
  ('calls', 'scopes'),
  ('calls', 'sight_gained'),
  ('calls', 'sight_lost'),
  ('calls', 'sync_epoch'),
  ('calls', 'told_phone'),
  ('calls', 'visit_known'),
  ('calls', 'visits_asked'),
  ('calls', 'visits_together'),
  ('calls', 'watch_begin'),
  ('calls', 'watch_round');

insert into expectation (topic, sentence, statement, expected)
values
  ('catalog', 'every table but these has row-level security',
    $$ select c.relname from pg_class c where c.relnamespace = 'zoufang'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity $$,
    'region sync_marker'),
  -- What names a region follows it where it was merged (0047), or is here, for it stands as it was: a new table has to choose.
  ('catalog', 'every table that names a region follows it, but these',
    $$ select distinct c.oid::regclass::text
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace = 'zoufang'::regnamespace
         and c.relkind in ('r', 'p')
         and (a.attname ~ '(region|told)_codes?$' or exists (
           select from pg_constraint f
           where f.contype = 'f' and f.conrelid = c.oid and f.confrelid = 'region'::regclass and a.attnum = any (f.conkey)
         ))
         and c.oid not in (select region_followers()) $$,
    'approval campaign fact lead_version office region reminder report role_grant visit_month visit_version'),
  ('catalog', 'every table out of row-level security is only read',
    $$ select c.relname || ' ' || p.privilege
       from pg_class c
       cross join unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p(privilege)
       where c.relnamespace = 'zoufang'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
         and (has_table_privilege('zoufang', c.oid, p.privilege)
           or p.privilege in ('insert', 'update') and has_any_column_privilege('zoufang', c.oid, p.privilege)) $$, 'nothing'),
  ('catalog', 'the serving role removes from no table',
    $$ select c.relname from pg_class c where c.relnamespace = 'zoufang'::regnamespace and c.relkind in ('r', 'p', 'v')
         and (has_table_privilege('zoufang', c.oid, 'delete') or has_table_privilege('zoufang', c.oid, 'truncate')) $$, 'nothing'),
  ('catalog', 'the serving role writes these tables whole and no others',
    $$ select test.difference('writes whole', array(
         select c.relname || '.' || p.privilege
         from pg_class c
         cross join unnest(array['insert', 'update']) p(privilege)
         where c.relnamespace = 'zoufang'::regnamespace and c.relkind in ('r', 'v') and has_table_privilege('zoufang', c.oid, p.privilege))) $$,
    'nothing'),
  ('catalog', 'the serving role writes these tables in part and no others',
    $$ select test.difference('writes in part', array(
         select c.relname || '.' || p.privilege
         from pg_class c
         cross join unnest(array['insert', 'update']) p(privilege)
         where c.relnamespace = 'zoufang'::regnamespace and c.relkind in ('r', 'v')
           and has_any_column_privilege('zoufang', c.oid, p.privilege) and not has_table_privilege('zoufang', c.oid, p.privilege))) $$,
    'nothing'),
  ('catalog', 'the serving role reads nothing of these tables and of no others',
    $$ select test.difference('reads nothing', array(
         select c.relname from pg_class c where c.relnamespace = 'zoufang'::regnamespace and c.relkind = 'r'
           and not has_any_column_privilege('zoufang', c.oid, 'select'))) $$,
    'nothing'),
  ('catalog', 'the serving role owns nothing',
    $$ select d.classid::regclass || ' ' || d.objid from pg_shdepend d where d.refobjid = 'zoufang'::regrole and d.deptype = 'o' $$,
    'nothing'),
  ('catalog', 'the serving role is nobody special',
    $$ select concat_ws(' ', r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication) from pg_roles r
       where r.rolname = 'zoufang' $$, 'f f f f f'),
  ('catalog', 'the serving role is a member of no role',
    $$ select m.roleid::regrole from pg_auth_members m where m.member = 'zoufang'::regrole $$, 'nothing'),
  ('catalog', 'the serving role makes nothing in the schema', $$ select has_schema_privilege('zoufang', 'zoufang', 'create') $$, 'false'),
  ('catalog', 'the definers'' role cannot sign in, and is nobody special',
    $$ select concat_ws(' ', r.rolcanlogin, r.rolsuper, r.rolbypassrls, r.rolcreaterole) from pg_roles r
       where r.rolname = 'zoufang_definer' $$, 'f f f f'),
  ('catalog', 'the definers'' role owns nothing but functions',
    $$ select distinct d.classid::regclass from pg_shdepend d where d.refobjid = 'zoufang_definer'::regrole and d.deptype = 'o' $$, 'pg_proc'),
  ('catalog', 'every definer function belongs to the definers'' role',
    $$ select p.proname from pg_proc p where p.pronamespace = 'zoufang'::regnamespace and p.prosecdef
         and p.proowner <> 'zoufang_definer'::regrole $$, 'nothing'),
  ('catalog', 'every function of the definers'' role is a definer function',
    $$ select p.proname from pg_proc p where not p.prosecdef and p.proowner = 'zoufang_definer'::regrole $$, 'nothing'),
  ('catalog', 'every definer function has its search path pinned, with the temporary schema last',
    $$ select p.proname from pg_proc p where p.pronamespace = 'zoufang'::regnamespace and p.prosecdef
         and not coalesce(p.proconfig @> array['search_path=zoufang, pg_temp'], false) $$, 'nothing'),
  ('catalog', 'no function is everybody''s',
    $$ select p.proname from pg_proc p where p.pronamespace = 'zoufang'::regnamespace and has_function_privilege('public', p.oid, 'execute') $$,
    'nothing'),
  ('catalog', 'the serving role calls these definer functions and no others',
    $$ select test.difference('calls', array(
         select p.proname from pg_proc p where p.pronamespace = 'zoufang'::regnamespace and p.prosecdef
           and has_function_privilege('zoufang', p.oid, 'execute'))) $$,
    'nothing'),
  ('catalog', 'every view looks with its reader''s eyes',
    $$ select c.relname from pg_class c where c.relnamespace = 'zoufang'::regnamespace and c.relkind = 'v'
         and not coalesce(c.reloptions @> array['security_invoker=true'], c.reloptions @> array['security_invoker=on'], false) $$, 'nothing'),
  ('catalog', 'no policy is for everybody',
    $$ select p.tablename || '.' || p.policyname from pg_policies p where p.schemaname = 'zoufang'
         and p.roles && array['public', 'zoufang_owner']::name[] $$, 'nothing'),
  ('catalog', 'the serving role has a search path of its own',
    $$ select unnest(s.setconfig) from pg_db_role_setting s where s.setrole = 'zoufang'::regrole
         and s.setconfig @> array['search_path=zoufang'] order by 1 limit 1 $$, 'idle_in_transaction_session_timeout=60s');
