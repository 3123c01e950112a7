-- ListGrants: a user's grants, newest first. Admins and auditors, and everybody his own.
select refuse_unless(:user_id = me() or has_role(4) or has_role(5), 'FORBIDDEN', 'user_id');
select refuse_unless(exists (select from account a where a.id = :user_id), 'NOT_FOUND', 'user_id');

select g.id as "grants.id",
       g.user_id as "grants.user_id",
       g.role as "grants.role",
       g.region_code as "grants.region_code",
       g.starts_at as "grants.starts_at",
       g.ends_at as "grants.ends_at",
       g.granted_by as "grants.granted_by",
       g.approved_by as "grants.approved_by",
       g.created_at as "grants.created_at",
       g.created_at as "page.created_at",
       g.id as "page.id"
from role_grant g
where g.user_id = :user_id
  and (g.created_at, g.id) < (:page.created_at, :page.id) --? page
order by g.created_at desc, g.id desc
limit :page.size;
