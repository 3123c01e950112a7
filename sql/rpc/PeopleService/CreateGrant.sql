-- CreateGrant: asks that a user be given a role for a region and its subtree. Admins; nobody for himself. It is in force once another admin
-- approved it.
select refuse_unless(:grant.user_id <> me(), 'FORBIDDEN', 'grant.user_id');

select request_approval(
  1::int2, :grant.user_id, :grant.region_code,
  jsonb_build_object('id', :grant.id, 'role', :grant.role, 'starts_at', :grant.starts_at, 'ends_at', :grant.ends_at),
  :reason
);

select a."grant.id" as "id",
       a."grant.user_id" as "user_id",
       a."grant.role" as "role",
       a."grant.region_code" as "region_code",
       a."grant.starts_at" as "starts_at",
       a."grant.ends_at" as "ends_at",
       a.requested_by as "granted_by",
       a.id as "approval_id"
from approval_answer a
where a.id = approval_requested();
