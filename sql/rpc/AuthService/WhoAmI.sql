-- WhoAmI: the caller, his grants that hold now, and the session of this call. Every signed-in user.
select a.id as "user.id",
       a.username as "user.username",
       a.name as "user.name",
       told_phone(a.id) as "user.phone",
       a.office_id as "user.office_id",
       a.leader as "user.leader",
       a.disabled_at is not null as "user.disabled",
       a.etag as "user.etag",
       a.created_at as "user.created_at",
       a.disabled_at as "user.disabled_at"
from account a
where a.id = me();

select g.id as "grants.id",
       g.user_id as "grants.user_id",
       g.role as "grants.role",
       g.region_code as "grants.region_code",
       g.starts_at as "grants.starts_at",
       g.ends_at as "grants.ends_at",
       g.granted_by as "grants.granted_by",
       g.created_at as "grants.created_at"
from role_grant g
where g.user_id = me()
  and g.starts_at <= now()
  and (g.ends_at is null or g.ends_at > now())
order by g.created_at, g.id;

select s.id as "session.id",
       s.device_id as "session.device_id",
       s.device_name as "session.device_name",
       s.platform as "session.platform",
       s.app_version as "session.app_version",
       s.created_at as "session.created_at",
       s.refreshed_at as "session.refreshed_at",
       s.expires_at as "session.expires_at",
       s.id = my_session() as "session.current"
from session s
where s.id = my_session();
