-- GetUser: one user. Everybody who is signed in; the phone number is told to himself, his office and admins.
select a.id as "id",
       a.username as "username",
       a.name as "name",
       told_phone(a.id) as "phone",
       a.office_id as "office_id",
       a.leader as "leader",
       a.disabled_at is not null as "disabled",
       a.etag as "etag",
       a.created_at as "created_at",
       a.disabled_at as "disabled_at"
from account a
where a.id = :id;
