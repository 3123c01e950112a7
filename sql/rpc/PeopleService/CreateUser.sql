-- CreateUser: makes an account. Admins. Nobody signs in with it before a one-time code was confirmed and used.
select refuse_unless(
  :user.office_id is null or exists (select from office o where o.id = :user.office_id and o.closed_on is null),
  'NO_SUCH_OFFICE', 'user.office_id'
);
select refuse_unless(not exists (select from account a where a.username = :user.username), 'ALREADY_EXISTS', 'user.username');
select refuse_unless(not exists (select from account a where a.id = :user.id), 'ALREADY_EXISTS', 'user.id');

insert into account (id, username, name, phone, office_id, leader, disabled_at, etag)
values (:user.id, :user.username, :user.name, :user.phone, :user.office_id, :user.leader, case when :user.disabled then now() end, :user#hash);

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
where a.id = :user.id;
