-- Refresh: exchanges the token on its device. Anyone; says whether it was good, or used by two.
select r.rotated,
       r.reused,
       r.access_expires_at as "expires_at",
       r.refresh_expires_at
from rotate_session(:refresh_hash, :device_id, :new_access_hash, :new_refresh_hash) r;
