-- UpdateUser: changes the fields that the mask names. Admins; nobody disables himself, nor who answers for open work. A disabled account's
-- sessions end at once.
select refuse_unless(
  :update_mask <@ array['name', 'phone', 'office_id', 'leader', 'disabled', 'username'],
  'BAD_PATH', 'update_mask'
);
select refuse_unless(:user.id is not null, 'REQUIRED', 'user.id');
select refuse_unless(:user.etag is not null, 'REQUIRED', 'user.etag');
select refuse_unless(exists (select from account a where a.id = :user.id for no key update), 'NOT_FOUND', 'user.id');
select refuse_unless(exists (select from account a where a.id = :user.id and a.etag = :user.etag), 'STALE_ETAG', 'user.etag');
select refuse_unless(
  not changes(:update_mask, 'username', false) or exists (select from account a where a.id = :user.id and a.username = :user.username),
  'IMMUTABLE', 'user.username'
);
select refuse_unless(
  not changes(:update_mask, 'name', :user.name is not null) or :user.name is not null,
  'REQUIRED', 'user.name'
);
select refuse_unless(
  not changes(:update_mask, 'office_id', :user.office_id is not null)
  or :user.office_id is null
  or exists (
    select
    from office o
    where o.id = :user.office_id
      and (o.closed_on is null or exists (select from account a where a.id = :user.id and a.office_id = o.id))
  ),
  'NO_SUCH_OFFICE', 'user.office_id'
);
select refuse_unless(
  not (changes(:update_mask, 'disabled', :user.disabled) and :user.disabled and :user.id = me()),
  'PRECONDITION', 'user.disabled'
);
select refuse_leaving(:user.id, changes(:update_mask, 'disabled', :user.disabled) and :user.disabled, 'user.disabled');

update account a
set name = case when changes(:update_mask, 'name', :user.name is not null) then :user.name else a.name end,
    phone = case when changes(:update_mask, 'phone', :user.phone is not null) then :user.phone else told_phone(a.id) end,
    office_id = case when changes(:update_mask, 'office_id', :user.office_id is not null) then :user.office_id else a.office_id end,
    leader = case when changes(:update_mask, 'leader', :user.leader) then :user.leader else a.leader end,
    disabled_at = case
      when not changes(:update_mask, 'disabled', :user.disabled) then a.disabled_at
      when :user.disabled then coalesce(a.disabled_at, now())
    end,
    etag = :user#hash,
    updated_at = now()
where a.id = :user.id;

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
