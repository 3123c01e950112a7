-- Login, after the right password: opens the session, and says who signed in.
select s.access_expires_at as "expires_at",
       s.refresh_expires_at
from open_session(
  :user_id, :device.id, :device.name, :device.platform, :device.app_version, :access_hash, :refresh_hash
) s;

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
where a.id = :user_id;
