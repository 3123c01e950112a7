-- RevokeUserSession: signs a user's device out, at once. Admins, and a leader for his office's members; NOT_FOUND for everybody else's.
select refuse_unless(
  exists (select from session s where s.id = :id and s.user_id = :user_id and s.revoked_at is null),
  'NOT_FOUND', 'id'
);

update session s
set revoked_at = now(),
    revoked_by = me()
where s.id = :id
  and s.user_id = :user_id
  and s.revoked_at is null;
