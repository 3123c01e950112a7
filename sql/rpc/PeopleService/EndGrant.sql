-- EndGrant: ends a grant, now or at a time to come, never later than it would. Admins; his own an admin ends at once alone. One that is over
-- stays as it was.
select refuse_unless(exists (select from role_grant g where g.id = :id and g.user_id = :user_id), 'NOT_FOUND', 'id');
select refuse_unless(:ends_at is null or :ends_at > now(), 'OUT_OF_RANGE', 'ends_at');
select refuse_unless(
  exists (select from role_grant g where g.id = :id and (g.ends_at is null or g.ends_at > now())),
  'PRECONDITION', 'id'
);
select refuse_unless(
  exists (select from role_grant g where g.id = :id and coalesce(:ends_at, now()) > g.starts_at),
  'OUT_OF_RANGE', 'ends_at'
);

select refuse_unless(:user_id <> me() or :ends_at is null, 'FORBIDDEN', 'ends_at');
select refuse_unless(
  exists (select from role_grant g where g.id = :id and coalesce(:ends_at, now()) <= coalesce(g.ends_at, 'infinity')),
  'OUT_OF_RANGE', 'ends_at'
);

update role_grant g
set ends_at = coalesce(:ends_at, now())
where g.id = :id
  and g.user_id = :user_id;

select g.id as "id",
       g.user_id as "user_id",
       g.role as "role",
       g.region_code as "region_code",
       g.starts_at as "starts_at",
       g.ends_at as "ends_at",
       g.granted_by as "granted_by",
       g.approved_by as "approved_by",
       g.created_at as "created_at"
from role_grant g
where g.id = :id;
