-- Logout: ends the session of this call. Every signed-in user.
update session s
set revoked_at = now(),
    revoked_by = me()
where s.id = my_session();
