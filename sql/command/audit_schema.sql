-- What a seal says of the schema: each policy, function, trigger, rule, constraint, table and role with the hash of its definition, in the order of
-- the names' bytes. From the catalogs alone, under search_path pg_catalog: no function of the schema has a say in it. Anybody may run it.
with relation as (
  select c.oid, c.relname, c.relkind, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relacl
  from pg_class c
  where c.relnamespace = 'zoufang'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
),
grants as (
  select r.oid, string_agg(a.item::text, ',' order by a.item::text collate "C") as text
  from relation r
  cross join lateral unnest(r.relacl) a (item)
  group by r.oid
),
columns as (
  select a.attrelid as oid,
         string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
           pg_get_expr(d.adbin, d.adrelid), a.attacl), ',' order by a.attname collate "C") as text
  from relation r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  group by a.attrelid
),
inner_triggers as (
  select t.tgrelid as oid, string_agg(t.tgenabled::text, '' order by t.tgenabled) as text
  from pg_trigger t
  where t.tgisinternal
  group by t.tgrelid
),
object (name, definition) as (
  select 'schema zoufang', concat_ws(' ', pg_get_userbyid(n.nspowner), n.nspacl)
  from pg_namespace n
  where n.nspname = 'zoufang'
  union all
  select case r.relkind when 'v' then 'view ' when 'S' then 'sequence ' else 'table ' end || r.relname,
         concat_ws(e'\n', r.relkind, pg_get_userbyid(r.relowner), r.relrowsecurity, r.relforcerowsecurity, g.text, c.text, i.text,
           case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end)
  from relation r
  left join grants g on g.oid = r.oid
  left join columns c on c.oid = r.oid
  left join inner_triggers i on i.oid = r.oid
  union all
  select format('policy %s on %s', p.polname, r.relname),
         concat_ws(e'\n', p.polcmd, p.polpermissive,
           (select string_agg(case o.id when 0 then 'public' else pg_get_userbyid(o.id) end, ',' order by pg_get_userbyid(o.id) collate "C")
            from unnest(p.polroles) o (id)),
           'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p
  join relation r on r.oid = p.polrelid
  union all
  select format('trigger %s on %s', t.tgname, r.relname), concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
  from pg_trigger t
  join relation r on r.oid = t.tgrelid
  where not t.tgisinternal
  union all
  select format('rule %s on %s', w.rulename, r.relname), concat_ws(' ', w.ev_enabled, pg_get_ruledef(w.oid))
  from pg_rewrite w
  join relation r on r.oid = w.ev_class
  where r.relkind <> 'v'
  union all
  select format('constraint %s on %s', c.conname, r.relname), concat_ws(' ', c.convalidated, pg_get_constraintdef(c.oid))
  from pg_constraint c
  join relation r on r.oid = c.conrelid
  union all
  select format('function %s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
         concat_ws(e'\n', pg_get_userbyid(p.proowner),
           (select string_agg(a.item::text, ',' order by a.item::text collate "C") from unnest(p.proacl) a (item)),
           case when p.prokind = 'a' then 'aggregate' else pg_get_functiondef(p.oid) end)
  from pg_proc p
  where p.pronamespace = 'zoufang'::regnamespace
  union all
  select 'event trigger ' || e.evtname, concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evtenabled)
  from pg_event_trigger e
  union all
  select 'role ' || r.rolname,
         concat_ws(' ', r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
           (select string_agg(pg_get_userbyid(m.roleid), ',' order by pg_get_userbyid(m.roleid) collate "C")
            from pg_auth_members m where m.member = r.oid),
           (select string_agg(pg_get_userbyid(m.member), ',' order by pg_get_userbyid(m.member) collate "C")
            from pg_auth_members m where m.roleid = r.oid),
           (select string_agg(s.setconfig::text, ';' order by s.setdatabase)
            from pg_db_role_setting s
            where s.setrole = r.oid and s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))))
  from pg_roles r
  where r.rolname in ('zoufang', 'zoufang_definer')
     or r.oid in (select n.nspowner from pg_namespace n where n.nspname = 'zoufang')
)
select o.name,
       encode(sha256(convert_to(string_agg(o.definition, e'\n' order by o.definition collate "C"), 'UTF8')), 'hex') as definition
from object o
group by o.name
order by o.name collate "C"
