-- Takes away the indexes of the large tables that no foreign key needs, and remembers them: they are made again when the tables are full.
set search_path = pg_catalog;
create schema generate_later;
create table generate_later.index as
select i.indexrelid::regclass::text as name,
       pg_relation_size(i.indexrelid) as size,
       case
         when c.oid is null then pg_get_indexdef(i.indexrelid) || coalesce((
           select string_agg(format('; alter index %s alter column %s set statistics %s', i.indexrelid::regclass, a.attnum, a.attstattarget), '')
           from pg_attribute a
           where a.attrelid = i.indexrelid and a.attstattarget >= 0
         ), '')
         else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
       end as making,
       case
         when c.oid is null then format('drop index %s', i.indexrelid::regclass)
         else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname)
       end as dropping
from pg_index i
left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
where i.indrelid = any (array['zoufang.visit', 'zoufang.visit_member', 'zoufang.lead', 'zoufang.lead_event', 'zoufang.lead_outcome',
    'zoufang.lead_feedback', 'zoufang.lead_reporter', 'zoufang.fact']::regclass[])
  and not exists (select from pg_constraint f where f.contype = 'f' and f.conindid = i.indexrelid)
  and (not i.indisprimary or i.indrelid = 'zoufang.visit_member'::regclass);

select dropping from generate_later.index order by name \gexec
