-- RevokeSession: signs one of the caller's own devices out, at once. Every signed-in user; NOT_FOUND where it is not his, or over.
select refuse_unless(
  exists (select from session s where s.id = :id and s.user_id = me() and s.revoked_at is null),
  'NOT_FOUND', 'id'
);

update session s
set revoked_at = now(),
    revoked_by = me()
where s.id = :id
  and s.user_id = me()
  and s.revoked_at is null;
