-- ListUserSessions: where a user is signed in, newest first. Admins, and a leader for his office's members; NOT_FOUND for everybody else's.
select refuse_unless(
  exists (select from account a where a.id = :user_id) and (:user_id = me() or has_role(5) or leads_office_of(:user_id)),
  'NOT_FOUND', 'user_id'
);

select s.id as "sessions.id",
       s.device_id as "sessions.device_id",
       s.device_name as "sessions.device_name",
       s.platform as "sessions.platform",
       s.app_version as "sessions.app_version",
       s.created_at as "sessions.created_at",
       s.refreshed_at as "sessions.refreshed_at",
       s.expires_at as "sessions.expires_at",
       s.id = my_session() as "sessions.current",
       s.created_at as "page.created_at",
       s.id as "page.id"
from session s
where s.user_id = :user_id
  and s.revoked_at is null
  and s.expires_at > now()
  and (s.created_at, s.id) < (:page.created_at, :page.id) --? page
order by s.created_at desc, s.id desc
limit :page.size;
